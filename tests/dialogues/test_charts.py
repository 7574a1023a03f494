"""Drawings: nothing leaves the frame, nothing hides another, and the founded figure is the one that is drawn."""

from decimal import Decimal
from itertools import pairwise

from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from dialogues import charts
from dialogues.models import Dialogue, Indicator, IndicatorValue
from dialogues.scoreboard import YearScore
from portal.reference.models import Agreement, Economy

ECONOMIES = [Economy(code=code, name=code) for code in ("US", "TW", "MX")]
COUNTS = st.integers(0, 500)
SCORES = st.lists(st.builds(YearScore, st.integers(2015, 2030), COUNTS, COUNTS, COUNTS, COUNTS), max_size=8)


DIALOGUE = Dialogue(agreement=Agreement(slug="usmca"))


def figure(year, value, *, economy=ECONOMIES[0], reliability="official", pk=1, label=""):
    return IndicatorValue(
        pk=pk, year=year, period_label=label, value=Decimal(value), economy=economy, reliability=reliability
    )


def drawn(values):
    return charts.drawn(Indicator(metric="m", unit="firms"), values, DIALOGUE, lambda value: str(value.value))


@given(SCORES)
def test_bars_stay_in_their_column_and_beside_them_is_room_for_their_number(scores):
    chart = charts.outcomes(scores, lambda score: str(score.year))

    assert [row.label for row in chart.rows] == [str(score.year) for score in scores]
    across = charts.WIDTH / 4
    for row, score in zip(chart.rows, scores, strict=True):
        assert [bar.figure for bar in row.bars] == [
            str(n) for n in (score.kept, score.on_track, score.late, score.dropped)
        ]
        for column, bar in enumerate(row.bars):
            assert float(bar.x) + float(bar.width) <= (column + 1) * across - charts.FIGURE
            assert (float(bar.width) == 0) == (bar.figure == "0")
            assert bar.is_accent == (column == 2)
            assert float(bar.y) + charts.BAR <= chart.height


FIGURES = st.lists(
    st.builds(
        figure,
        st.integers(2000, 2030),
        st.decimals(0, 10**9, places=2),
        economy=st.sampled_from([*ECONOMIES, None]),
        reliability=st.sampled_from(["official", "press"]),
        pk=st.integers(1, 10**6),
    ),
    min_size=1,
    max_size=20,
)


@given(FIGURES)
def test_a_line_needs_three_years_and_neither_points_nor_labels_leave_the_frame(values):
    found = drawn(values)
    chosen = charts.drawable(values)
    years = {}
    for value in chosen:
        years.setdefault(value.economy_id, set()).add(value.year)

    assert (found.lines is not None) == any(len(some) >= 3 for some in years.values())
    assert (found.bars is not None) == (found.lines is None and len(chosen) > 1)
    if found.lines:
        heights = sorted(float(one.label_y) for one in found.lines.series)
        assert all(below - above >= charts.LINE for above, below in pairwise(heights))
        for one in found.lines.series:
            for point in one.points:
                assert found.lines.left <= float(point.x) <= found.lines.right
                assert found.lines.ceiling <= float(point.y) <= found.lines.floor


def test_of_several_figures_for_a_year_the_official_one_is_drawn_else_the_last_added():
    values = [
        figure(2020, 1, reliability="press", pk=9),
        figure(2020, 2, pk=1),
        figure(2021, 3, reliability="press", pk=2),
        figure(2021, 4, reliability="unverified", pk=3),
    ]

    assert [value.value for value in charts.drawable(values)] == [2, 4]
    assert [bar.is_hollow for row in drawn(values).bars.rows for bar in row.bars] == [False, True]


def test_periods_without_a_year_are_bars_and_a_single_figure_needs_no_drawing():
    three = [figure(None, n, label=f"Year {n}", economy=None) for n in (1, 2, 3)]

    assert [row.label for row in drawn(three).bars.rows] == ["Year 1", "Year 2", "Year 3"]
    alone = drawn(three[:1])
    assert (alone.lines, alone.bars) == (None, None)


def test_coordinates_have_a_point_where_readers_write_a_comma():
    with translation.override("fr"):
        values = [figure(year, value) for year, value in ((2019, 10), (2021, 11), (2024, 12))]
        assert "," not in drawn(values).lines.series[0].points[1].x
