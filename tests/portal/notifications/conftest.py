"""Mail templates of our own: ``dialogues/meeting`` (can be switched off) and ``accounts/note`` (cannot)."""

from pathlib import Path

import pytest

TEMPLATES_DIR = Path(__file__).parent / "templates"


@pytest.fixture(autouse=True)
def mail_templates(settings):
    """The worker's settings add the same folder (worker_settings.py)."""
    templates = [dict(engine) for engine in settings.TEMPLATES]
    templates[0]["DIRS"] = [*templates[0]["DIRS"], TEMPLATES_DIR]
    templates[0]["OPTIONS"] = templates[0]["OPTIONS"] | {"libraries": {"broken": "tests.portal.notifications.broken"}}
    settings.TEMPLATES = templates
