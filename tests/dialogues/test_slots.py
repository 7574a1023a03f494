"""Proposed times, measured by each delegation's clock, week and holidays; and clocks that change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues import slot_wording, slots
from dialogues.models import Delegation
from dialogues.slots import Hours
from portal.reference.models import Economy
from tests.factories.dialogues import DialogueFactory, SessionFactory

ZONES = ("America/New_York", "Asia/Taipei", "America/Mexico_City", "Europe/Moscow", "Australia/Lord_Howe", "Asia/Tokyo")


def party(code="US", zone="America/New_York", begins=time(9), ends=time(18), days=None):
    return Hours(Economy(code=code), code, zone, begins, ends, days)


US = party()
TW = party("TW", "Asia/Taipei")
#: No holidays and no weekend: what is left is the clock.
BARE = party("QQ", "UTC", days=frozenset(range(1, 8)))


def there(hours, text):
    """A moment, by the clock of a Party."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone)).astimezone(UTC)


def cost(hours, starts, ends):
    return slots.points(hours, there(hours, starts), there(hours, ends))


@pytest.mark.parametrize(
    ("starts", "ends", "points"),
    [
        ("2027-03-03T09:00", "2027-03-03T18:00", 0),  # a working day
        ("2027-03-03T18:00", "2027-03-03T20:00", 2),  # half an hour, then an hour and a half away, on average
        ("2027-03-03T07:00", "2027-03-03T09:00", 2),
        ("2027-03-03T03:00", "2027-03-03T05:00", 10),
        ("2027-03-03T17:50", "2027-03-03T18:05", 1),  # never nothing for who stays longer
        ("2027-03-06T10:00", "2027-03-06T12:00", 6),  # a Saturday
        ("2027-07-05T10:00", "2027-07-05T12:00", 6),  # Independence Day, observed
    ],
)
def test_a_point_is_an_hour_of_meeting_one_hour_away_from_work(starts, ends, points):
    assert cost(US, starts, ends) == points


def test_weekend_days_worked_in_exchange_for_a_bridge_day_are_working_days():
    assert cost(TW, "2025-02-08T10:00", "2025-02-08T12:00") == 0
    assert cost(TW, "2025-02-15T10:00", "2025-02-15T12:00") == 6


def test_of_a_meeting_over_several_days_its_first_and_last_hour_count():
    assert cost(US, "2027-03-03T09:00", "2027-03-05T17:00") == 0
    assert cost(US, "2027-03-03T09:00", "2027-03-05T20:00") == 2


@given(st.integers(0, 24 * 12 - 1), st.integers(1, 36), st.sampled_from(ZONES))
@settings(max_examples=80, deadline=None)
def test_nothing_is_free_but_working_hours_and_moving_the_clock_with_the_zone_changes_nothing(step, length, zone):
    starts = datetime(2027, 6, 2, tzinfo=UTC) + step * timedelta(minutes=5)
    ends = starts + length * timedelta(minutes=15)
    wall_ends = ends.hour * 60 + ends.minute + (ends.date() - starts.date()).days * 24 * 60
    inside = starts.time() >= time(9) and wall_ends <= 18 * 60

    found = slots.points(BARE, starts, ends)

    assert (found == 0) is inside
    moved = party("QQ", zone, days=BARE.days)
    shifted = [at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for at in (starts, ends)]
    assert slots.points(moved, *shifted) == found


@given(st.sampled_from(ZONES), st.integers(0, 180), st.integers(1, 20), st.integers(1, 15), st.data())
@settings(max_examples=25, deadline=None)
@time_machine.travel("2027-01-04 00:00Z", tick=False)
def test_proposals_are_future_distinct_certain_ranked_and_priced_as_they_are(zone, offset, quarters, count, data):
    """Over every change of clocks of a half-year, in whatever zone the poll is."""
    hours = [party(code, name) for code, name in zip(("US", "TW", "MX", "RU", "AU", "JP"), ZONES, strict=True)]
    hours = data.draw(st.lists(st.sampled_from(hours), min_size=1, max_size=3, unique=True))
    first = date(2027, 1, 3) + timedelta(days=offset)

    search = {"first": first, "last": first + timedelta(days=8), "count": count}
    found = slots.propose(hours, zone=zone, minutes=15 * quarters, **search)

    assert len(found) == count
    assert len({proposal.starts_at for proposal in found}) == count
    assert [p.burden for p in found] == sorted(p.burden for p in found)
    for proposal in found:
        assert proposal.starts_at > datetime(2027, 1, 4, tzinfo=UTC)
        assert proposal.ends_at - proposal.starts_at == 15 * quarters * timedelta(minutes=1)
        wall = proposal.starts_at.astimezone(ZoneInfo(zone))
        assert first <= wall.date() <= first + timedelta(days=8)
        assert wall.minute in {0, 30}
        assert wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset()
        # The sums that make it fast give what measuring each meeting gives.
        assert proposal.points == slots.points_of(hours, proposal.starts_at, proposal.ends_at)


@given(st.integers(0, 60))
@settings(max_examples=15, deadline=None)
@time_machine.travel("2027-01-04 00:00Z", tick=False)
def test_whoever_bore_more_before_bears_no_more_in_the_first_proposal_than_without_it(owed):
    search = {"zone": "UTC", "minutes": 120, "first": date(2027, 3, 1), "last": date(2027, 3, 5), "count": 1}

    [fresh] = slots.propose([US, TW], **search)
    [found] = slots.propose([US, TW], **search, owed={"TW": owed, "US": 0})

    assert found.points["TW"] <= fresh.points["TW"]


@time_machine.travel("2027-01-04 00:00Z", tick=False)
def test_a_small_burden_is_shared_and_a_large_debt_is_paid_back():
    search = {"zone": "Asia/Taipei", "minutes": 120, "first": date(2027, 3, 1), "last": date(2027, 3, 5), "count": 1}

    [shared] = slots.propose([US, TW], **search)
    [spared] = slots.propose([US, TW], **search, owed={"TW": 40})

    assert abs(shared.points["US"] - shared.points["TW"]) <= 1
    assert spared.points["TW"] == 0
    assert spared.points["US"] > shared.points["US"]


@time_machine.travel("2027-01-04 00:00Z", tick=False)
def test_neighbours_meet_in_common_hours_and_not_on_anybodys_holiday():
    hours = [US, party("MX", "America/Mexico_City"), party("CA", "America/Toronto")]
    # 1 February is Constitution Day in Mexico, 15 February is Presidents' Day in the United States.
    search = {"zone": "America/Toronto", "minutes": 90, "first": date(2027, 2, 1), "last": date(2027, 2, 15)}

    found = slots.propose(hours, **search, count=18)

    days = {proposal.starts_at.astimezone(ZoneInfo("America/Toronto")).date() for proposal in found}
    assert all(proposal.total == 0 for proposal in found)
    assert days == {date(2027, 2, day) for day in (2, 3, 4, 5, 8, 9, 10, 11, 12)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last": date(2027, 2, 1)}, "order"),
        ({"last": date(2028, 3, 1)}, "too_long"),
        ({"minutes": 0}, "length"),
        ({"minutes": 50}, "length"),
        ({"minutes": 13 * 60}, "length"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(change, code):
    search = {"zone": "UTC", "minutes": 60, "first": date(2027, 3, 1), "last": date(2027, 3, 2)} | change

    with pytest.raises(ValidationError) as refusal:
        slots.propose([US], **search)

    assert refusal.value.code == code


def test_a_time_that_the_clock_shows_never_or_twice_cannot_be_put_to_the_vote():
    zone = "America/New_York"
    spring = datetime(2027, 3, 14, 6, tzinfo=UTC)  # 01:00; an hour later it is 03:00
    autumn = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)  # the first of two 01:30

    slots.check_clock(spring, spring + timedelta(hours=1), zone)
    with pytest.raises(ValidationError) as refusal:
        slots.check_clock(autumn, autumn + timedelta(hours=2), zone)

    assert refusal.value.code == "ambiguous"


def test_a_change_of_clocks_is_announced_for_the_parties_it_concerns():
    canada = party("CA", "America/Toronto")
    first, last = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 3, 31, tzinfo=UTC)

    assert slot_wording.change_of_clocks([US, TW, canada], first, last) == [
        "Clocks go forward on 14 March 2027: US, CA."
    ]
    assert slot_wording.change_of_clocks([TW], first, last) == []
    assert slot_wording.change_of_clocks(
        [US], datetime(2027, 11, 1, tzinfo=UTC), datetime(2027, 11, 20, tzinfo=UTC)
    ) == ["Clocks go back on 7 November 2027: US."]


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("2027-03-03T10:00", "2027-03-03T12:00", "within working hours"),
        ("2027-03-03T07:30", "2027-03-03T09:30", "begins 1 hour 30 minutes before work"),
        ("2027-03-03T17:30", "2027-03-03T18:30", "ends 30 minutes after work"),
        ("2027-03-03T22:00", "2027-03-04T00:00", "at night"),
        ("2027-03-03T05:00", "2027-03-03T07:00", "at night"),
        ("2027-03-06T10:00", "2027-03-06T12:00", "day off: Saturday"),
        ("2027-11-25T10:00", "2027-11-25T12:00", "public holiday: Thanksgiving Day"),
    ],
)
def test_an_hour_is_told_in_words(starts, ends, words):
    [row] = slot_wording.on_clocks([US], there(US, starts), there(US, ends), "UTC")

    assert row.words == words
    assert (row.tone == "good") is (words == "within working hours")


def test_holidays_are_named_in_the_readers_language():
    with translation.override("zh-hant"):
        [row] = slot_wording.on_clocks(
            [TW], there(TW, "2026-10-09T10:00"), there(TW, "2026-10-09T11:00"), "Asia/Taipei"
        )

    assert "國慶日" in row.words


@pytest.mark.django_db
def test_delegations_have_hours_of_their_own_and_the_others_those_of_their_capital(us, tw):
    dialogue = DialogueFactory()
    Delegation.objects.create(
        dialogue=dialogue,
        economy=us,
        time_zone="America/Chicago",
        work_begins=time(8, 30),
        work_ends=time(16, 30),
        work_days=[1, 2, 3, 4],
    )

    found = {hours.code: hours for hours in slots.hours_of(dialogue)}

    assert (found["US"].zone, found["US"].begins, found["US"].ends) == ("America/Chicago", time(8, 30), time(16, 30))
    assert cost(found["US"], "2027-03-05T10:00", "2027-03-05T11:00") == 3  # their Friday is free
    assert (found["TW"].zone, found["TW"].begins, found["TW"].ends) == ("Asia/Taipei", time(9), time(18))


@pytest.mark.django_db
def test_who_meets_in_person_lives_by_the_clock_of_the_room(us, tw):
    session = SessionFactory(format="in_person")

    found = slots.hours_for(session, "America/New_York")

    assert {hours.zone for hours in found} == {"America/New_York"}
    assert {hours.zone for hours in slots.hours_for(SessionFactory(), "America/New_York")} == {
        "America/New_York",
        "Asia/Taipei",
    }
