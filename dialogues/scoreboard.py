"""What became of what was promised in a dialogue: per Party, and over the years.

Counted from published commitments alone, each once, by how it stands today. An age is told in days from the first day
of the session in which it was promised.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.utils import timezone

from dialogues.models import Commitment, Dialogue, DueChange
from portal.reference.models import Economy

KEPT, ON_TRACK, LATE, DROPPED = "kept", "on_track", "late", "dropped"
#: In the order in which they are told.
OUTCOMES = (KEPT, ON_TRACK, LATE, DROPPED)


@dataclass(frozen=True)
class Fact:
    """One published commitment as the scoreboard sees it. ``economy`` is a Party's code; empty for other owners."""

    economy: str
    status: str
    due_on: date
    promised_on: date
    was_moved: bool = False

    def outcome(self, today: date) -> str:
        if self.status == Commitment.Status.DONE:
            return KEPT
        if self.status == Commitment.Status.DROPPED:
            return DROPPED
        return LATE if self.due_on < today else ON_TRACK


@dataclass(frozen=True)
class PartyScore:
    """``median_days``: half of its open commitments are older; None where nothing is open.

    ``economy`` is None for the total, and for owners that belong to no Party. ``moved``: whose due date was changed.
    """

    economy: Economy | None
    kept: int = 0
    on_track: int = 0
    late: int = 0
    dropped: int = 0
    median_days: int | None = None
    moved: int = 0

    @property
    def promised(self) -> int:
        return self.kept + self.on_track + self.late + self.dropped


@dataclass(frozen=True)
class YearScore:
    """What was promised in the sessions of one year, by how it stands today."""

    year: int
    kept: int = 0
    on_track: int = 0
    late: int = 0
    dropped: int = 0

    @property
    def promised(self) -> int:
        return self.kept + self.on_track + self.late + self.dropped


@dataclass(frozen=True)
class Scoreboard:
    """``rows``: every Party in its order, also one that promised nothing, then the others, if any, under None.

    ``years``: those in which something was promised, the first one first. ``open``: what is still to be done, the
    first due first, with owner and session.
    """

    rows: list[PartyScore]
    total: PartyScore
    years: list[YearScore]
    open: list[Commitment]
    facts: list[Fact] = field(repr=False, default_factory=list)
    today: date = field(default_factory=timezone.localdate)


def of(dialogue: Dialogue, *, user: Any = None, open_at_most: int | None = None) -> Scoreboard:
    """The scoreboard as ``user`` may see it: without one, of the sessions that are open to all.

    ``open_at_most`` shortens the list of what is open, never a count. Days are those of the active time zone.
    Two queries when the Parties were prefetched.
    """
    seen = Commitment.objects.visible_to(user or AnonymousUser()).published().filter(session__dialogue=dialogue)
    facts = list(_facts(seen, dialogue))
    today = timezone.localdate()
    is_open = seen.unfinished().select_related("owner__economy", "session__dialogue").order_by("due_on", "pk")
    return Scoreboard(
        rows=list(_by_party(facts, dialogue, today)),
        total=_score(None, facts, today),
        years=list(_by_year(facts, today)),
        open=list(is_open[:open_at_most]),
        facts=facts,
        today=today,
    )


def by_year_and_party(scoreboard: Scoreboard, dialogue: Dialogue) -> Iterator[tuple[int, PartyScore]]:
    """The finest table behind it: the years in their order, and in each the Parties that promised something."""
    for year in scoreboard.years:
        facts = [fact for fact in scoreboard.facts if fact.promised_on.year == year.year]
        for score in _by_party(facts, dialogue, scoreboard.today):
            if score.promised:
                yield year.year, score


def _facts(commitments: Any, dialogue: Dialogue) -> Iterator[Fact]:
    moved = Exists(DueChange.objects.filter(commitment=OuterRef("pk")))
    rows = commitments.order_by("pk").values_list(
        "owner__economy", "status", "due_on", "session__starts_on", "published_at", moved
    )
    for economy, status, due_on, starts_on, published_at, was_moved in rows:
        promised_on = starts_on or timezone.localtime(published_at).date()
        party = economy if economy in dialogue.party_codes else ""
        yield Fact(party, status, due_on, promised_on, was_moved)


def _by_party(facts: list[Fact], dialogue: Dialogue, today: date) -> Iterator[PartyScore]:
    for economy in dialogue.parties.all():
        yield _score(economy, [fact for fact in facts if fact.economy == economy.pk], today)
    others = [fact for fact in facts if not fact.economy]
    if others:
        yield _score(None, others, today)


def _by_year(facts: list[Fact], today: date) -> Iterator[YearScore]:
    for year in sorted({fact.promised_on.year for fact in facts}):
        yield YearScore(year, **_counts((f for f in facts if f.promised_on.year == year), today))


def _score(economy: Economy | None, facts: list[Fact], today: date) -> PartyScore:
    ages = [(today - fact.promised_on).days for fact in facts if fact.outcome(today) in {ON_TRACK, LATE}]
    return PartyScore(
        economy,
        **_counts(facts, today),
        median_days=round(median(ages)) if ages else None,
        moved=sum(fact.was_moved for fact in facts),
    )


def _counts(facts: Iterable[Fact], today: date) -> dict[str, int]:
    counts = dict.fromkeys(OUTCOMES, 0)
    for fact in facts:
        counts[fact.outcome(today)] += 1
    return counts
