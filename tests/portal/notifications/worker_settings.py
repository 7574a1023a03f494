"""The portal's own settings for a real worker, with the tests' mail templates."""

from pathlib import Path

from portal.settings import *  # noqa: F403
from portal.settings import TEMPLATES

TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
