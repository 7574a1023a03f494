"""The table of the directory: topics down, economies across, in each cell who answers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from portal.focal.models import FocalPoint
from portal.reference.models import Economy, Topic

#: Offices named in one cell; the list has the others.
NAMED = 3


@dataclass(frozen=True)
class Cell:
    """Who answers for one topic in one economy."""

    economy: Economy
    named: list[FocalPoint]
    more: int


@dataclass(frozen=True)
class TopicRow:
    """One topic; None stands for every topic."""

    topic: Topic | None
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    economies: list[Economy]
    rows: list[TopicRow]


def table(points: Iterable[FocalPoint], *, only: str = "") -> Table:
    """Arrange ``points`` (from ``for_rows()``) by topic and economy; ``only`` keeps one topic's row (a slug).

    Who answers for every topic has a row of its own, the first. Topics nobody answers for keep their row: the gap is
    worth seeing. Costs one query, for the topics.
    """
    at: dict[tuple[str, str], list[FocalPoint]] = defaultdict(list)
    economies: dict[str, Economy] = {}
    for point in points:
        economies[point.economy_id] = point.economy
        for slug in [topic.slug for topic in point.topics.all()] or [""]:
            at[slug, point.economy_id].append(point)
    columns = sorted(economies.values(), key=lambda economy: (economy.order, economy.pk))
    topics = [topic for topic in Topic.objects.all() if only in ("", topic.slug)]
    has_general = any(not slug for slug, _economy in at)
    rows = [_row(topic, columns, at) for topic in [*([None] if has_general else []), *topics]]
    return Table(columns, rows)


def _row(topic: Topic | None, economies: list[Economy], at: dict[tuple[str, str], list[FocalPoint]]) -> TopicRow:
    slug = topic.slug if topic else ""
    cells = []
    for economy in economies:
        found = at.get((slug, economy.pk), [])
        cells.append(Cell(economy, found[:NAMED], max(len(found) - NAMED, 0)))
    return TopicRow(topic, cells)
