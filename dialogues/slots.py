"""When the delegations can meet: candidate times, and how far outside its working hours each puts a delegation.

One *point* is one hour of a meeting, one hour away from working hours. Weekends and public holidays count three hours
more. Everything is measured by the wall clocks of the delegations, so a change of clocks shows as it is felt.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from math import ceil
from operator import attrgetter, itemgetter
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues import clocks, workdays
from dialogues.models import Dialogue, Session
from portal.accounts import zones
from portal.reference.models import Economy

#: How finely meetings are measured. Every zone's distance from UTC is a multiple of it.
STEP = timedelta(minutes=15)
STEPS_AN_HOUR = 4
QUARTERS = 24 * STEPS_AN_HOUR
DAY = 24 * 60  # minutes
#: What a weekend or a public holiday costs, in hours away from working hours.
FREE_DAY = 3.0
#: Of a session over more days only its first start and its last end are known.
ONE_DAY = timedelta(hours=24)
#: Candidates begin on the full and the half hour of the poll's clock.
BEGIN_AT = {0, 30}
#: A search for dates covers this many days at most.
LONGEST_SEARCH = 62
#: As long as a poll's meeting may be, in minutes.
LONGEST = 12 * 60
SPACING = timedelta(hours=1)


@dataclass(frozen=True)
class Hours:
    """When one Party's officials work, by the clock of ``zone``; ``days`` are ISO weekdays, None its usual week."""

    economy: Economy
    name: str
    zone: str
    begins: time
    ends: time
    days: frozenset[int] | None = None

    @property
    def code(self) -> str:
        return self.economy.code

    def works_on(self, day: date) -> bool:
        return _works(self.code, self.days, day)


@dataclass(frozen=True)
class Proposal:
    """A time that could be put to the vote (UTC), with its points per Party; ``burden`` ranks, less is fairer."""

    starts_at: datetime
    ends_at: datetime
    points: Mapping[str, int]
    burden: int

    @property
    def total(self) -> int:
        return sum(self.points.values())


@lru_cache(maxsize=20_000)
def _works(code: str, days: frozenset[int] | None, day: date) -> bool:
    if days is None:
        return workdays.is_workday(day, code)
    return day.isoweekday() in days and not workdays.is_holiday(day, code)


def hours_of(dialogue: Dialogue, *, room: str = "") -> list[Hours]:
    """The working hours of every Party, in their standing order: its delegation's, else its capital's, 9 to 18.

    ``room`` is the zone of a room in which everybody sits: all go by its clock, each with its own free days.
    """
    kept = {row.economy_id: row for row in dialogue.delegations.all()}
    found = []
    for economy in dialogue.parties.all():
        row, name = kept.get(economy.pk), dialogue.name_of(economy)
        if room:
            days = frozenset(row.work_days) if row else None
            found.append(Hours(economy, name, room, clocks.WORK_BEGINS, clocks.WORK_ENDS, days))
        elif row:
            found.append(Hours(economy, name, row.time_zone, row.work_begins, row.work_ends, frozenset(row.work_days)))
        else:
            found.append(Hours(economy, name, economy.default_time_zone, clocks.WORK_BEGINS, clocks.WORK_ENDS))
    return found


def hours_for(session: Session, zone: str) -> list[Hours]:
    """Whose hours count for this session: people who meet in person live by the clock of the room (``zone``)."""
    in_person = session.format == Session.Format.IN_PERSON
    return hours_of(session.dialogue, room=zone if in_person else "")


def points(hours: Hours, starts_at: datetime, ends_at: datetime) -> int:
    """The inconvenience of a meeting for one delegation, rounded up: 0 only within its working hours.

    Of a meeting over more than a day the first and the last hour count, as far as they are known.
    """
    if ends_at - starts_at > ONE_DAY:
        hour = timedelta(hours=1)
        return _whole(_cost(hours, starts_at, starts_at + hour) + _cost(hours, ends_at - hour, ends_at))
    return _whole(_cost(hours, starts_at, ends_at))


def points_of(hours: Sequence[Hours], starts_at: datetime, ends_at: datetime) -> dict[str, int]:
    """Points by ISO code of the Party."""
    return {each.code: points(each, starts_at, ends_at) for each in hours}


def _cost(hours: Hours, starts_at: datetime, ends_at: datetime) -> float:
    place, total, moment = ZoneInfo(hours.zone), 0.0, starts_at
    while moment < ends_at:
        # Up to the next full quarter: working hours begin and end on one.
        length = min(STEP - (moment - _quarter(moment)), ends_at - moment)
        wall = (moment + length / 2).astimezone(place)
        total += _rate(hours, wall) * (length / timedelta(hours=1))
        moment += length
    return total


def _rate(hours: Hours, wall: datetime) -> float:
    minute = wall.hour * 60 + wall.minute + wall.second / 60
    return _distance(hours.begins, hours.ends, minute) + (0.0 if hours.works_on(wall.date()) else FREE_DAY)


def _distance(begins: time, ends: time, minute: float) -> float:
    """Hours to the nearest working hours round the clock; 0 within them."""
    first, last = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    if first <= minute <= last:
        return 0.0
    return min((first - minute) % DAY, (minute - last) % DAY) / 60


def _whole(cost: float) -> int:
    """Rounded up, so that nothing outside working hours counts as nothing; not by a rounding error of floats."""
    return ceil(round(cost, 6))


def propose(
    hours: Sequence[Hours],
    *,
    zone: str,
    minutes: int,
    first: date,
    last: date,
    count: int = 12,
    owed: Mapping[str, int] | None = None,
) -> list[Proposal]:
    """Up to ``count`` times for a meeting of ``minutes`` that begins between two days of ``zone``; the fairest first.

    ``owed`` is by ISO code what each Party bore more than the one that bore least (``fairness.Ledger.excess``).
    Times are ranked by the sum of the squares of what every Party would have borne afterwards: this prefers small
    burdens, shared ones, and those of whom bore least. Days take turns, so that there is something to choose from.
    Nothing past is proposed, and nothing the poll's clock cannot show for certain in the night clocks are changed.
    Raises ``ValidationError``: ``order`` of the days, ``too_long`` a search, ``length`` of the meeting.
    """
    _check_search(minutes, first, last)
    length = timedelta(minutes=minutes)
    begin = _quarter(datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC))
    end = datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    steps = ceil((end + length - begin) / STEP)
    sums = {each.code: _sums(each, begin, steps) for each in hours}
    found = []
    for start, number in _starts(begin, end, zone):
        ended = number + length // STEP
        costs = {code: _whole(costs[ended] - costs[number]) for code, costs in sums.items()}
        burden = sum(((owed or {}).get(code, 0) + cost) ** 2 for code, cost in costs.items())
        found.append(Proposal(start, start + length, costs, burden))
    found.sort(key=attrgetter("burden", "starts_at"))
    days = (last - first).days + 1
    return _varied(found, zone=zone, count=count, a_day=max(2, ceil(2 * count / days)))


def _check_search(minutes: int, first: date, last: date) -> None:
    if last < first:
        raise ValidationError(_("The last day must not be before the first."), code="order")
    if (last - first).days >= LONGEST_SEARCH:
        raise ValidationError(
            _("Search at most %(days)d days at once."), code="too_long", params={"days": LONGEST_SEARCH}
        )
    if not 0 < minutes <= LONGEST or timedelta(minutes=minutes) % STEP:
        raise ValidationError(_("A meeting takes full quarters of an hour, 12 hours at most."), code="length")


def _quarter(moment: datetime) -> datetime:
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)


def _sums(hours: Hours, begin: datetime, steps: int) -> list[float]:
    """What every meeting that begins at ``begin`` costs, by its number of quarters: differences give all others."""
    # The middle of every quarter of a day, priced once.
    away = [_distance(hours.begins, hours.ends, 15 * number + 7.5) for number in range(QUARTERS)]
    working = [price / STEPS_AN_HOUR for price in away]
    free = [(price + FREE_DAY) / STEPS_AN_HOUR for price in away]

    def of_day(day: date) -> list[float]:
        return working if hours.works_on(day) else free

    costs: list[float] = []
    for number in range(0, steps, QUARTERS):
        costs += _day_of(begin + number * STEP, ZoneInfo(hours.zone), of_day)
    return list(accumulate(costs[:steps], initial=0.0))


def _day_of(begin: datetime, place: ZoneInfo, of_day: Callable[[date], list[float]]) -> list[float]:
    """What 24 hours cost, quarter by quarter, by the clock of a place."""
    wall, then = begin.astimezone(place), (begin + ONE_DAY).astimezone(place)
    if wall.utcoffset() == then.utcoffset():
        passed = _number(wall)
        return of_day(wall.date())[passed:] + of_day(then.date())[:passed]
    walls = ((begin + number * STEP).astimezone(place) for number in range(QUARTERS))
    return [of_day(wall.date())[_number(wall)] for wall in walls]


def _number(wall: datetime) -> int:
    """Which quarter of the day it is, from 0."""
    return wall.hour * STEPS_AN_HOUR + wall.minute // 15


def _starts(begin: datetime, end: datetime, zone: str) -> Iterator[tuple[datetime, int]]:
    """Moments to come at which the poll's clock shows a full or a half hour, with their number of quarters."""
    place, now = ZoneInfo(zone), timezone.now()
    for number in range(ceil((end - begin) / STEP)):
        moment = begin + number * STEP
        wall = moment.astimezone(place)
        if moment > now and wall.minute in BEGIN_AT and is_certain(wall.replace(tzinfo=None), zone):
            yield moment, number


@lru_cache(maxsize=20_000)
def is_certain(wall: datetime, zone: str) -> bool:
    """Whether clocks in ``zone`` show ``wall`` (naive) once, not never and not twice."""
    place = ZoneInfo(zone)
    return wall.replace(tzinfo=place, fold=0).utcoffset() == wall.replace(tzinfo=place, fold=1).utcoffset()


def _varied(ranked: Sequence[Proposal], *, zone: str, count: int, a_day: int) -> list[Proposal]:
    """The best ones an hour apart, equally good ones of different days in turn; the others where these are too few."""
    place = ZoneInfo(zone)
    taken: dict[date, list[datetime]] = {}
    turns: list[tuple[int, int, datetime, Proposal]] = []
    left = []
    for proposal in ranked:
        same_day = taken.setdefault(proposal.starts_at.astimezone(place).date(), [])
        if len(same_day) < a_day and all(abs(proposal.starts_at - other) >= SPACING for other in same_day):
            turns.append((proposal.burden, len(same_day), proposal.starts_at, proposal))
            same_day.append(proposal.starts_at)
        else:
            left.append(proposal)
    chosen = [turn[-1] for turn in sorted(turns, key=itemgetter(0, 1, 2))[:count]]
    chosen += left[: count - len(chosen)]
    return sorted(chosen, key=attrgetter("burden", "starts_at"))


def check_clock(starts_at: datetime, ends_at: datetime, zone: str) -> None:
    """Refuse a time whose clock in ``zone`` is shown never or twice: it could not be scheduled (``zones.moment``)."""
    for moment in (starts_at, ends_at):
        zones.moment(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)


def clock_changes(hours: Collection[Hours], first: datetime, last: datetime) -> list[tuple[Hours, date, int]]:
    """Parties whose clocks change between two moments: the day by their calendar, and by how many minutes.

    After it the same hour at one Party is another hour at the others.
    """
    found = []
    for each in hours:
        place, moment = ZoneInfo(each.zone), first
        while moment < last:
            following = min(moment + ONE_DAY, last)
            before, after = (at.astimezone(place).utcoffset() or timedelta() for at in (moment, following))
            if before != after:
                minutes = int((after - before) / timedelta(minutes=1))
                found.append((each, following.astimezone(place).date(), minutes))
            moment = following
    return found
