"""Times as people read them: in a zone that is named, with the weekday, and how far away they are."""

import datetime as dt
import zoneinfo
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import format_timedelta
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.languages import Language, current

#: The written variety behind each language of the portal.
LOCALES = {Language.EN: "en", Language.ZH_HANT: "zh_Hant_TW", Language.ES: "es_MX", Language.FR: "fr_CA"}


def locale() -> Locale:
    """Babel's locale for the language of the page."""
    return Locale.parse(LOCALES[Language(current())])


def city(zone: str) -> str:
    """The place a zone is named after, in the reader's language where CLDR has it: "Asia/Taipei" → "Taipei", "台北"."""
    return zone if zone == "UTC" else _city(zone, current())


@cache
def _city(zone: str, _language: str) -> str:
    # CLDR files a zone under its first name ever; today's name is an alias of it.
    known = locale().time_zones
    names = [zone, *(old for old, new in get_global("zone_aliases").items() if new == zone)]
    found = next((known[name]["city"] for name in names if "city" in known.get(name, {})), None)
    return found or zone.rpartition("/")[2].replace("_", " ")


def offset(zone: str, at: dt.datetime | None = None) -> str:
    """The distance from UTC at a moment (now by default), in hours and minutes: "UTC+8", "UTC−3:30", "UTC"."""
    moment = (at or timezone.now()).astimezone(zoneinfo.ZoneInfo(zone))
    minutes = int((moment.utcoffset() or dt.timedelta()) / dt.timedelta(minutes=1))
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def zone_label(zone: str, at: dt.datetime | None = None) -> str:
    """City and distance from UTC: "Taipei (UTC+8)"."""
    if zone == "UTC":
        return zone
    return pgettext("zone", "%(city)s (%(offset)s)") % {"city": city(zone), "offset": offset(zone, at)}


def moment_in(moment: dt.datetime, zone: str) -> str:
    """Date and time of day in ``zone``, without its name: "14 May 2027, 09:00"."""
    return date_format(moment.astimezone(zoneinfo.ZoneInfo(zone)), "DATETIME_FORMAT")


def day_shift(moment: dt.datetime, zone: str, against: str) -> int:
    """By how many days the date in ``zone`` differs from the date in zone ``against``: -1, 0 or 1."""
    there = moment.astimezone(zoneinfo.ZoneInfo(zone)).date()
    return (there - moment.astimezone(zoneinfo.ZoneInfo(against)).date()).days


def shift_label(days: int) -> str:
    """A day shift in words: "+1 day", "−1 day", nothing for the same day."""
    if days == 0:
        return ""
    sign = "+" if days > 0 else "−"
    return sign + ngettext("%(count)d day", "%(count)d days", abs(days)) % {"count": abs(days)}


def from_now(when: dt.date | dt.datetime) -> str:
    """How far away a moment or a day is: "in 3 days", "2 hours ago"; a day near today by its own word.

    Stands beside a date, never instead of it. Days are counted by the reader's calendar.
    """
    if isinstance(when, dt.datetime):
        distance = when - timezone.now()
        if abs(distance) < dt.timedelta(hours=20):
            return format_timedelta(distance, add_direction=True, granularity="minute", locale=locale())
        when = timezone.localtime(when).date()
    days = (when - timezone.localdate()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if days in near:
        return near[days]
    distance = dt.timedelta(days=days)
    return format_timedelta(distance, add_direction=True, granularity="day", threshold=1.2, locale=locale())


def urgency(due: dt.date | dt.datetime) -> str:
    """The tone of a deadline: "bad" when it has passed, "soon" within three days, else "neutral"."""
    if isinstance(due, dt.datetime):
        left = due - timezone.now()
    else:  # a day is over at its end
        left = dt.timedelta(days=(due - timezone.localdate()).days + 1)
    if left <= dt.timedelta(0):
        return "bad"
    return "soon" if left <= dt.timedelta(days=3) else "neutral"
