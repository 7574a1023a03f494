"""Wall clocks and moments: across the date line, and on the nights when clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogues import clocks
from portal.accounts import zones
from tests.factories.dialogues import DialogueFactory


def at(text):
    return datetime.fromisoformat(text)


def test_a_wall_time_is_one_moment():
    assert zones.moment(at("2027-05-14T09:00"), "Asia/Taipei") == datetime(2027, 5, 14, 1, 0, tzinfo=UTC)


def test_the_same_wall_time_is_another_moment_in_summer():
    winter = zones.moment(at("2027-01-15T09:00"), "America/New_York")
    summer = zones.moment(at("2027-07-15T09:00"), "America/New_York")

    assert (winter.hour, summer.hour) == (14, 13)


def test_a_time_that_clocks_jump_over_is_refused():
    with pytest.raises(ValidationError) as refusal:
        zones.moment(at("2027-03-14T02:30"), "America/New_York")

    assert refusal.value.code == "nonexistent"
    (message,) = refusal.value.messages
    assert message.startswith("There is no 14 March 2027, 02:30 in America/New_York: clocks are put forward")


def test_a_time_that_comes_twice_is_refused():
    with pytest.raises(ValidationError) as refusal:
        zones.moment(at("2027-11-07T01:30"), "America/New_York")

    assert refusal.value.code == "ambiguous"


@pytest.mark.parametrize("wall", ["2027-03-14T01:59", "2027-03-14T03:00", "2027-11-07T00:59", "2027-11-07T02:00"])
def test_times_beside_the_change_are_taken(wall):
    moment = zones.moment(at(wall), "America/New_York")

    assert moment.tzinfo is UTC


def test_an_unknown_zone_is_refused():
    with pytest.raises(ValidationError) as refusal:
        zones.moment(at("2027-05-14T09:00"), "Asia/Atlantis")

    assert refusal.value.code == "unknown_zone"


ZONES = ["America/New_York", "Asia/Taipei", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first draw loads zone data
@given(
    wall=st.datetimes(at("2020-01-01"), at("2035-01-01")).map(lambda d: d.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
)
def test_a_moment_shows_the_wall_time_it_was_made_from_or_is_refused(wall, zone):
    place = ZoneInfo(zone)
    offsets = {wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1)}

    if len(offsets) == 1:
        assert zones.moment(wall, zone).astimezone(place).replace(tzinfo=None) == wall
    else:
        with pytest.raises(ValidationError):
            zones.moment(wall, zone)


def rows(dialogue, wall, zone, hours=2):
    starts = zones.moment(at(wall), zone)
    ends = starts + (at("2027-01-01T00:00").replace(hour=hours) - at("2027-01-01T00:00"))
    return {row.economy.code: row for row in clocks.party_times(dialogue, starts, ends, zone)}


def test_across_the_date_line_the_other_side_reads_another_day(us, tw):
    found = rows(DialogueFactory(), "2027-05-14T09:00", "Asia/Taipei")

    assert (found["TW"].day, found["TW"].span, found["TW"].shift) == ("Friday, 14 May 2027", "09:00–11:00", "")
    assert (found["US"].day, found["US"].span) == ("Thursday, 13 May 2027", "21:00–23:00")
    assert (found["US"].shift, found["US"].hours) == ("−1 day", "outside")


def test_seen_from_the_west_the_east_is_a_day_ahead(us, tw):
    found = rows(DialogueFactory(), "2027-05-13T20:00", "America/New_York")

    assert (found["TW"].shift, found["TW"].span, found["TW"].hours) == ("+1 day", "08:00–10:00", "partly")


def test_the_distance_between_the_parties_changes_with_summer_time(us, tw):
    winter = rows(DialogueFactory(), "2027-01-15T09:00", "Asia/Taipei")
    summer = rows(DialogueFactory(), "2027-07-15T09:00", "Asia/Taipei")

    assert (winter["US"].span, summer["US"].span) == ("20:00–22:00", "21:00–23:00")
    assert (winter["US"].zone_label, summer["US"].zone_label) == ("New York (UTC−5)", "New York (UTC−4)")


def test_a_session_over_midnight_names_the_day_it_ends(us, tw):
    found = rows(DialogueFactory(), "2027-05-14T11:00", "Asia/Taipei")

    assert found["US"].span == "23:00 – 14 May 2027, 01:00"


@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        ("2027-05-14T09:00", "2027-05-14T18:00", "inside"),
        ("2027-05-14T08:59", "2027-05-14T18:00", "partly"),
        ("2027-05-14T17:00", "2027-05-14T19:00", "partly"),
        ("2027-05-14T18:00", "2027-05-14T20:00", "outside"),
        ("2027-05-15T10:00", "2027-05-15T12:00", "outside"),  # a Saturday
        ("2027-05-13T09:00", "2027-05-14T17:00", "inside"),  # two working days
        ("2027-05-13T22:00", "2027-05-14T10:00", "partly"),
    ],
)
def test_working_hours_are_nine_to_six_on_weekdays(starts, ends, hours):
    assert clocks.working_hours(at(starts), at(ends)) == hours


def test_the_readers_own_time_is_in_her_zone_and_language():
    starts, ends = datetime(2027, 5, 14, 1, 0, tzinfo=UTC), datetime(2027, 5, 14, 3, 0, tzinfo=UTC)

    with timezone.override("America/Mexico_City"), translation.override("es"):
        own = clocks.own_time(starts, ends, "Asia/Taipei")

        assert own.span == "19:00–21:00"
        assert own.days == -1
        assert "jueves" in own.day.lower()
