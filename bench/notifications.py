"""How fast a million followed searches are matched, and what they lead to is delivered, measured in one run.

    python -m portal.embedded python bench/notifications.py
        [--subscriptions 1000000] [--deliveries 100000] [--digests 50000] [--things 20] [--filled]

Fills a throw-away database (filling_subscriptions.py), then measures with the same data, on the same machine,

* one new resource, and one new partner request, matched with everything that is followed: the whole way from what went
  public to promised rows, beside its own SQL statement, given to the database as it is;
* mails that go through a worker of two processes to a mail server on this machine: messages a second, beside the rate
  at which the same worker does nothing, and memory;
* a daily digest with five messages for each of many people: planned, and sent by the same worker.

Ratios are comparable between machines, the rest is not. Everything stays on the loopback address.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["LOG_LEVEL"] = "ERROR"

import django

from tests import settings as quick

quick.CELERY_TASK_ALWAYS_EAGER = False  # what is to be done is left to the worker, once there is one
django.setup()

import redis
import time_machine
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from filling_subscriptions import fill
from serving import milliseconds, percentile

from bench.worker import nothing
from partners.models import PartnerRequest
from portal.notifications import digests, followed, matching, outbox, tasks
from portal.notifications.models import Criteria, Digest, News, Notification, Rest, Subscription
from portal.reference.models import Economy, Sector
from resources.models import Resource
from tests.factories.partners import PartnerRequestFactory

PROCESSES = 2
#: Tasks that do nothing.
IDLE = 5_000
#: Partner requests, which give the criteria their codes.
REQUESTS = 60
#: Messages in one digest, each about a resource of its own.
IN_DIGEST = 5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--digests", type=int, default=50_000)
    parser.add_argument("--things", type=int, default=20, help="of each kind, matched one after the other")
    parser.add_argument("--filled", action="store_true", help="measure what the database already holds")
    options = parser.parse_args()
    if not options.filled:
        prepare(options.subscriptions)
    Notification.objects.all().delete()
    measure_matching(options.things)
    with sink() as mails, worker(mails.port) as processes:
        measure_nothing()
        measure_delivery(options.deliveries, mails, processes)
        measure_digests(options.digests, mails, processes)


def prepare(subscriptions):
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0)
    call_command("load_catalogue", verbosity=0)
    ask_for_partners(REQUESTS)
    fill(subscriptions)
    live, criteria = Subscription.objects.live().count(), Criteria.objects.count()
    print(f"{live:,} subscriptions to {criteria:,} criteria, filled in {time.monotonic() - began:.0f} s\n")


def ask_for_partners(count):
    """Open partner requests, each of another sector, place, target and type in turn."""
    sectors = list(Sector.objects.order_by("slug").values_list("slug", flat=True))
    places = list(Economy.objects.filter(is_focus=True).order_by("code").values_list("code", flat=True))
    types = PartnerRequest.Type.values
    for n in range(count):
        PartnerRequestFactory(
            published=True,
            code=places[n % len(places)],
            type=types[n % len(types)],
            sectors=[sectors[n * 7 % len(sectors)]],
            targets=[places[(n + 1) % len(places)]],
        )


# --- Matching -----------------------------------------------------------------------------------


def measure_matching(count):
    print(f"{'new':<14}{'hits':>22}{'matched p50':>13}{'p95 ms':>9}{'raw SQL p50':>13}{'p95 ms':>9}")
    for name, things in (
        ("resource", Resource.objects.published()),
        ("opportunity", PartnerRequest.objects.filter(status="published")),
    ):
        kind = followed.by_name(name)
        # The first two only warm the caches of the database.
        measured = [match(kind, obj) for obj in kind.public().filter(pk__in=things).order_by("pk")[: count + 2]][2:]
        hits, whole, raw = zip(*measured, strict=True)
        spread = f"{min(hits):,} to {max(hits):,}"
        print(
            f"{name:<14}{spread:>22}{percentile(whole, 50):>13.0f}{percentile(whole, 95):>9.0f}"
            f"{percentile(raw, 50):>13.0f}{percentile(raw, 95):>9.0f}"
        )
        most = max(range(len(hits)), key=hits.__getitem__)
        each = 1000 * whole[most] / max(hits[most], 1)
        print(f"  the most, {hits[most]:,} rows: {whole[most]:.0f} ms, {each:.0f} µs a row")
    print(f"{Notification.objects.count():,} rows promised\n")


def match(kind, obj):
    """How many were promised something, and the milliseconds of the whole way and of the statement alone."""
    raw = milliseconds(lambda: promise_and_forget(kind, obj))
    News.objects.create(about_type=ContentType.objects.get_for_model(obj), about_id=obj.pk)
    whole = milliseconds(matching.match_due)
    assert not News.objects.filter(matched_at=None).exists(), News.objects.filter(matched_at=None).first().last_error
    rows = Notification.objects.filter(about_type=ContentType.objects.get_for_model(obj), about_id=obj.pk)
    return rows.count(), whole, raw


def promise_and_forget(kind, obj):
    """The statement without anything around it, its constraints checked, and taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        outbox.notify_found(matching.each_once(kind, obj), kind.mail, about=obj)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


# --- Delivery -----------------------------------------------------------------------------------


class Sink:
    def __init__(self, process):
        self.process, self.port = process, int(process.stdout.readline())

    def counts(self):
        """Messages taken, and different ones among them."""
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextmanager
def sink():
    command = [sys.executable, "bench/sink.py"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, **pipes)  # noqa: S603 -- our own
    try:
        yield Sink(process)
    finally:
        process.terminate()
        process.communicate(timeout=20)


@contextmanager
def worker(port):
    """A worker as it is in service; before it starts, its queue holds what does nothing. Gives its process."""
    Notification.objects.all().delete()
    nothing.app.control.purge()  # hints of what was promised by the way
    for _number in range(IDLE):
        nothing.delay()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "MAIL_VIEWER": "false",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "bench.worker", "worker", "--loglevel", "ERROR"]
    process = subprocess.Popen([*command, "--concurrency", str(PROCESSES)], cwd=ROOT, env=environment)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def measure_nothing():
    """By the middle of what waits, when the worker is awake and not yet done."""
    queue = redis.Redis.from_url(settings.REDIS_URL)
    name = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}celery"
    first = reached(lambda: queue.llen(name) <= IDLE * 0.8)
    last = reached(lambda: queue.llen(name) <= IDLE * 0.2)
    print(f"a task that does nothing: {IDLE * 0.6 / (last - first):.0f} a second by {PROCESSES} processes\n")
    reached(lambda: not queue.llen(name))


def measure_delivery(count, mails, processes):
    before, taken = memory(processes), mails.counts()
    thing = Resource.objects.published().order_by("pk")[0]
    began = time.perf_counter()
    owed = promise_to_first(count, thing)
    promised = time.perf_counter()
    print(f"{owed:,} mails promised by one statement in {promised - began:.1f} s")
    took = go_out(tasks.deliver_due, Notification.objects.filter(status="pending")) - promised
    came(mails, taken, owed)
    print(f"{owed:,} mails: {owed / took:.0f} a second by {PROCESSES} processes, {owed / took / PROCESSES:.0f} by each")
    print(f"  memory of each, before and after: {before}; {memory(processes)} MB\n")
    assert Notification.objects.filter(status="sent").count() == owed


def measure_digests(count, mails, processes):
    Notification.objects.all().delete()
    taken = mails.counts()
    for thing in Resource.objects.published().order_by("pk")[:IN_DIGEST]:
        wait(count, thing)
    waiting = Notification.objects.filter(status="waiting")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_notification")
    with time_machine.travel(last_morning(), tick=True):
        planned, again = milliseconds(digests.plan), milliseconds(digests.plan)
    owed = Digest.objects.filter(status="pending").count()
    print(
        f"{owed:,} digests of {waiting.count():,} messages planned in {planned:.0f} ms; once more, none new,", end=" "
    )
    print(f"{again:.0f} ms")
    began = time.perf_counter()
    took = go_out(tasks.send_digests, Digest.objects.filter(status="pending")) - began
    came(mails, taken, owed)
    print(f"{owed:,} digests: {owed / took:.0f} a second by {PROCESSES} processes")
    print(f"  memory of each: {memory(processes)} MB")
    assert not waiting.exists()


def promise_to_first(count, thing):
    """As the matching does it, for people who want their mail at once; how many there are."""
    found = (
        "SELECT id AS recipient_id, '' AS address, '' AS address_language, '' AS address_time_zone,"
        " jsonb_build_object('followed', ARRAY(SELECT s.id FROM notifications_subscription s WHERE s.user_id = u.id"
        " LIMIT 1)) AS context, 'immediately' AS rhythm FROM accounts_user u ORDER BY id LIMIT %s"
    )
    return outbox.notify_found((found, [count]), "resources/resource_followed", about=thing)


@transaction.atomic
def wait(count, thing):
    """What the delivery leaves for the morning."""
    promise_to_first(count, thing)
    Notification.objects.filter(status="pending").update(
        status="waiting", rhythm="daily", subject=f"New: {thing.title}"[:250], url=thing.get_absolute_url()
    )


def go_out(task, pending):
    """The moment (perf_counter) at which nothing is left. Every process of the worker is told."""
    for _process in range(PROCESSES):
        task.delay()
    return reached(lambda: not pending.exists())


def came(mails, before, owed):
    """Every message came, and came once."""
    found = [now - then for now, then in zip(mails.counts(), before, strict=True)]
    print(f"  {found[0]:,} came, {found[1]:,} different ones")
    assert found == [owed, owed]


def last_morning():
    """The latest moment of digests that has begun: today's where it is past 8 o'clock on a working day, so that the
    worker, which plans too, finds everything planned."""
    moment = datetime.now(UTC)
    while moment.isoweekday() > digests.FRIDAY or moment.hour < Rest.DIGEST_HOUR:
        moment -= timedelta(hours=1)
    return moment


def memory(process):
    """Megabytes that each process of the pool holds, as text."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    sizes = []
    for child in children:
        status = Path(f"/proc/{child}/status").read_text()
        sizes.append(int(status.partition("VmRSS:")[2].split()[0]) // 1024)
    return ", ".join(str(size) for size in sorted(sizes))


def reached(happened, *, seconds=7_200):
    """The moment (perf_counter) at which it has happened."""
    until = time.perf_counter() + seconds
    while not happened():
        assert time.perf_counter() < until, "waited in vain"
        time.sleep(0.02)
    return time.perf_counter()


if __name__ == "__main__":
    main()
