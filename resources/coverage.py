"""What an agreement's topics have: the evidence for the Parties' duty to review the information they share.

The matrix of an agreement has a cell for each Party, each topic the agreement asks for (``Topic.obligations``) and each
language of the agreement. A resource counts in a cell when it is published, names that Party's economy and that topic,
and has a text in that language. What holds in every economy is nobody's own information and counts for no Party.
Of a resource there, the first that is true holds:

* *broken*: its link was found broken;
* *stale*: its text in that language is older than the source text it was made from, or its review is overdue
  (its day, in UTC, has passed);
* *present*: none of these.

A cell is the best that it has: present with one present resource, else stale, else broken; missing with none at all.
Source of the duty: USMCA 25.3.3 to 25.3.5 and its sisters, as ``data/agreements.json`` has them.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Count, F, FilteredRelation, Q, Value, When
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from portal.languages import Language, column
from portal.reference.models import Agreement, Economy, Topic
from resources.models import CoverageTotal, Resource

#: How much of the history is drawn.
REMEMBERED = timedelta(days=2 * 365)


class State(models.TextChoices):
    """Of a cell, and of a resource in it; the better first."""

    PRESENT = "present", pgettext_lazy("coverage", "Present")
    STALE = "stale", pgettext_lazy("coverage", "Stale")
    BROKEN = "broken", pgettext_lazy("coverage", "Broken")
    MISSING = "missing", pgettext_lazy("coverage", "Missing")


#: Of resources; a cell without any is missing.
FOUND = (State.PRESENT, State.STALE, State.BROKEN)


@dataclass(frozen=True)
class Cell:
    """One Party (its code), topic (its slug) and language: how many resources are in which state."""

    economy: str
    topic: str
    language: str
    present: int = 0
    stale: int = 0
    broken: int = 0

    @property
    def state(self) -> State:
        return next((state for state in FOUND if getattr(self, state.value)), State.MISSING)

    @property
    def count(self) -> int:
        """How many resources are in the state that the cell shows."""
        return 0 if self.state == State.MISSING else int(getattr(self, self.state.value))


@dataclass(frozen=True)
class Matrix:
    """An agreement's coverage as of a moment."""

    agreement: Agreement
    parties: list[Economy]
    topics: list[Topic]
    languages: list[str]
    cells: dict[tuple[str, str, str], Cell]
    as_of: datetime = field(default_factory=timezone.now)

    def totals(self, economy: str = "") -> dict[State, int]:
        """How many cells are in each state, of all Parties or of one."""
        counted = Counter(cell.state for cell in self.cells.values() if economy in {"", cell.economy})
        return {state: counted[state] for state in State}

    def row(self, topic: Topic) -> list[tuple[Economy, list[Cell]]]:
        """A topic's cells, Party by Party, in the order of the languages."""
        return [
            (party, [self.cells[party.pk, topic.slug, language] for language in self.languages])
            for party in self.parties
        ]


def matrix(agreement: Agreement) -> Matrix:
    """Every cell of an agreement, the missing ones too. The resources cost one SQL statement, however many they are."""
    parties, topics = list(agreement.parties.all()), list(topics_of(agreement))
    languages = languages_of(agreement)
    counts = _counts(parties, topics, languages)
    cells = [
        Cell(party.pk, topic.slug, language, **counts.get((party.pk, topic.pk), {}).get(language, {}))
        for topic in topics
        for party in parties
        for language in languages
    ]
    return Matrix(agreement, parties, topics, languages, {(c.economy, c.topic, c.language): c for c in cells})


def agreements() -> list[Agreement]:
    """Those that ask for a list of topics, and so have a matrix."""
    asking = {entry["agreement"] for topic in Topic.objects.only("obligations") for entry in topic.obligations}
    return list(Agreement.objects.filter(slug__in=asking))


def topics_of(agreement: Agreement) -> models.QuerySet[Topic]:
    """What the agreement asks the Parties to inform about."""
    return Topic.objects.filter(obligations__contains=[{"agreement": agreement.slug}])


def languages_of(agreement: Agreement) -> list[str]:
    """The agreement's languages, as far as the portal has them."""
    return [language for language in agreement.languages if language in Language.values]


def behind(economy: Economy, topic: Topic, language: str) -> models.QuerySet[Resource]:
    """The resources of one cell, those to be mended first, each with its ``state`` there and ``state_is_older``:
    whether its text is older than the source."""
    listed = Resource.objects.published().filter(economies=economy, topics=topic)
    order = Case(*(When(state=state.value, then=Value(-place)) for place, state in enumerate(FOUND)))
    rows = _judged(listed, language, "state").exclude(state=None)
    return rows.order_by(order, "review_due_on", "pk")


@transaction.atomic
def snapshot() -> int:
    """Keep today's totals (UTC) of every agreement, over those that were kept earlier today; return how many."""
    today = timezone.now().date()
    rows = [
        CoverageTotal(
            agreement=agreement,
            day=today,
            **{state.value: count for state, count in matrix(agreement).totals().items()},
        )
        for agreement in agreements()
    ]
    CoverageTotal.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["agreement", "day"],
        update_fields=[state.value for state in State],
    )
    return len(rows)


def history(now: Matrix) -> list[CoverageTotal]:
    """The totals day by day, the oldest first; the last is the matrix as it is now."""
    today = now.as_of.date()
    kept = now.agreement.coverage_totals.filter(day__lt=today, day__gte=today - REMEMBERED).order_by("day")
    totals = {state.value: count for state, count in now.totals().items()}
    return [*kept, CoverageTotal(agreement=now.agreement, day=today, **totals)]


def _counts(
    parties: list[Economy], topics: list[Topic], languages: list[str]
) -> dict[tuple[str, int], dict[str, dict[str, int]]]:
    """(Party, topic) → language → state → how many resources; one statement."""
    rows = Resource.objects.published().filter(economies__in=parties, topics__in=topics)
    wanted = {}
    for number, language in enumerate(languages):
        rows = _judged(rows, language, f"state_{number}")
        for state in FOUND:
            wanted[f"{state.value}_{number}"] = Count("pk", filter=Q(**{f"state_{number}": state.value}))
    found = rows.order_by().values("economies", "topics").annotate(**wanted)
    return {
        (row["economies"], row["topics"]): {
            language: {state.value: row[f"{state.value}_{number}"] for state in FOUND}
            for number, language in enumerate(languages)
        }
        for row in found
    }


def _judged(rows: models.QuerySet[Any], language: str, name: str) -> models.QuerySet[Any]:
    """Annotate as ``name`` the state of each resource in this language; null where it has no text in it.

    The first rule that holds decides: see the module's docstring. A resource has at most one translation into a
    language, so the join counts nothing twice.
    """
    title, text = column("title", language), f"{name}_text"
    older = ~Q(source_language=language) & Q(**{f"{text}__source_version__lt": F("source_version")})
    overdue = Q(review_due_on__lt=timezone.now().date())
    return rows.annotate(
        **{text: FilteredRelation("translations", condition=Q(translations__language=language))}
    ).annotate(
        **{
            name: Case(
                When(Q(**{f"{title}__isnull": True}) | Q(**{title: ""}), then=None),
                When(link_status=Resource.LinkStatus.BROKEN, then=Value(State.BROKEN.value)),
                When(older | overdue, then=Value(State.STALE.value)),
                default=Value(State.PRESENT.value),
                output_field=models.CharField(),
            ),
            f"{name}_is_older": Case(When(older, then=True), default=False, output_field=models.BooleanField()),
        }
    )
