"""Working days of an economy: not its weekend, not its public holidays (python-holidays).

Days on which government offices are closed count as holidays, because it is officials who answer. Taiwan's and China's
weekend days that are worked in exchange for a bridge day count as working days. Regional holidays are not known.
An economy the library does not know, and none at all, works Monday to Friday.
"""

from calendar import isleap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

import holidays
from django.utils.translation import get_language
from holidays.constants import GOVERNMENT, PUBLIC
from holidays.registry import COUNTRIES

#: Monday is 0, as ``date.weekday()`` counts.
SATURDAY_AND_SUNDAY = frozenset({5, 6})
#: The portal's languages in the library's words; what an economy does not offer is shown in English.
LANGUAGES = {"en": "en_US", "zh-hant": "zh_TW", "es": "es", "fr": "fr"}
ENGLISH = ("en_US", "en_CA", "en_GB", "en_AU", "en")
KNOWN = frozenset(entry[1] for entry in COUNTRIES.values())


@dataclass(frozen=True)
class _Year:
    """One economy's year: names of the holidays by day, the weekend, and the weekend days that are worked."""

    names: Mapping[date, str]
    weekend: frozenset[int]
    worked: frozenset[date]


def add(day: date, count: int, economy_code: str | None = None) -> date:
    """The working day that comes ``count`` working days after ``day``; ``day`` itself does not count.

    0 gives ``day``, working or not. Raises ``ValueError`` for less.
    """
    if count < 0:
        raise ValueError("Working days are counted forward.")
    while count:
        day += timedelta(days=1)
        count -= is_workday(day, economy_code)
    return day


def between(first: date, last: date, economy_code: str | None = None) -> int:
    """How many working days lie after ``first`` up to and including ``last``; 0 when it is not later."""
    if last <= first:
        return 0
    whole_years = sum(_worked_until(economy_code, year)[-1] for year in range(first.year, last.year))
    return whole_years + _worked_by(last, economy_code) - _worked_by(first, economy_code)


def is_workday(day: date, economy_code: str | None = None) -> bool:
    """Whether the officials of this economy work on ``day``."""
    year = _year(economy_code, day.year, "en")
    if day in year.worked:
        return True
    return day.weekday() not in year.weekend and day not in year.names


def is_holiday(day: date, economy_code: str | None) -> str:
    """The name of the holiday, in the active language where the library has it, else in English; "" for none."""
    return _year(economy_code, day.year, get_language() or "en").names.get(day, "")


@lru_cache(maxsize=512)
def _year(economy_code: str | None, year: int, language: str) -> _Year:
    if economy_code not in KNOWN:
        return _Year({}, SATURDAY_AND_SUNDAY, frozenset())
    country = getattr(holidays, economy_code)
    categories = [name for name in (PUBLIC, GOVERNMENT) if name in country.supported_categories]
    found = country(years=year, expand=False, categories=categories, language=_language(country, language))
    worked = frozenset(day for day in found.weekend_workdays if day.year == year)
    return _Year(dict(found), frozenset(found.weekend), worked)


def _worked_by(day: date, economy_code: str | None) -> int:
    """Working days of its year up to and including ``day``."""
    return _worked_until(economy_code, day.year)[day.timetuple().tm_yday]


@lru_cache(maxsize=512)
def _worked_until(economy_code: str | None, year: int) -> tuple[int, ...]:
    """Working days up to and including the n-th day of the year, for n from 0."""
    first, days = date(year, 1, 1), 366 if isleap(year) else 365
    return (0, *accumulate(is_workday(first + timedelta(days=number), economy_code) for number in range(days)))


def _language(country: type[holidays.HolidayBase], language: str) -> str | None:
    """In which of the country's languages its holidays are named; None for the library's only one."""
    wished = (LANGUAGES.get(language, ""), *ENGLISH)
    return next((code for code in wished if code in country.supported_languages), None)
