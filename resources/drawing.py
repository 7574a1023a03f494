"""The coverage totals over time as a line chart: plain numbers for a template, which draws them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from resources.coverage import State
from resources.models import CoverageTotal

#: The drawing's own units; it is scaled to the page.
WIDTH, HEIGHT = 420, 240
LEFT, RIGHT, TOP, BOTTOM = 34, 112, 12, 26
LINE = 17  # the height of a label


@dataclass(frozen=True)
class Line:
    """One state over the days. Coordinates are text with a point, whatever the reader's language writes."""

    state: State
    label: str
    value: int
    points: str
    end: tuple[str, str]
    label_y: str


@dataclass(frozen=True)
class Chart:
    lines: list[Line]
    first: date
    last: date
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    ceiling: int = TOP
    floor: int = HEIGHT - BOTTOM
    label_x: int = WIDTH - RIGHT + 8


def chart(totals: Sequence[CoverageTotal]) -> Chart:
    """Of at least one day. The scale goes from nothing to the number of cells; days stand where they are in time."""
    first, last = totals[0].day, totals[-1].day
    top = max(1, *(sum(_values(total).values()) for total in totals))
    ends = {state: _y(value, top) for state, value in _values(totals[-1]).items()}
    beside = _apart(ends)
    lines = [
        Line(
            state=state,
            label=str(state.label),
            value=_values(totals[-1])[state],
            points=" ".join(f"{_x(t.day, first, last):.1f},{_y(_values(t)[state], top):.1f}" for t in totals),
            end=(f"{_x(last, first, last):.1f}", f"{ends[state]:.1f}"),
            label_y=f"{beside[state]:.1f}",
        )
        for state in State
    ]
    return Chart(lines, first, last, top)


def turning_points(totals: Sequence[CoverageTotal]) -> list[CoverageTotal]:
    """The days that say something, the newest first: the first, the last and each on which a total changed."""
    kept = [
        total
        for number, total in enumerate(totals)
        if number in {0, len(totals) - 1} or _values(total) != _values(totals[number - 1])
    ]
    return kept[::-1]


def _values(total: CoverageTotal) -> dict[State, int]:
    return {state: getattr(total, state.value) for state in State}


def _x(day: date, first: date, last: date) -> float:
    """A single day stands at the end, beside the labels."""
    span = (last - first).days
    share = (day - first).days / span if span else 1.0
    return LEFT + share * (WIDTH - RIGHT - LEFT)


def _y(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)


def _apart(ends: dict[State, float]) -> dict[State, float]:
    """Where the labels stand: beside the ends of their lines, moved up as far as none covers another."""
    placed: dict[State, float] = {}
    below: float = HEIGHT - BOTTOM + LINE
    for state in sorted(ends, key=lambda state: -ends[state]):
        below = min(ends[state], below - LINE)
        placed[state] = below
    return placed
