"""Working days by the holidays of each economy."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dialogues import workdays

MONTHS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
ECONOMIES = st.sampled_from(["US", "TW", "MX", "CA", "CN", "AE", "XX", None])


def test_without_an_economy_monday_to_friday_is_worked():
    assert workdays.add(date(2027, 1, 1), 5) == date(2027, 1, 8)  # a Friday
    assert workdays.add(date(2027, 1, 2), 1) == date(2027, 1, 4)
    assert workdays.add(date(2027, 1, 2), 0) == date(2027, 1, 2)


def test_public_holidays_are_not_worked():
    assert workdays.add(date(2027, 7, 2), 1, "US") == date(2027, 7, 6)  # Independence Day is observed on the Monday
    assert workdays.add(date(2027, 7, 2), 1, "MX") == date(2027, 7, 5)
    assert not workdays.is_workday(date(2027, 2, 5), "TW")  # Lunar New Year's Eve
    assert not workdays.is_workday(date(2027, 5, 24), "CA")  # Victoria Day: government offices are closed


def test_a_worked_saturday_counts():
    assert workdays.is_workday(date(2025, 2, 8), "TW")
    assert not workdays.is_workday(date(2025, 2, 8), "US")


def test_weekends_are_each_economys_own():
    assert workdays.is_workday(date(2027, 1, 17), "SA")  # a Sunday
    assert not workdays.is_workday(date(2027, 1, 15), "SA")


def test_holidays_have_names_in_the_readers_language_or_english():
    new_year = date(2027, 1, 1)
    assert workdays.is_holiday(new_year, "MX") == "New Year's Day"
    with translation.override("es"):
        assert workdays.is_holiday(new_year, "MX") == "Año Nuevo"
        assert workdays.is_holiday(new_year, "TW") == "Founding Day of the Republic of China"
    assert workdays.is_holiday(date(2027, 1, 5), "MX") == ""
    assert workdays.is_holiday(new_year, "XX") == ""
    assert workdays.is_holiday(new_year, None) == ""


def test_days_are_never_counted_backward():
    with pytest.raises(ValueError, match="forward"):
        workdays.add(date(2027, 1, 4), -1)
    assert workdays.between(date(2027, 1, 8), date(2027, 1, 4)) == 0


@given(day=MONTHS, count=st.integers(0, 40), code=ECONOMIES)
def test_counting_back_what_was_added_gives_the_same_number(day, count, code):
    later = workdays.add(day, count, code)
    assert workdays.between(day, later, code) == count
    assert count == 0 or workdays.is_workday(later, code)
    assert later - day <= timedelta(days=3 * count + 15)
