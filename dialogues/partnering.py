"""What partnering between firms of a dialogue's Parties came to, as figures without names.

The room that introduces firms registers how it counts when it is ready; a dialogue's page asks here, and knows nothing
of that room. Until somebody registers there is nothing to show.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from dialogues.models import Dialogue, Qualifier

#: The indicators' names in files, the same in every language.
INTRODUCTIONS, ALLIANCES = "partner_introductions", "partner_alliances"


@dataclass(frozen=True)
class Total:
    """What the introductions of one year (UTC) between firms of two economies came to. None stands for a figure too
    small to show: ``smallest`` is the least that is shown."""

    year: int
    economies: tuple[str, str]
    introductions: int | None
    alliances: int | None
    smallest: int


@dataclass(frozen=True)
class Row:
    """A total with its economies as the dialogue's pages name them."""

    total: Total
    names: tuple[str, str]


Counter = Callable[[Collection[str]], Sequence[Total]]
_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Ask ``counter`` from now on; a later one takes the place of an earlier one."""
    _counters[:] = [counter]


def totals(dialogue: Dialogue) -> list[Row]:
    """Between the Parties of this dialogue, newest year first."""
    if not _counters:
        return []
    parties = {party.pk: dialogue.name_of(party) for party in dialogue.parties.all()}
    found = _counters[0](tuple(parties))
    return [Row(total, (parties[total.economies[0]], parties[total.economies[1]])) for total in found]


def figures(rows: Sequence[Row]) -> list[tuple[str, int, str, str, int]]:
    """For a file: indicator, year, the two economies joined by a bar, qualifier and value."""
    lines = []
    for row in rows:
        total = row.total
        for name, value in ((INTRODUCTIONS, total.introductions), (ALLIANCES, total.alliances)):
            qualifier = str(Qualifier.LESS_THAN.value) if value is None else ""
            shown = total.smallest if value is None else value
            lines.append((name, total.year, "|".join(total.economies), qualifier, shown))
    return lines
