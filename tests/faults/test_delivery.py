"""Every promise ends sent or failed for good, whatever is killed: real workers, broker, database and mail server.

Nothing is lost. Twice comes only what the mail server had taken when the process died before noting it, under the same
Message-ID. Each test tells its counts in the summary of the run.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg2
import pytest
import redis

from portal.embedded import Servers
from tests import servers as test_servers
from tests.portal.notifications.postbox import Postbox
from tests.portal.watching import ask, eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ROOT = Path(__file__).resolve().parents[2]
#: Of each worker: so many mails may be on their way when it dies.
PROCESSES = 2
ORDINARY, URGENT = "dialogues/meeting", "accounts/note"


def start(servers, log, *argv, env, **pipes):
    """A program of the portal, in a process group of its own."""
    given = os.environ | servers.environment() | env
    given |= {
        "DJANGO_SETTINGS_MODULE": "tests.portal.notifications.worker_settings",
        "SECRET_KEY": "only-for-tests",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OUTBOX_SWEEP_SECONDS": "1",
        "LOG_LEVEL": "WARNING",
    }
    with log.open("w") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *argv],
            cwd=ROOT,
            env=given,
            stderr=out,
            start_new_session=True,
            text=True,
            **{"stdout": out} | pipes,
        )


class World:
    """A portal without its pages: servers of its own, a mail server, a process that promises, and workers."""

    def __init__(self, servers, promiser, postbox, folder):
        self.servers, self.promiser, self.postbox, self.folder = servers, promiser, postbox, folder
        self.started = []
        self.url = servers.database_url

    def worker(self, *options, beat=True, **variables):
        """Two processes, with a clock that sweeps every second."""
        clock = ("--beat", "--schedule", str(self.folder / f"beat-{len(self.started)}")) if beat else ()
        name = ("--hostname", f"worker-{len(self.started)}@%h")
        lean = ("--without-gossip", "--without-mingle", "--loglevel", "WARNING", "--concurrency", str(PROCESSES))
        argv = ("celery", "-A", "portal", "worker", *lean, *name, *clock, *options)
        env = {"EMAIL_URL": f"smtp://127.0.0.1:{self.postbox.port}"} | variables
        self.started.append(start(self.servers, self.folder / f"log-{len(self.started)}", *argv, env=env))
        return self.started[-1]

    def promise(self, count, name, kind=ORDINARY):
        self.promiser.stdin.write(f"{kind} {count} {name}\n")
        self.promiser.stdin.flush()
        assert self.promiser.stdout.readline() == "promised\n"

    def states(self, name):
        """Status → how many of the promises to ``name-…``."""
        rows = f"SELECT status, count(*) FROM notifications_notification WHERE address LIKE '{name}-%' GROUP BY status"
        return dict(ask(self.url, f"SELECT json_object_agg(status, count) FROM ({rows}) AS found")[0] or {})

    def uids(self, name):
        rows = f"SELECT json_agg(uid::text) FROM notifications_notification WHERE address LIKE '{name}-%'"
        return set(ask(self.url, rows)[0])

    def got(self, name):
        """Message-ID (without its domain) → how often the mail server took it."""
        mails = [mail for mail in self.postbox.mails if f"{name}-" in mail["To"]]
        return Counter(mail["Message-ID"].strip("<>").partition("@")[0] for mail in mails)


def kill(process):
    """SIGKILL the whole group, as a machine that loses power would."""
    with contextlib.suppress(ProcessLookupError):  # ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Of our own, because they are killed; durable, because what was committed must be there afterwards."""
    with Servers(tmp_path_factory.mktemp("faults")) as servers:
        test_servers.make_tables(servers.database_url)
        yield servers


@pytest.fixture(scope="module")
def promiser(servers, tmp_path_factory):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    log = tmp_path_factory.mktemp("promiser") / "log"
    promiser = start(servers, log, "tests.faults.promising", env={}, **pipes)
    yield promiser
    kill(promiser)
    promiser.stdin.close()
    promiser.stdout.close()


@pytest.fixture
def world(servers, promiser, tmp_path):
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
    ask(servers.database_url, "DELETE FROM notifications_notification")
    with Postbox() as postbox:
        world = World(servers, promiser, postbox, tmp_path)
        yield world
        for worker in world.started:
            kill(worker)
        for log in sorted(tmp_path.glob("log-*")):
            print(log.read_text())  # noqa: T201 -- pytest shows it when the test fails


@pytest.fixture
def tell(record_property):
    """Counts for the summary of the run (tests/conftest.py)."""

    def tell(world, name, what):
        got = world.got(name)
        twice = sum(got.values()) - len(got)
        states = ", ".join(f"{count} {status}" for status, count in sorted(world.states(name).items()))
        record_property("counts", f"{what}: {states}; {len(got)} mails arrived, {twice} of them twice")

    return tell


def wait_until(happened, *, seconds=60):
    assert eventually(happened, within=seconds), "waited in vain"


def assert_all_sent(world, name, count, *, twice):
    wait_until(lambda: world.states(name) == {"sent": count})
    got = world.got(name)
    assert set(got) == world.uids(name), "each promise has its own Message-ID, and each arrived"
    assert sum(got.values()) - count <= twice
    assert max(got.values()) <= 2


def in_the_middle(world, name, mails):
    wait_until(lambda: sum(world.got(name).values()) >= mails)


def test_a_worker_is_killed_in_the_middle(world, tell):
    world.postbox.seconds_each = 0.03
    world.promise(60, "killed")
    worker = world.worker()
    in_the_middle(world, "killed", 15)
    kill(worker)
    assert 0 < world.states("killed").get("sent", 0) < 60, "killed in the middle"
    world.worker()
    assert_all_sent(world, "killed", 60, twice=PROCESSES)
    tell(world, "killed", "worker killed")


def test_redis_is_emptied_stopped_and_started_in_the_middle(world, servers, tell):
    world.postbox.seconds_each = 0.03
    world.worker()
    world.promise(30, "redis")
    in_the_middle(world, "redis", 5)
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
    servers.stop_valkey()
    world.promise(30, "redis2")
    time.sleep(1)
    servers.start_valkey()
    assert_all_sent(world, "redis", 30, twice=0)
    assert_all_sent(world, "redis2", 30, twice=0)
    tell(world, "redis", "Redis emptied and stopped")
    tell(world, "redis2", "promised while Redis was away")


def test_postgresql_is_killed_in_the_middle(world, servers, tell):
    world.postbox.seconds_each = 0.03
    world.promise(60, "postgres")
    world.worker()
    in_the_middle(world, "postgres", 15)
    os.kill(servers.postgres.pid, signal.SIGKILL)
    wait_until(lambda: revived(servers, world.url))
    assert world.states("postgres").get("sent", 0) < 60, "killed in the middle"
    assert_all_sent(world, "postgres", 60, twice=PROCESSES)
    tell(world, "postgres", "PostgreSQL killed")


def revived(servers, url):
    servers.watch()
    try:
        return ask(url, "SELECT 1") == (1,)
    except psycopg2.OperationalError:  # it recovers
        return False


def test_the_mail_server_refuses_half_of_the_recipients(world, tell):
    gone = {f"half-{number}@example.com" for number in range(20)}
    busy = {f"half-{number}@example.com" for number in range(20, 30)}
    world.postbox.refused = dict.fromkeys(gone, "550 5.1.1 no such person") | dict.fromkeys(busy, "451 4.3.0 later")
    world.worker()
    world.promise(60, "half")
    wait_until(lambda: world.states("half") == {"bounced": 20, "pending": 10, "sent": 30})
    world.postbox.refused = {}
    # As time goes by: their next attempt is due.
    ask(world.url, "UPDATE notifications_notification SET due_at = now() WHERE status = 'pending'")
    wait_until(lambda: world.states("half") == {"bounced": 20, "sent": 40})
    got = world.got("half")
    assert (len(got), max(got.values())) == (40, 1)
    dead = (
        "SELECT json_agg(address) FROM notifications_deliverability WHERE state = 'bounces' AND address LIKE 'half-%'"
    )
    assert set(ask(world.url, dead)[0]) == gone
    tell(world, "half", "half refused")


def test_two_clocks_and_two_workers_deliver_nothing_twice(world, tell):
    world.postbox.seconds_each = 0.01
    world.worker()
    world.worker()
    world.promise(60, "two")
    assert_all_sent(world, "two", 60, twice=0)
    tell(world, "two", "two clocks, four processes")


def test_an_urgent_mail_overtakes_a_hundred_others(world, tell):
    world.postbox.seconds_each = 0.2
    world.worker("--exclude-queues", "urgent", beat=False)
    world.worker("--queues", "urgent", beat=False)
    world.promise(100, "many")
    in_the_middle(world, "many", 2)
    started = time.monotonic()
    world.promise(1, "urgent", URGENT)
    wait_until(lambda: world.got("urgent"), seconds=15)
    seconds = time.monotonic() - started
    assert world.states("many").get("pending", 0) > 20, "the others still wait"
    tell(world, "urgent", f"urgent after {seconds:.1f} s beside 100 slow ones")


def test_two_workers_keep_to_one_limit(world, tell):
    world.promise(60, "slow")
    pace = {"MAIL_PER_MINUTE": "120"}
    world.worker(**pace)
    world.worker(**pace)
    in_the_middle(world, "slow", 20)
    first = "SELECT sent_at FROM notifications_notification WHERE status = 'sent' ORDER BY sent_at LIMIT 20"
    seconds = float(ask(world.url, f"SELECT extract(epoch FROM max(sent_at) - min(sent_at)) FROM ({first}) AS f")[0])
    # Seven of thirteen go at once, the others one each 0.56 s; a busy machine notes some of them late.
    assert seconds >= (20 - 7) * 60 / 108 - 2
    tell(world, "slow", f"20 at 120 a minute in {seconds:.0f} s")
