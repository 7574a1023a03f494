"""A small fixed cast. Names say what a person is; see tests/factories/accounts.py for the organizations."""

import gc
import os

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.counting import watch
from tests.factories.accounts import UserFactory
from tests.factories.reference import economy

# How long examples take says how busy the machine is, not whether they hold.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")

#: These start servers, workers or a browser: one after the other, beside the rest on the other processors.
HEAVY = ("tests/journeys/", "tests/faults/", "test_embedded.py", "test_demo_command.py", "test_failures.py")


def pytest_xdist_auto_num_workers():
    """One more than there are processors: the one with the heavy tests mostly waits for servers and browsers."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Before xdist looks which tests have a group."""
    for item in items:
        if any(part in item.nodeid for part in HEAVY):
            item.add_marker(pytest.mark.xdist_group("heavy"))


def pytest_collection_finish():
    """What is there now stays to the end, and need not be looked through for rubbish again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter):
    """What tests counted: of faults, how many mails were sent, failed and came twice."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", []):
            if name == "counts" and report.when == "call":
                terminalreporter.write_line(value)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """As pytest-django has it; at the end, connections that server threads of browser tests still hold are ended,
    because a database in use cannot be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def english():
    """Each test starts in English; a test in another language says so."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test starts with an empty cache."""
    cache.clear()


@pytest.fixture
def counted_once(settings, monkeypatch):
    """What the frame of every page counts for its reader is kept whatever is written, as it is on the portal: for
    tests of just that, and for those that ask for a great many pages of one world."""
    monkeypatch.setattr(watch, "is_on", False)
    settings.COUNTS_CACHE_SECONDS = 600


@pytest.fixture
def us(db):
    return economy("US")


@pytest.fixture
def mx(db):
    return economy("MX")


@pytest.fixture
def tw(db):
    return economy("TW")


@pytest.fixture
def sme(us):
    """Owner of a firm in the United States."""
    return UserFactory(full_name="Sara Smith", sme_in="US")


@pytest.fixture
def sme_tw(tw):
    """Owner of a firm in Taiwan, who reads Chinese."""
    return UserFactory(full_name="林雅婷", sme_in="TW", language="zh-hant", time_zone="Asia/Taipei")


@pytest.fixture
def chamber(us):
    """Manager at a verified chamber in the United States."""
    return UserFactory(full_name="Charles Chamber", chamber_in="US")


@pytest.fixture
def official(us):
    """Official of the United States."""
    return UserFactory(full_name="Olivia Official", official_of="US")


@pytest.fixture
def official_mx(mx):
    """Official of Mexico, who reads Spanish."""
    return UserFactory(full_name="Óscar Oficial", official_of="MX", language="es", time_zone="America/Mexico_City")


@pytest.fixture
def administrator(db):
    return UserFactory(full_name="Ada Admin", is_staff=True, is_superuser=True)


@pytest.fixture
def outsider(db):
    """Signed in, member of nothing."""
    return UserFactory(full_name="Otto Outsider")
