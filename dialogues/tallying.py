"""The answers to a poll: counted per time, and in a table of times and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from dialogues.clocks import PartyTime, on_clock
from dialogues.models import Availability, CandidateSlot, Invitee, SlotPoll
from portal.reference.models import Economy

Answer = Availability.Answer


@dataclass(frozen=True)
class Burden:
    """What a time costs one Party, as it was when it was proposed."""

    economy: Economy
    name: str
    points: int


@dataclass(frozen=True)
class Row:
    """One time: who answers what (in the order of the invitees; empty is no answer), and what it costs the Parties.

    ``missing`` are the Parties none of whose people said yes or if need be, though some have answered.
    """

    slot: CandidateSlot
    time: PartyTime
    answers: Sequence[str]
    burdens: Sequence[Burden]
    missing: Sequence[str]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many say what, with words for a template: ``yes``, ``if_need_be``, ``no``, ``open``."""
        return {"open": self.answers.count(""), **{answer.value: self.answers.count(answer) for answer in Answer}}

    @property
    def points(self) -> int:
        return sum(burden.points for burden in self.burdens)

    @property
    def rank(self) -> tuple[int, int, int, int, datetime]:
        """Less is better: no Party without anybody, nobody who cannot, many who can easily, little inconvenience."""
        counts = self.counts
        return (len(self.missing), counts[Answer.NO], -counts[Answer.YES], self.points, self.slot.starts_at)


@dataclass(frozen=True)
class Tally:
    """All times of a poll in their order, and the people asked."""

    invitees: Sequence[Invitee]
    rows: Sequence[Row]

    @property
    def answered(self) -> int:
        return sum(invitee.answered_at is not None for invitee in self.invitees)

    @property
    def best(self) -> Row | None:
        """What the answers speak for; nothing before the first one."""
        return min(self.rows, key=lambda row: row.rank) if self.answered else None


def tally(poll: SlotPoll) -> Tally:
    """Count a poll's answers. Costs the same queries however many there are."""
    dialogue = poll.session.dialogue
    invitees = list(poll.invitees.select_related("user", "economy").order_by("economy__order", "pk"))
    found: dict[tuple[int, int], str] = {
        (slot, invitee): answer
        for slot, invitee, answer in Availability.objects.filter(slot__poll=poll).values_list(
            "slot_id", "invitee_id", "answer"
        )
    }
    parties = {economy: dialogue.name_of(economy) for economy in dialogue.parties.all()}
    place = ZoneInfo(poll.zone)
    rows = []
    for slot in poll.slots.all():
        answers = [found.get((slot.pk, invitee.pk), "") for invitee in invitees]
        day = slot.starts_at.astimezone(place).date()
        time = on_clock(slot.starts_at, slot.ends_at, poll.zone, day)
        rows.append(Row(slot, time, answers, _burdens(parties, slot), _missing(parties, invitees, answers)))
    return Tally(invitees, rows)


def _burdens(parties: Mapping[Economy, str], slot: CandidateSlot) -> list[Burden]:
    """What a time costs each Party, in their standing order; nothing for who was no Party when it was proposed."""
    costs: Mapping[str, int] = slot.inconvenience
    return [Burden(economy, name, costs[economy.code]) for economy, name in parties.items() if economy.code in costs]


def _missing(parties: Mapping[Economy, str], invitees: Sequence[Invitee], answers: Sequence[str]) -> list[str]:
    """Names of the Parties of which somebody has answered, but nobody can come."""
    said: dict[str | None, set[str]] = {}
    for invitee, answer in zip(invitees, answers, strict=True):
        if answer:
            said.setdefault(invitee.economy_id, set()).add(answer)
    return [name for economy, name in parties.items() if said.get(economy.pk) == {Answer.NO.value}]
