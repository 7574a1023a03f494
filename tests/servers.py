"""Gives the test session its own PostgreSQL and Redis, thrown away at its end.

Loaded as a plugin (``-p tests.servers``) because Django reads its settings before ``conftest.py``.
``DATABASE_URL`` and ``REDIS_URL`` win when both are set; xdist workers inherit the addresses.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Importing the project names portal.settings as the default, and a name in the environment beats pyproject.toml.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from portal.embedded import Servers

_running: list[tuple[Servers, Path]] = []
_media: list[Path] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    if "MEDIA_ROOT" not in os.environ:
        _media.append(Path(tempfile.mkdtemp(prefix="sme-media-")))
        os.environ["MEDIA_ROOT"] = str(_media[0])
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    directory = Path(tempfile.mkdtemp(prefix="sme-tests-"))
    servers = Servers(directory, durable=False)
    servers.start()
    _running.append((servers, directory))
    os.environ["DATABASE_URL"] = servers.database_url
    os.environ["REDIS_URL"] = servers.redis_url
    os.environ["CELERY_BROKER_URL"] = servers.broker_url


def pytest_unconfigure():
    while _media:
        shutil.rmtree(_media.pop())
    while _running:
        servers, directory = _running.pop()
        servers.stop()
        shutil.rmtree(directory)
