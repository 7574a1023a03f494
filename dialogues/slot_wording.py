"""What a time is like for a delegation, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dialogues import clocks, slots, workdays
from dialogues.clocks import PartyTime
from dialogues.slots import Hours

NIGHT_BEGINS = time(22)
NIGHT_ENDS = time(6)
#: From this many points an hour on a time is bad, not merely inconvenient.
BAD = 3


@dataclass(frozen=True)
class PartySlot:
    """A time on one delegation's clock: its points, and what that means ("ends 2 hours after work")."""

    time: PartyTime
    points: int
    words: str
    tone: str

    @property
    def points_label(self) -> str:
        return points_label(self.points)


def on_clocks(hours: Sequence[Hours], starts_at: datetime, ends_at: datetime, zone: str) -> list[PartySlot]:
    """The time for every delegation, side by side; ``zone`` is the meeting's own, from whose date days are counted."""
    day = starts_at.astimezone(ZoneInfo(zone)).date()
    found = []
    for each in hours:
        shown = clocks.on_clock(starts_at, ends_at, each.zone, day, economy=each.economy, name=each.name)
        cost = slots.points(each, starts_at, ends_at)
        found.append(PartySlot(shown, cost, words(each, shown, cost), tone(cost, starts_at, ends_at)))
    return found


def tone(points: int, starts_at: datetime, ends_at: datetime) -> str:
    """The tone of a badge: good within working hours, soon when inconvenient, bad when far from them."""
    if points == 0:
        return "good"
    length = max((ends_at - starts_at) / timedelta(hours=1), 1)
    return "bad" if points >= BAD * length else "soon"


def points_label(points: int) -> str:
    return ngettext("%(count)s point", "%(count)s points", points) % {"count": number_format(points)}


def words(hours: Hours, shown: PartyTime, points: int) -> str:
    """The one thing to know of a time: a holiday, a free day, the night, or how far from working hours it is."""
    if points == 0:
        return _("within working hours")
    last = shown.ends - timedelta(minutes=1)  # who ends at midnight ends on that day
    day = next((day for day in (shown.starts.date(), last.date()) if not hours.works_on(day)), None)
    if day is not None:
        if name := workdays.is_holiday(day, hours.code):
            return _("public holiday: %(name)s") % {"name": name}
        return _("day off: %(weekday)s") % {"weekday": date_format(day, "l")}
    if _is_night(shown):
        return _("at night")
    early, late = _early(hours, shown.starts), _late(hours, shown.starts, shown.ends)
    if early >= late:
        return _("begins %(length)s before work") % {"length": length(early)}
    return _("ends %(length)s after work") % {"length": length(late)}


def _is_night(shown: PartyTime) -> bool:
    starts, ends = shown.starts.time(), shown.ends.time()
    ends_in_it = ends > NIGHT_BEGINS or (ends <= NIGHT_ENDS and shown.ends_on_another_day)
    return starts >= NIGHT_BEGINS or starts < NIGHT_ENDS or ends_in_it


def _early(hours: Hours, starts: datetime) -> timedelta:
    return max(datetime.combine(starts.date(), hours.begins) - starts, timedelta())


def _late(hours: Hours, starts: datetime, ends: datetime) -> timedelta:
    return max(ends - datetime.combine(starts.date(), hours.ends), timedelta())


def length(duration: timedelta) -> str:
    """Hours and minutes: "2 hours", "1 hour 30 minutes", "45 minutes"."""
    hours, minutes = divmod(int(duration / timedelta(minutes=1)), 60)
    parts = []
    if hours:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if minutes or not hours:
        parts.append(ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
    return " ".join(parts)


def in_a_sentence(rows: Sequence[PartySlot]) -> str:
    """All delegations in one line: "Within everyone's working hours", or who is outside, and how far."""
    outside = [row for row in rows if row.points]
    if not outside:
        return _("Within everyone's working hours.")
    parts = [
        pgettext("party and hours", "%(name)s: %(words)s") % {"name": row.time.name, "words": row.words}
        for row in outside
    ]
    return pgettext("sentence", "%(text)s.") % {"text": pgettext("list of clauses", "; ").join(parts)}


def change_of_clocks(hours: Sequence[Hours], first: datetime, last: datetime) -> list[str]:
    """A sentence for each change of clocks between two moments, Parties that change together named together."""
    days: dict[tuple, list[str]] = {}
    for each, day, minutes in slots.clock_changes(hours, first, last):
        days.setdefault((day, minutes), []).append(each.name)
    return [
        (_("Clocks go forward on %(day)s: %(names)s.") if minutes > 0 else _("Clocks go back on %(day)s: %(names)s."))
        % {"day": date_format(day, "DATE_FORMAT"), "names": pgettext("list", ", ").join(names)}
        for (day, minutes), names in sorted(days.items())
    ]
