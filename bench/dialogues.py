"""How fast a crowded dialogue is, measured in one run.

    python -m portal.embedded python bench/dialogues.py [--registrations 5000] [--sessions 2000] [--seconds 3]

Fills a throw-away database, then measures with the same data, on the same machine,

* proposals of dates: 200 candidates for four delegations over four weeks, and the page of a poll with 40 invitees;
* a feed of thousands of sessions: written from nothing, from kept entries, and asked for when nothing changed;
* pages under the portal's web server (granian, two workers) beside a bare Django "hello" under the same server;
* 50 clients at once who register for a session with places for half of them and a quota, and whether it held.

Ratios are comparable between machines, milliseconds are not. Everything stays on the loopback address.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

from tests import settings as quick

quick.CACHES = sys.modules["portal.settings"].CACHES  # what is kept is kept as in service
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from serving import HELLO, PORTAL, collect_static, in_turns, introduce, milliseconds, percentile, served, session

from dialogues import fairness, feeds, polls, slots
from dialogues.models import CalendarEntry, Quota, Registration, Session
from portal.accounts.models import Membership, User
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.dialogues import AgendaItemFactory, CommitmentFactory, DialogueFactory, SessionFactory, wall

PARTIES = ("US", "MX", "CA", "TW")
CLIENTS = 50
#: Of the people who register at once: this many places, and this many for one economy.
PLACES, QUOTA = 250, 60
TOKEN = "a" * 32


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--registrations", type=int, default=5_000)
    parser.add_argument("--sessions", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=3, help="of each of the three rounds of each page")
    options = parser.parse_args()
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    crowded, poll = crowd(options.registrations), ask_forty()
    listed = list_many(options.sessions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"filled in {time.monotonic() - began:.0f} s\n")
    measure_proposals(poll)
    measure_feed(listed)
    collect_static()
    with served(HELLO, {}) as hello, served(PORTAL, {"PAGE_CACHE_SECONDS": "0"}) as bare, served(PORTAL, {}) as kept:
        ask = partial(in_turns, hello + "/", seconds=options.seconds)
        introduce()
        measure_pages(ask, bare, kept, crowded=crowded, poll=poll)
        measure_feed_requests(ask, kept, listed)
        measure_registrations(bare, crowded.dialogue)


# --- What there is ------------------------------------------------------------------------------


def crowd(count):
    """A session of tomorrow with an agenda, history behind it and ``count`` people."""
    dialogue = DialogueFactory(slug="crowded", parties=PARTIES)
    for year in range(1, 6):
        held = SessionFactory(dialogue=dialogue, held=True, local=wall(-365 * year))
        CommitmentFactory.create_batch(8, session=held, published=True)
    crowded = SessionFactory(dialogue=dialogue, scheduled=True, local=wall(5), join_url="https://meet.example/1")
    AgendaItemFactory.create_batch(12, session=crowded, minutes=10)
    people = people_of([OrganizationFactory(code=code) for code in PARTIES], count, "crowd")
    Registration.objects.bulk_create(
        [
            Registration(
                session=crowded,
                user=user,
                organization=organization,
                economy=organization.economy,
                status="confirmed",
                partstat="ACCEPTED",
            )
            for user, organization in people
        ],
        batch_size=1_000,
    )
    return crowded


def people_of(organizations, count, name):
    """``count`` people with their organizations, in turn."""
    made = User.objects.bulk_create(
        [User(email=f"{name}-{n}@example.com", full_name=f"Person {n}") for n in range(count)],
        batch_size=1_000,
    )
    pairs = [(user, organizations[number % len(organizations)]) for number, user in enumerate(made)]
    Membership.objects.bulk_create(
        [Membership(user=user, organization=organization) for user, organization in pairs], batch_size=1_000
    )
    return pairs


def ask_forty():
    """A poll with as many dates as one may have, and 40 people who are asked."""
    draft = SessionFactory(dialogue=DialogueFactory(slug="polled", parties=PARTIES))
    official = UserFactory(official_of="US")
    found = propose(draft.dialogue, "America/New_York", 90, count=polls.MOST_SLOTS)
    return polls.open_poll(
        draft,
        zone="America/New_York",
        minutes=90,
        starts=[one.starts_at for one in found],
        respond_by=timezone.now() + timedelta(days=3),
        people=[polls.Person(address=f"asked-{n}@example.com", name=f"Asked {n}") for n in range(40)],
        by=official,
    )


def list_many(count):
    dialogue = DialogueFactory(slug="listed", parties=PARTIES)
    start = timezone.now().astimezone(UTC).replace(microsecond=0) - timedelta(days=count)
    Session.objects.bulk_create(
        [
            Session(
                dialogue=dialogue,
                number=n + 1,
                title_en=f"Session {n + 1} on customs and small firms",
                title_zh_hant=f"第{n + 1}屆中小企業對話",
                status="held",
                zone="UTC",
                starts_local=(start + timedelta(days=n)).replace(tzinfo=None),
                ends_local=(start + timedelta(days=n, hours=2)).replace(tzinfo=None),
                starts_at=start + timedelta(days=n),
                ends_at=start + timedelta(days=n, hours=2),
                starts_on=(start + timedelta(days=n)).date(),
                announced_at=start,
            )
            for n in range(count)
        ],
        batch_size=500,
    )
    return dialogue


# --- In this process ----------------------------------------------------------------------------


def propose(dialogue, zone, minutes, *, count):
    first = timezone.localdate() + timedelta(days=14)
    owed = fairness.ledger(dialogue).excess
    hours = slots.hours_of(dialogue, room=zone)
    return slots.propose(
        hours, zone=zone, minutes=minutes, first=first, last=first + timedelta(days=27), count=count, owed=owed
    )


def measure_proposals(poll):
    dialogue = poll.session.dialogue
    times = [milliseconds(lambda: propose(dialogue, poll.zone, 90, count=200)) for _round in range(15)]
    found = len(propose(dialogue, poll.zone, 90, count=200))
    print(f"{found} proposals over 28 days: p50 {percentile(times, 50):.0f} ms, p95 {percentile(times, 95):.0f} ms\n")


def measure_feed(dialogue):
    def new():
        CalendarEntry.objects.all().delete()
        return feeds.of_dialogue(dialogue).text()

    written = [milliseconds(new) for _round in range(3)]
    kept = [milliseconds(lambda: feeds.of_dialogue(dialogue).text()) for _round in range(15)]
    size = len(feeds.of_dialogue(dialogue).text().encode())
    print(f"feed of {dialogue.sessions.count():,} sessions, {size:,} bytes: every entry written {min(written):.0f} ms")
    print(f"  from kept entries p50 {percentile(kept, 50):.0f} ms, p95 {percentile(kept, 95):.0f} ms\n")


# --- Under the web server -----------------------------------------------------------------------


def measure_pages(ask, bare, kept, *, crowded, poll):
    guest = crowded.registrations.select_related("user").first().user
    official = UserFactory(official_of="US")
    room = reverse("dialogues:session-room", args=[crowded.dialogue.slug, crowded.pk])
    pages = (
        ("dialogue", crowded.dialogue.get_absolute_url(), "visitor", None),
        ("session", crowded.get_absolute_url(), "visitor", None),
        ("session", crowded.get_absolute_url(), "guest", guest),
        ("room", room, "guest", guest),
        ("room", room, "official", official),
        ("poll, 40 asked", poll.get_absolute_url(), "official", poll.opened_by),
    )
    for name, path, who, user in pages:
        headers = cookies(user) if user else {}
        print(f"{name:<22}{who + (', kept' if user is None else ''):<22}" + ask(kept + path, headers))
        if user is None:
            print(f"{name:<22}{who + ', made anew':<22}" + ask(bare + path, headers))


def measure_feed_requests(ask, kept, listed):
    feed = reverse("dialogues:dialogue-feed", args=[listed.slug])
    print(f"{'feed':<22}{'kept entries':<22}" + ask(kept + feed, {}))
    mark = answer_of(kept, feed)["ETag"]
    print(f"{'feed':<22}{'unchanged':<22}" + ask(kept + feed, {"If-None-Match": mark}) + "\n")


def cookies(user):
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session(user)}; {settings.CSRF_COOKIE_NAME}={TOKEN}"}


def answer_of(base, path):
    address = urlsplit(base)
    client = HTTPConnection(address.hostname, address.port, timeout=60)
    client.request("GET", path)
    answer = client.getresponse()
    answer.read()
    return answer.headers


def measure_registrations(base, dialogue):
    """Twice as many people as places, from four economies, 50 at a time; nobody may be one too many."""
    wanted = SessionFactory(dialogue=dialogue, scheduled=True, local=wall(30), capacity=PLACES)
    Quota.objects.create(session=wanted, economy_id="MX", places=QUOTA)
    people = people_of([OrganizationFactory(code=code) for code in PARTIES], 2 * PLACES, "late")
    path = reverse("dialogues:session-register", args=[dialogue.slug, wanted.pk])
    asks = [(cookies(user), organization.pk) for user, organization in people]
    times = []

    def ask(given):
        headers, organization = given
        body = urlencode({"organization": organization, "csrfmiddlewaretoken": TOKEN})
        address = urlsplit(base)
        client = HTTPConnection(address.hostname, address.port, timeout=120)
        began = time.perf_counter()
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        client.request("POST", path, body=body, headers=headers | form)
        answer = client.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status == 302, answer.status

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(ask, asks))
    took = time.perf_counter() - began
    confirmed = wanted.registrations.confirmed()
    of_one = confirmed.filter(economy="MX").count()
    print(f"{len(asks)} registrations by {CLIENTS} clients in {took:.1f} s: {len(asks) / took:.0f} a second,", end=" ")
    print(f"p50 {percentile(times, 50):.0f} ms, p95 {percentile(times, 95):.0f} ms")
    print(f"  {confirmed.count()} of {PLACES} places, of one economy {of_one} of {QUOTA},")
    waiting = wanted.registrations.filter(status="waitlisted").count()
    print(f"  {waiting} on the waiting list, {len(asks) - waiting - confirmed.count()} lost")
    assert confirmed.count() == PLACES
    assert of_one <= QUOTA


if __name__ == "__main__":
    main()
