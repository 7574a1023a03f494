"""Calendar files as other programs read them: parsed by a library that did not write them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone

from dialogues import registration, scheduling
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import SessionFactory

#: A weekday of next year's summer, far from any change of clocks.
SUMMER = datetime.fromisoformat(f"{timezone.now().year + 1}-07-14T10:00")


@pytest.fixture
def official(db):
    return UserFactory(official_of="US")


def read(text):
    """The one event, after the checks that every file must pass (RFC 5545, 3.1 and 3.6)."""
    raw = text.encode()
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    for line in raw.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()  # no character is cut in two by folding
    calendar = vobject.readOne(text)
    assert calendar.validate()
    assert calendar.version.value == "2.0"
    return calendar.vevent


def utc(moment):
    return moment.astimezone(UTC)


def file_of(client, session):
    return read(
        client.get(reverse("dialogues:session-calendar", args=[session.dialogue.slug, session.pk])).content.decode()
    )


def mails(user):
    return list(Notification.objects.filter(recipient=user).exclude(calendar_body="").order_by("pk"))


def test_a_session_on_the_night_the_clocks_change_keeps_its_real_length(client, official):
    """From 00:30 to 03:30 by the clocks of New York in the night they go back: four hours, not three."""
    first = SUMMER.replace(month=11, day=1, hour=0)
    sunday = first + timedelta(days=(6 - first.weekday()) % 7)
    session = scheduling.schedule(
        SessionFactory(zone=""),
        zone="America/New_York",
        starts_local=sunday.replace(hour=0, minute=30),
        ends_local=sunday.replace(hour=3, minute=30),
        by=official,
    )
    event = file_of(client, session)
    assert event.dtend.value - event.dtstart.value == timedelta(hours=4)
    assert utc(event.dtstart.value) == session.starts_at


def test_the_same_clock_in_another_zone_moves_the_entry_and_raises_its_number(client, official):
    session = scheduling.schedule(
        SessionFactory(), zone="Asia/Taipei", starts_local=SUMMER, ends_local=SUMMER.replace(hour=12), by=official
    )
    before = file_of(client, session)
    session = scheduling.reschedule(
        session, zone="America/Denver", starts_local=SUMMER, ends_local=SUMMER.replace(hour=12), by=official
    )
    after = file_of(client, session)
    assert after.uid.value == before.uid.value == session.uid
    assert int(after.sequence.value) > int(before.sequence.value)
    assert utc(after.dtstart.value) == SUMMER.replace(tzinfo=ZoneInfo("America/Denver"))


def test_cancelled_and_made_anew_are_two_entries(client, official):
    first = scheduling.schedule(
        SessionFactory(), zone="Asia/Taipei", starts_local=SUMMER, ends_local=SUMMER.replace(hour=12), by=official
    )
    scheduling.cancel(first, reason="The hall is closed.", by=official)
    second = scheduling.schedule(
        SessionFactory(dialogue=first.dialogue),
        zone="Asia/Taipei",
        starts_local=SUMMER,
        ends_local=SUMMER.replace(hour=12),
        by=official,
    )
    parts = [(mail.calendar_method, read(mail.calendar_body)) for mail in mails(official)]
    assert [method for method, _event in parts] == ["REQUEST", "CANCEL", "REQUEST"]
    for method, event in parts:
        assert event.attendee.value == f"mailto:{official.email}"
        assert (event.status.value == "CANCELLED") is (method == "CANCEL")
    assert parts[0][1].uid.value == parts[1][1].uid.value == first.uid
    assert int(parts[1][1].sequence.value) > int(parts[0][1].sequence.value)
    assert parts[2][1].uid.value == second.uid != first.uid


def test_who_comes_back_after_giving_her_place_back_is_in_the_calendar_again(db):
    user = UserFactory(sme_in="US")
    session = SessionFactory(scheduled=True)
    place = registration.register(session, user=user, by=user)
    registration.cancel_registration(place, by=user)
    session.refresh_from_db()
    registration.register(session, user=user, by=user)
    parts = [(mail.calendar_method, int(read(mail.calendar_body).sequence.value)) for mail in mails(user)]
    assert [method for method, _number in parts] == ["REQUEST", "CANCEL", "REQUEST"]
    numbers = [number for _method, number in parts]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("language", "title", "venue"),
    [
        ("zh-hant", "第3屆美墨加協定中小企業對話" * 12, "臺北市信義區信義路五段七號，台北國際會議中心一樓；入口在西側"),
        ("en", 'Tariffs; "rules of origin", and \\ other things ' * 5, "Room 1; Floor 2, Building A\\B"),
        ("fr", "Facilitation des échanges – œuvre commune 🎉", "Montréal"),
    ],
)
def test_long_and_foreign_texts_arrive_as_they_were_written(client, official, language, title, venue):
    title = title[:190].strip()
    session = SessionFactory(
        scheduled=True, venue=venue, **{f"title_{language.replace('-', '_')}": title, "title_en": title}
    )
    event = file_of(client, session)
    assert event.summary.value == " ".join(title.split())
    assert event.location.value == venue


def test_every_line_of_a_long_feed_can_be_read(client, official):
    session = SessionFactory(scheduled=True, title_en="長" * 150)
    SessionFactory.create_batch(3, scheduled=True, dialogue=session.dialogue)
    text = client.get(reverse("dialogues:dialogue-feed", args=[session.dialogue.slug])).content.decode()
    assert len(vobject.readOne(text).vevent_list) == 4
    assert len(re.findall("BEGIN:VCALENDAR", text)) == 1
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))
