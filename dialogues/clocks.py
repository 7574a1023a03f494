"""From the clock on a wall to a moment in time, and from a moment to everybody's clocks."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dialogues.models import Dialogue
from portal import clock
from portal.reference.models import Economy

WORK_BEGINS = time(9)
WORK_ENDS = time(18)
FRIDAY = 4
HOURS = {
    "inside": gettext_lazy("within working hours"),
    "partly": gettext_lazy("partly outside working hours"),
    "outside": gettext_lazy("outside working hours"),
}


@dataclass(frozen=True)
class PartyTime:
    """A session's time on one Party's clocks.

    ``starts`` and ``ends`` are wall times (naive), so that no template turns them into the reader's zone.
    ``days`` is how many calendar days the start is off the session's own date; ``hours`` is "inside",
    "partly" or "outside" working hours.
    """

    economy: Economy | None
    name: str
    zone: str
    zone_label: str
    starts: datetime
    ends: datetime
    days: int
    hours: str

    @property
    def day(self) -> str:
        """The day in words: "Friday, 14 May 2027"."""
        weekday, day = date_format(self.starts, "l"), date_format(self.starts, "DATE_FORMAT")
        return _("%(weekday)s, %(day)s") % {"weekday": weekday, "day": day}

    @property
    def span(self) -> str:
        """From when to when: "09:00–11:30", with the day of the end when it is another one."""
        begin, end = time_format(self.starts, "H:i"), time_format(self.ends, "H:i")
        if self.ends_on_another_day:
            end = _("%(day)s, %(time)s") % {"day": date_format(self.ends, "DATE_FORMAT"), "time": end}
            return f"{begin} – {end}"
        return f"{begin}–{end}"

    @property
    def hours_label(self) -> str:
        return str(HOURS[self.hours])

    @property
    def shift(self) -> str:
        """How the date differs: "+1 day", or nothing on the same date."""
        return clock.shift_label(self.days)

    @property
    def ends_on_another_day(self) -> bool:
        return self.starts.date() != self.ends.date()


def party_times(dialogue: Dialogue, starts_at: datetime, ends_at: datetime, zone: str) -> list[PartyTime]:
    """The same time on every Party's clocks (the zone of its capital), Parties in their standing order.

    ``zone`` is the session's own; the days ("+1 day") are counted from its date.
    """
    host_day = starts_at.astimezone(ZoneInfo(zone)).date()
    return [
        on_clock(
            starts_at, ends_at, economy.default_time_zone, host_day, economy=economy, name=dialogue.name_of(economy)
        )
        for economy in dialogue.parties.all()
    ]


def room_time(starts_at: datetime, ends_at: datetime, zone: str) -> PartyTime:
    """The time on the clock of the room: the session's own zone."""
    return on_clock(starts_at, ends_at, zone, starts_at.astimezone(ZoneInfo(zone)).date())


def own_time(starts_at: datetime, ends_at: datetime, zone: str) -> PartyTime:
    """The time on the reader's clock: the active time zone. ``zone`` is the session's own, for the days."""
    host_day = starts_at.astimezone(ZoneInfo(zone)).date()
    return on_clock(starts_at, ends_at, timezone.get_current_timezone_name(), host_day)


def on_clock(
    starts_at: datetime, ends_at: datetime, zone: str, host_day: date, *, economy: Economy | None = None, name: str = ""
) -> PartyTime:
    """The time on the clock of ``zone``; ``host_day`` is the date from which "+1 day" counts."""
    place = ZoneInfo(zone)
    starts, ends = (at.astimezone(place).replace(tzinfo=None) for at in (starts_at, ends_at))
    return PartyTime(
        economy=economy,
        name=name,
        zone=zone,
        zone_label=clock.zone_label(zone, starts_at),
        starts=starts,
        ends=ends,
        days=(starts.date() - host_day).days,
        hours=working_hours(starts, ends),
    )


def working_hours(starts: datetime, ends: datetime) -> str:
    """Whether it is "inside", "partly" or "outside" Monday to Friday, 09:00-18:00, by local clocks.

    Of a session over several days only the first start and the last end are known, so these decide.
    """
    if ends - starts > timedelta(hours=24):
        within = [_worked(starts, starts + timedelta(hours=1)), _worked(ends - timedelta(hours=1), ends)]
        worked, length = sum(within, timedelta()), timedelta(hours=2)
    else:
        worked, length = _worked(starts, ends), ends - starts
    if worked >= length:
        return "inside"
    return "partly" if worked else "outside"


def _worked(starts: datetime, ends: datetime) -> timedelta:
    """How much of it lies in working hours."""
    worked = timedelta()
    day = starts.date()
    while day <= ends.date():
        if day.weekday() <= FRIDAY:
            begin = max(starts, datetime.combine(day, WORK_BEGINS))
            finish = min(ends, datetime.combine(day, WORK_ENDS))
            worked += max(finish - begin, timedelta())
        day += timedelta(days=1)
    return worked
