"""Counts and figures as drawings: plain numbers for a template, which draws them as SVG. A table stands beside each.

Coordinates are text with a point, whatever the reader's language writes. One colour, the accent for what is late, and
labels beside what they name instead of a legend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import pgettext

from dialogues.models import Dialogue, Indicator, IndicatorValue
from dialogues.scoreboard import DROPPED, KEPT, LATE, ON_TRACK, OUTCOMES, PartyScore

#: The drawing's own units; it is scaled to the page.
WIDTH = 420
LINE = 18  # the height of a line of text
BAR = 14
#: The height of a line of column heads, with the space below it.
HEAD = 24
#: What stands beside a bar's end.
FIGURE = 26
#: From the bottom of a line of text up to its base.
DESCENT = 5


def outcome_label(outcome: str) -> str:
    return {
        KEPT: pgettext("commitments", "Kept"),
        ON_TRACK: pgettext("commitments", "On track"),
        LATE: pgettext("commitments", "Late"),
        DROPPED: pgettext("commitments", "Dropped"),
    }[outcome]


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    figure: str
    figure_x: str
    figure_y: str
    is_accent: bool = False
    is_hollow: bool = False


@dataclass(frozen=True)
class Row:
    """A label with its bars. ``label_y`` is the base of its text."""

    label: str
    label_y: str
    bars: list[Bar]


@dataclass(frozen=True)
class Bars:
    heads: list[tuple[str, str]]
    rows: list[Row]
    height: int
    width: int = WIDTH
    thick: int = BAR


def outcomes(scores: Sequence[Any], label: Callable[[Any], str]) -> Bars:
    """Four columns of bars side by side, kept to dropped, one row for each Party or year, all to one scale.

    ``scores`` are :class:`~dialogues.scoreboard.PartyScore` or ``YearScore``.
    """
    across = WIDTH / len(OUTCOMES)
    most = max((getattr(score, outcome) for score in scores for outcome in OUTCOMES), default=0) or 1
    per_unit = (across - FIGURE - 8) / most
    rows = []
    for number, score in enumerate(scores):
        top = HEAD + number * (LINE + BAR + 8)
        bars = [
            _bar(
                column * across,
                top + LINE,
                getattr(score, outcome) * per_unit,
                str(getattr(score, outcome)),
                is_accent=outcome == LATE,
            )
            for column, outcome in enumerate(OUTCOMES)
        ]
        rows.append(Row(label(score), _text(top + LINE - DESCENT), bars))
    heads = [(outcome_label(outcome), _text(column * across)) for column, outcome in enumerate(OUTCOMES)]
    return Bars(heads, rows, HEAD + len(rows) * (LINE + BAR + 8))


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    is_hollow: bool


@dataclass(frozen=True)
class Series:
    """The figures of one economy over the years. ``label`` stands at its end with the last figure."""

    label: str
    points: list[Point]
    first: IndicatorValue
    last: IndicatorValue
    label_y: str

    @property
    def path(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)


@dataclass(frozen=True)
class Lines:
    series: list[Series]
    first_year: int
    last_year: int
    top: Any
    width: int = WIDTH
    height: int = 190
    left: int = 8
    right: int = WIDTH - 130
    ceiling: int = 26
    floor: int = 164

    @property
    def label_x(self) -> int:
        return self.right + 10


@dataclass(frozen=True)
class Drawn:
    """An indicator with its figures, and the one drawing that suits them: a line from three years on, else bars.

    A single figure needs no drawing.
    """

    indicator: Indicator
    values: list[IndicatorValue]
    lines: Lines | None = None
    bars: Bars | None = None

    @property
    def has_hollow(self) -> bool:
        """Whether something in the drawing does not come from an official source."""
        is_drawn = self.lines is not None or self.bars is not None
        return is_drawn and any(not value.is_official for value in drawable(self.values))

    @property
    def is_official(self) -> bool:
        return all(value.is_official for value in drawable(self.values))


#: How many years make a line.
ENOUGH = 3


def drawn(indicator: Indicator, values: Sequence[IndicatorValue], dialogue: Dialogue, write: Callable) -> Drawn:
    """``write`` puts a figure into words of the reader. Economies and values must be fetched."""
    chosen = drawable(values)
    of_economy = _grouped(chosen)
    if all(value.year for value in chosen) and any(len(values) >= ENOUGH for values in of_economy.values()):
        return Drawn(indicator, list(values), lines=_lines(of_economy, dialogue))
    if len(chosen) > 1:
        return Drawn(indicator, list(values), bars=_figure_bars(chosen, of_economy, dialogue, write))
    return Drawn(indicator, list(values))


def drawable(values: Sequence[IndicatorValue]) -> list[IndicatorValue]:
    """One figure for each economy and period: the official one, or else the one that was added last."""
    best: dict[tuple[str, int, str], IndicatorValue] = {}
    for value in sorted(values, key=lambda value: (value.is_official, value.pk)):
        best[value.economy_id or "", value.year or 0, value.period_label] = value
    return sorted(best.values(), key=lambda value: (value.economy_id or "", value.year or 0, value.period_label))


def party_name(score: PartyScore, dialogue: Dialogue) -> str:
    """The Party by the name of the dialogue's pages; owners of no Party together."""
    return dialogue.name_of(score.economy) if score.economy else pgettext("owners of commitments", "Others")


def name_of(value: IndicatorValue, dialogue: Dialogue) -> str:
    """The economy by the name of the dialogue's pages; all Parties where a figure is of none alone."""
    return dialogue.name_of(value.economy) if value.economy else pgettext("figures of", "All Parties")


def _grouped(values: Sequence[IndicatorValue]) -> dict[str, list[IndicatorValue]]:
    return {code: list(some) for code, some in groupby(values, key=lambda value: value.economy_id or "")}


def _figure_bars(
    values: list[IndicatorValue], of_economy: dict[str, list[IndicatorValue]], dialogue: Dialogue, write: Callable
) -> Bars:
    """One bar a figure, from nothing; its period and, where there are several, its economy above it."""
    most = max(abs(value.value) for value in values) or 1
    rows = []
    for number, value in enumerate(values):
        top = number * (LINE + BAR + 8)
        label = str(value.year or value.period_label)
        if len(of_economy) > 1:
            label = f"{name_of(value, dialogue)}, {label}"
        length = max(float(value.value / most), 0.0) * (WIDTH - 110)
        bar = _bar(0, top + LINE, length, write(value), is_hollow=not value.is_official)
        rows.append(Row(label, _text(top + LINE - DESCENT), [bar]))
    return Bars([], rows, len(rows) * (LINE + BAR + 8))


def _lines(of_economy: dict[str, list[IndicatorValue]], dialogue: Dialogue) -> Lines:
    everything = [value for values in of_economy.values() for value in values]
    years = [value.year or 0 for value in everything]
    top = max(value.value for value in everything)
    frame = Lines([], min(years), max(years), top)
    ends = {code: _height(values[-1], frame) for code, values in of_economy.items()}
    beside = _apart(ends, frame)
    series = [
        Series(
            name_of(values[0], dialogue),
            [Point(_along(v, frame), _text(_height(v, frame)), not v.is_official) for v in values],
            values[0],
            values[-1],
            _text(beside[code]),
        )
        for code, values in of_economy.items()
    ]
    return Lines(series, min(years), max(years), top)


def _along(value: IndicatorValue, frame: Lines) -> str:
    span = frame.last_year - frame.first_year or 1
    share = ((value.year or 0) - frame.first_year) / span
    return _text(frame.left + share * (frame.right - frame.left))


def _height(value: IndicatorValue, frame: Lines) -> float:
    """The scale begins at nothing, so that a small change looks small."""
    share = max(float(value.value / frame.top), 0.0) if frame.top > 0 else 0.0
    return frame.floor - share * (frame.floor - frame.ceiling)


def _apart(ends: dict[str, float], frame: Lines) -> dict[str, float]:
    """Where the labels stand, two lines of text each: beside the ends, moved up as far as none covers another."""
    placed: dict[str, float] = {}
    below: float = frame.floor + 2 * LINE
    for code in sorted(ends, key=lambda code: -ends[code]):
        below = min(ends[code], below - 2 * LINE)
        placed[code] = below
    return placed


def _bar(x: float, y: float, width: float, figure: str, *, is_accent: bool = False, is_hollow: bool = False) -> Bar:
    """What is not nothing is at least a hairline."""
    shown = max(width, 1.5) if width else 0.0
    return Bar(
        _text(x), _text(y), _text(shown), figure, _text(x + shown + 6), _text(y + BAR - 2.5), is_accent, is_hollow
    )


def _text(number: float) -> str:
    return f"{number:.1f}"
