from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.languages import Language
from portal.notifications.calendar import Event, feed, invitation
from portal.notifications.models import Address

ZONES = ["UTC", "America/New_York", "America/Mexico_City", "Asia/Taipei", "Asia/Kathmandu", "Pacific/Apia"]
START = datetime(2027, 5, 14, 9, tzinfo=ZoneInfo("Asia/Taipei"))


def event(**changes):
    values = {
        "uid": "session-7@example.com",
        "sequence": 3,
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "summary": "第一次對話, part 1; open",
        "description": "Agenda:\n1. Customs",
        "location": "Taipei",
        "url": "https://example.com/zh-hant/dialogues/x/",
        "changed_at": datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    return Event(**(values | changes))


def entry_of(text):
    calendar = icalendar.Calendar.from_ical(text)
    (entry,) = calendar.walk("VEVENT")
    return calendar, entry


ANA = Address("ana@example.com", "es", "America/Mexico_City", "Ana López")


def test_an_invitation_says_what_when_and_to_whom():
    part = invitation(event(), attendee=ANA, method="REQUEST", partstat="ACCEPTED")
    calendar, entry = entry_of(part.body)
    assert part.method == calendar["METHOD"] == "REQUEST"
    assert entry["UID"] == "session-7@example.com"
    assert (entry["SEQUENCE"], entry["STATUS"]) == (3, "CONFIRMED")
    assert entry.decoded("DTSTART") == START
    assert entry["SUMMARY"] == "第一次對話, part 1; open"
    assert entry["DESCRIPTION"] == "Agenda:\n1. Customs"
    assert entry.decoded("LAST-MODIFIED") == datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert entry["ATTENDEE"] == "mailto:ana@example.com"
    assert dict(entry["ATTENDEE"].params) == {
        "CN": "Ana López",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_the_portal_is_the_organizer(settings):
    settings.DEFAULT_FROM_EMAIL = "SME Dialogue <no-reply@portal.example>"
    _calendar, entry = entry_of(invitation(event(), attendee=ANA, method="REQUEST").body)
    assert entry["ORGANIZER"] == "mailto:no-reply@portal.example"
    assert entry["ORGANIZER"].params["CN"] == "SME Dialogue"


def test_times_are_written_in_utc_without_a_time_zone_table():
    body = invitation(event(), attendee=ANA, method="REQUEST").body
    assert "DTSTART:20270514T010000Z" in body
    assert "VTIMEZONE" not in body


def test_a_cancelled_event_is_taken_back():
    calendar, entry = entry_of(invitation(event(is_cancelled=True), attendee=ANA, method="CANCEL").body)
    assert (calendar["METHOD"], entry["STATUS"]) == ("CANCEL", "CANCELLED")


def test_one_person_taken_out_does_not_read_that_the_event_is_off():
    calendar, entry = entry_of(invitation(event(), attendee=ANA, method="CANCEL").body)
    assert calendar["METHOD"] == "CANCEL"
    assert "STATUS" not in entry


def test_a_cancelled_event_is_never_requested():
    with pytest.raises(ValueError, match="CANCEL"):
        invitation(event(is_cancelled=True), attendee=ANA, method="REQUEST")


def test_only_the_methods_we_send():
    with pytest.raises(ValueError, match="REPLY"):
        invitation(event(), attendee=ANA, method="REPLY")


@pytest.mark.parametrize(
    "wrong",
    [
        {"uid": ""},
        {"sequence": -1},
        {"starts_at": datetime(2027, 5, 14, 9)},  # noqa: DTZ001 -- the fault
        {"ends_at": START},
    ],
)
def test_an_impossible_event_is_refused(wrong):
    with pytest.raises(ValueError):
        event(**wrong)


def test_a_feed_lists_every_event_and_nobody_s_address():
    text = feed(
        [event(), event(uid="session-8@example.com", is_cancelled=True)], name="USMCA Dialogue", description="All"
    )
    calendar = icalendar.Calendar.from_ical(text)
    assert (calendar["METHOD"], calendar["X-WR-CALNAME"], calendar["NAME"]) == (
        "PUBLISH",
        "USMCA Dialogue",
        "USMCA Dialogue",
    )
    assert [(e["UID"], e["STATUS"]) for e in calendar.walk("VEVENT")] == [
        ("session-7@example.com", "CONFIRMED"),
        ("session-8@example.com", "CANCELLED"),
    ]
    assert "ATTENDEE" not in text


def test_the_same_events_give_the_same_feed(time_machine):
    time_machine.move_to(datetime(2027, 2, 1, tzinfo=UTC))
    before = feed([event()], name="N")
    time_machine.move_to(datetime(2027, 3, 1, tzinfo=UTC))
    assert feed([event()], name="N") == before


def test_an_empty_feed_is_a_calendar():
    assert icalendar.Calendar.from_ical(feed([], name="N")).walk("VEVENT") == []


@hypothesis.settings(deadline=None)
@given(
    starts=st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 -- the zones are drawn beside it
    zone=st.sampled_from(ZONES),
    other=st.sampled_from(ZONES),
    minutes=st.integers(1, 10_000),
)
def test_any_instant_in_any_zone_comes_back_as_the_same_instant(starts, zone, other, minutes):
    starts_at = starts.replace(tzinfo=ZoneInfo(zone), microsecond=0).astimezone(UTC)
    ends_at = (starts_at + timedelta(minutes=minutes)).astimezone(ZoneInfo(other))
    _calendar, entry = entry_of(
        invitation(
            event(starts_at=starts_at.astimezone(ZoneInfo(zone)), ends_at=ends_at), attendee=ANA, method="REQUEST"
        ).body
    )
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (starts_at, ends_at)


@hypothesis.settings(deadline=None, max_examples=60)
@given(name=st.text(max_size=80), summary=st.text(max_size=200), description=st.text(max_size=400))
def test_whatever_people_write_the_calendar_can_be_read_and_invites_one(name, summary, description):
    attendee = Address("ana@example.com", Language.EN, name=name)
    body = invitation(
        event(summary=summary, description=description, organizer_name=name), attendee=attendee, method="REQUEST"
    ).body
    calendar, entry = entry_of(body)
    assert entry["ATTENDEE"] == "mailto:ana@example.com"
    assert entry["ORGANIZER"].startswith("mailto:")
    assert calendar["METHOD"] == "REQUEST"
    assert "\x00" not in body
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
