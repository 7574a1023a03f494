"""What an official sees when she looks for dates: candidates, ranked and explained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogues import fairness, slot_wording, slots
from dialogues.clocks import PartyTime, on_clock
from dialogues.models import Session
from dialogues.slot_wording import PartySlot


@dataclass(frozen=True)
class Search:
    """Meetings of ``minutes`` that begin between two days by the clock of ``zone``; ``count`` at most."""

    zone: str
    minutes: int
    first: date
    last: date
    count: int


@dataclass(frozen=True)
class Offer:
    """A candidate: its time by the poll's clock, and by every delegation's with what that means."""

    starts_at: datetime
    time: PartyTime
    parties: Sequence[PartySlot]

    @property
    def value(self) -> str:
        """How a form names it: ISO 8601, UTC."""
        return self.starts_at.isoformat()

    @property
    def points_label(self) -> str:
        return slot_wording.points_label(sum(row.points for row in self.parties))

    @property
    def is_easy(self) -> bool:
        return not any(row.points for row in self.parties)


@dataclass(frozen=True)
class Found:
    """Candidates, the fairest first; what the past says in words, and which clocks change meanwhile."""

    offers: Sequence[Offer]
    past: Sequence[str]
    consequence: str
    changes: Sequence[str]


def find(session: Session, search: Search, *, also: Iterable[datetime] = ()) -> Found:
    """Candidates for a session, weighed by what each Party bore before; ``also`` are moments already picked.

    Raises ``ValidationError`` as ``slots.propose``.
    """
    hours = slots.hours_for(session, search.zone)
    past = fairness.ledger(session.dialogue, leaving_out=session)
    in_person = session.format == Session.Format.IN_PERSON
    proposals = slots.propose(
        hours,
        zone=search.zone,
        minutes=search.minutes,
        first=search.first,
        last=search.last,
        count=search.count,
        owed={} if in_person else past.excess,
    )
    starts = list(dict.fromkeys([*(proposal.starts_at for proposal in proposals), *sorted(also)]))
    place = ZoneInfo(search.zone)
    begin, end = (datetime.combine(day, time(), place) for day in (search.first, search.last + timedelta(days=1)))
    return Found(
        [_offer(hours, at, search) for at in starts],
        [] if in_person else fairness.sentences(past),
        "" if in_person else fairness.consequence(past),
        slot_wording.change_of_clocks(hours, begin, end),
    )


def _offer(hours: Sequence[slots.Hours], starts_at: datetime, search: Search) -> Offer:
    ends_at = starts_at + timedelta(minutes=search.minutes)
    day = starts_at.astimezone(ZoneInfo(search.zone)).date()
    shown = on_clock(starts_at, ends_at, search.zone, day)
    return Offer(starts_at, shown, slot_wording.on_clocks(hours, starts_at, ends_at, search.zone))
