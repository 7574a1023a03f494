"""Kill what delivers: with a real worker, broker, database and mail server, every promise is kept all the same."""

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.db import connection

from portal.embedded import Servers
from portal.notifications.mails import message_id
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory
from tests.portal.notifications.postbox import Postbox

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PROCESSES = 2
#: A call of notify() that takes longer than this because of the broker is a fault (milliseconds).
BLOCKED = 50


@pytest.fixture
def broker(tmp_path):
    """A Valkey of our own, so that stopping it disturbs nobody."""
    with Servers(tmp_path, postgres=False, durable=False) as servers:
        yield servers


@pytest.fixture
def postbox():
    with Postbox() as postbox:
        yield postbox


@pytest.fixture
def environment(broker, postbox, tmp_path):
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.portal.notifications.worker_settings",
        "SECRET_KEY": "only-for-tests",
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker.redis_url,
        "CELERY_BROKER_URL": broker.broker_url,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
        "OUTBOX_SWEEP_SECONDS": "1",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def start(environment, tmp_path):
    """Starts programs of the portal, each in a process group of its own; kills what is left of them."""
    started = []

    def start(*argv, **options):
        log = (tmp_path / f"log-{len(started)}").open("w+")
        process = subprocess.Popen(
            [sys.executable, "-m", *argv],
            cwd=settings.BASE_DIR,
            env=environment,
            stderr=log,
            start_new_session=True,
            text=True,
            **{"stdout": log} | options,
        )
        started.append((process, log))
        return process

    yield start
    for process, log in started:
        kill(process)
        log.seek(0)
        print(log.read())  # noqa: T201 -- pytest shows it when the test fails
        log.close()
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def start_worker(start, tmp_path):
    """A worker of two processes, with the clock that sweeps the outbox every second."""

    def start_worker():
        options = ["--concurrency", str(PROCESSES), "--beat", "--schedule", str(tmp_path / "beat")]
        return start("celery", "-A", "portal", "worker", "--loglevel", "WARNING", *options)

    return start_worker


def database_url():
    """The address of the database that pytest-django made, for other processes."""
    with_default = {"HOST": "", "PORT": "", "PASSWORD": ""} | connection.settings_dict
    place = quote(with_default["HOST"], safe="") + (f":{with_default['PORT']}" if with_default["PORT"] else "")
    person = quote(with_default["USER"], safe="") + ":" + quote(with_default["PASSWORD"], safe="")
    return f"postgres://{person}@{place}/{with_default['NAME']}"


def kill(process):
    """SIGKILL the whole group, as a machine that loses power would."""
    with contextlib.suppress(ProcessLookupError):  # ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def wait_until(happened, *, seconds=40):
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def nothing_is_owed():
    return not Notification.objects.exclude(status="sent").exists()


def assert_everybody_got_hers(postbox, rows, *, duplicates):
    assert Notification.objects.count() == rows
    assert set(Notification.objects.values_list("status", "attempts")) == {("sent", 1)}
    got = Counter(postbox.ids)
    assert set(got) == {message_id(uid) for uid in Notification.objects.values_list("uid", flat=True)}
    assert sum(got.values()) - rows <= duplicates
    assert {len(set(mail.get_all("To"))) for mail in postbox.mails} == {1}


def test_a_worker_killed_in_the_middle_of_200_deliveries_loses_nothing(postbox, start, start_worker):
    OrganizationFactory(name="Bridge", agency=True)
    postbox.seconds_each = 0.02
    worker = start_worker()
    start("tests.portal.notifications.promising", "20", "10", "0").wait(30)
    wait_until(lambda: len(postbox.mails) >= 60)
    kill(worker)
    sent = Notification.objects.filter(status="sent").count()
    assert 0 < sent < 200, "killed in the middle"
    start_worker()
    wait_until(nothing_is_owed)
    assert_everybody_got_hers(postbox, 200, duplicates=PROCESSES)


def test_redis_stopped_during_a_burst_delays_nobody_and_loses_nothing(broker, postbox, start, start_worker):
    OrganizationFactory(name="Bridge", agency=True)
    start_worker()
    burst = start("tests.portal.notifications.promising", "60", "2", "0.02", stdout=subprocess.PIPE)
    before = [float(burst.stdout.readline()) for _ in range(20)]
    broker.stop_valkey()
    during = [float(line) for line in burst.stdout]
    assert (burst.wait(30), len(before), len(during)) == (0, 20, 40)
    assert statistics.median(during) < BLOCKED
    assert max(during) < 10 * BLOCKED, "one slow moment of a busy machine is not a broker's time-out"
    broker.start_valkey()
    wait_until(nothing_is_owed)
    assert_everybody_got_hers(postbox, 120, duplicates=0)


def test_ten_promises_in_one_transaction_are_one_hint(broker, start):
    OrganizationFactory(name="Bridge", agency=True)
    assert start("tests.portal.notifications.promising", "3", "10", "0").wait(30) == 0
    with redis.Redis.from_url(broker.redis_url) as client:
        assert client.llen("sme:celery") == 3
