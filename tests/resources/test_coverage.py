"""The coverage report: its matrix against a count by hand, its pages, its history."""

import csv
import datetime as dt
import io
import itertools
import re
from collections import Counter

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.languages import column
from resources import coverage, drawing
from resources.coverage import State
from resources.models import CoverageTotal, Resource, Translation
from resources.tasks import count_coverage
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import agreement, economy, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 5, 14, 12, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def now():
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def usmca(db):
    """Asks for two of three topics, in three languages, of three Parties."""
    row = agreement()
    for slug in ("customs-procedures", "taxation"):
        asked = topic(slug, label=slug.replace("-", " ").capitalize())
        asked.obligations = [{"agreement": "usmca", "ref": "25.3.3"}, {"agreement": "usmca", "ref": "25.3.4"}]
        asked.save()
    topic("employment", label="Employment")
    return row


def guide(*, languages=("en",), older=(), **changes):
    """A published resource with a text in these languages; those in ``older`` were made from an earlier source."""
    texts = {column(field, code): f"{field} in {code}" for field in ("title", "summary") for code in languages}
    row = ResourceFactory(
        published=True, source_version=2, **({"title_en": None, "summary_en": None} | texts | changes)
    )
    for code in languages:
        if code != row.source_language:
            Translation.objects.create(
                resource=row, language=code, origin="portal", source_version=1 if code in older else 2
            )
    return row


def state(matrix, code="US", about="customs-procedures", language="en"):
    return matrix.cells[code, about, language].state


# --- What a cell is ---------------------------------------------------------------------------


def test_the_matrix_has_a_cell_for_each_party_topic_and_language_even_with_nothing_there(usmca):
    matrix = coverage.matrix(usmca)
    assert len(matrix.cells) == 3 * 2 * 3
    assert matrix.totals() == {State.PRESENT: 0, State.STALE: 0, State.BROKEN: 0, State.MISSING: 18}


def test_a_current_text_is_present_in_its_language_and_missing_in_the_others(usmca):
    guide()
    matrix = coverage.matrix(usmca)
    assert [state(matrix, language=code) for code in ("en", "es", "fr")] == [
        State.PRESENT,
        State.MISSING,
        State.MISSING,
    ]
    assert state(matrix, code="MX") == state(matrix, about="taxation") == State.MISSING


def test_a_translation_older_than_its_source_is_stale(usmca):
    guide(languages=("en", "es", "fr"), older=("es",))
    matrix = coverage.matrix(usmca)
    assert [state(matrix, language=code) for code in ("en", "es", "fr")] == [State.PRESENT, State.STALE, State.PRESENT]


@pytest.mark.parametrize(("due", "found"), [(-1, State.STALE), (0, State.PRESENT), (1, State.PRESENT)])
def test_a_review_is_overdue_from_the_day_after_it_was_due(usmca, due, found):
    guide(review_due_on=TODAY + dt.timedelta(due))
    assert state(coverage.matrix(usmca)) == found


@pytest.mark.parametrize(
    ("link", "found"),
    [("ok", State.PRESENT), ("unchecked", State.PRESENT), ("moved", State.PRESENT), ("broken", State.BROKEN)],
)
def test_only_a_broken_link_breaks_a_cell(usmca, link, found):
    guide(link_status=link)
    assert state(coverage.matrix(usmca)) == found


def test_broken_weighs_more_than_stale_in_one_resource_and_less_between_two(usmca):
    guide(link_status="broken", review_due_on=TODAY - dt.timedelta(9))
    assert state(coverage.matrix(usmca)) == State.BROKEN
    guide(review_due_on=TODAY - dt.timedelta(9))
    assert state(coverage.matrix(usmca)) == State.STALE
    guide()
    matrix = coverage.matrix(usmca)
    assert state(matrix) == State.PRESENT
    cell = matrix.cells["US", "customs-procedures", "en"]
    assert (cell.present, cell.stale, cell.broken, cell.count) == (1, 1, 1, 1)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_published_counts_nothing(usmca, status):
    row = guide()
    Resource.objects.filter(pk=row.pk).update(status=status)
    assert state(coverage.matrix(usmca)) == State.MISSING


def test_what_holds_everywhere_counts_for_no_party(usmca):
    guide(code=None)
    assert coverage.matrix(usmca).totals()[State.MISSING] == 18


def test_a_resource_of_two_economies_and_topics_counts_once_in_each_cell(usmca):
    guide(economies=[economy("US"), economy("MX")], topics=[topic(), topic("taxation"), topic("employment")])
    matrix = coverage.matrix(usmca)
    assert matrix.totals()[State.PRESENT] == 4
    assert {cell.present for cell in matrix.cells.values()} == {0, 1}


def test_an_agreement_that_asks_for_no_topics_has_no_matrix(usmca, client):
    agreement("apec", parties=("US", "TW"))
    assert [one.slug for one in coverage.agreements()] == ["usmca"]
    assert client.get(reverse("resources:coverage-matrix", args=["apec"])).status_code == 404


LINKS = st.sampled_from(["ok", "broken", "unchecked", "moved"])
CODES = st.sampled_from(["US", "MX", "CA"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "economies": st.sets(CODES, min_size=1),
            "topics": st.sets(st.sampled_from(["customs-procedures", "taxation", "employment"]), min_size=1),
            "languages": st.sets(st.sampled_from(["en", "es", "fr", "zh-hant"]), min_size=1),
            "older": st.sets(st.sampled_from(["en", "es", "fr"])),
            "due": st.integers(-2, 2),
            "link": LINKS,
            "status": st.sampled_from(["published", "published", "draft"]),
        }
    ),
    max_size=6,
)


def by_hand(rows):
    """The definition of the docstring, one resource after the other."""
    best = {}
    for row in rows:
        source = min(row["languages"])
        for code in row["economies"]:
            for about in row["topics"] - {"employment"}:
                for language in row["languages"] & {"en", "es", "fr"}:
                    is_older = language != source and language in row["older"]
                    found = State.STALE if is_older or row["due"] < 0 else State.PRESENT
                    found = State.BROKEN if row["link"] == "broken" else found
                    if row["status"] == "published":
                        best.setdefault((code, about, language), Counter())[found] += 1
    return best


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_the_statement_and_the_lists_behind_it_agree_with_a_count_by_hand(usmca, rows):
    Resource.objects.all().delete()
    publisher = OrganizationFactory(agency=True, code="US")
    for row in rows:
        made = guide(
            languages=sorted(row["languages"]),
            source_language=min(row["languages"]),
            older=row["older"],
            economies=[economy(code) for code in row["economies"]],
            topics=[topic(slug) for slug in row["topics"]],
            review_due_on=TODAY + dt.timedelta(row["due"]),
            link_status=row["link"],
            publisher=publisher,
        )
        Resource.objects.filter(pk=made.pk).update(status=row["status"])

    matrix, expected = coverage.matrix(usmca), by_hand(rows)
    for key, cell in matrix.cells.items():
        counted = expected.get(key, Counter())
        assert (cell.present, cell.stale, cell.broken) == tuple(counted[one] for one in coverage.FOUND)
        assert cell.state == next((one for one in coverage.FOUND if counted[one]), State.MISSING)
        party, about, language = key
        listed = coverage.behind(economy(party), topic(about), language)
        assert Counter(resource.state for resource in listed) == Counter({k.value: v for k, v in counted.items()})
    assert sum(matrix.totals().values()) == len(matrix.cells) == 18
    assert sum((Counter(matrix.totals(code)) for code in ("US", "MX", "CA")), Counter()) == +Counter(matrix.totals())


@pytest.mark.parametrize("count", [1, 5])
def test_the_resources_of_a_matrix_cost_one_statement(usmca, count):
    for _number in range(count):
        guide(languages=("en", "es", "fr"))
    with CaptureQueriesContext(connection) as queries:
        coverage.matrix(usmca)
    assert len([query for query in queries if "resources_resource" in query["sql"]]) == 1


# --- The pages --------------------------------------------------------------------------------


def test_everybody_reads_the_report_and_each_cell_says_its_state_in_a_word(client, usmca):
    guide(languages=("en", "es"), older=("es",))
    overview = client.get(reverse("resources:coverage-overview")).text
    assert reverse("resources:coverage-matrix", args=["usmca"]) in overview
    page = client.get(reverse("resources:coverage-matrix", args=["usmca"])).text
    cells = re.findall(r'class="matrix__cell" href="([^"]+)">(.*?)</a>', page, re.DOTALL)
    assert len(cells) == 18
    for _address, inside in cells:
        assert re.search(r"(Present|Stale|Broken|Missing)", inside)
        assert "<svg" in inside
    assert "As of" in page
    assert "14 May 2027" in page


def test_every_cell_opens_the_list_behind_it(client, usmca):
    guide(languages=("en", "es"), older=("es",), title_en="Customs guide", title_es="Guía de aduanas")
    page = client.get(reverse("resources:coverage-matrix", args=["usmca"])).text
    addresses = re.findall(r'class="matrix__cell" href="([^"]+)"', page)
    found = {address: client.get(address) for address in addresses}
    assert {response.status_code for response in found.values()} == {200}
    spanish = found[reverse("resources:coverage-cell", args=["usmca", "US", "customs-procedures", "es"])].text
    assert "Guía de aduanas" in spanish
    assert "This text is older than the original" in spanish
    missing = found[reverse("resources:coverage-cell", args=["usmca", "CA", "taxation", "fr"])].text
    assert "No published resource of this Party on this topic can be read in this language." in missing


@pytest.mark.parametrize(
    "cell",
    [
        ("none", "US", "customs-procedures", "en"),
        ("usmca", "TW", "customs-procedures", "en"),
        ("usmca", "us", "customs-procedures", "en"),
        ("usmca", "US", "employment", "en"),
        ("usmca", "US", "customs-procedures", "zh-hant"),
        ("usmca", "US", "customs-procedures", "xx"),
    ],
)
def test_a_cell_that_is_not_there_is_not_found(client, usmca, cell):
    economy("TW")
    assert client.get(reverse("resources:coverage-cell", args=cell)).status_code == 404


@pytest.mark.parametrize("party", ["", "US", "XX", "\udcff", "x" * 5000])
def test_a_phone_shows_one_party_and_odd_ones_show_the_first(client, usmca, party):
    address = reverse("resources:coverage-matrix", args=["usmca"])
    response = client.get(address, {"party": party.encode("utf-8", "surrogateescape")})
    assert response.status_code == 200
    assert response.context["shown"] in {"US", "MX", "CA"}


@pytest.mark.parametrize("page", ["0", "-1", "999999", "abc"])
def test_an_odd_page_of_a_cell_opens(client, usmca, page):
    guide()
    address = reverse("resources:coverage-cell", args=["usmca", "US", "customs-procedures", "en"])
    assert client.get(address, {"page": page}).status_code == 200


def test_officials_are_led_to_what_they_can_mend(client, usmca, official):
    guide()
    client.force_login(official)
    page = client.get(reverse("resources:coverage-cell", args=["usmca", "US", "customs-procedures", "en"])).text
    assert reverse("resources:review-list") in page
    empty = client.get(reverse("resources:coverage-cell", args=["usmca", "US", "taxation", "en"])).text
    assert reverse("resources:resource-draft") in empty


def test_the_matrix_comes_as_csv(client, usmca):
    guide()
    response = client.get(reverse("resources:coverage-table", args=["usmca"]))
    assert response["Content-Disposition"] == 'attachment; filename="coverage-usmca-2027-05-14.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 18
    [present] = [row for row in rows if row["state"] == "present"]
    assert (present["economy"], present["topic"], present["language"], present["present"], present["as_of"]) == (
        "US", "customs-procedures", "en", "1", "2027-05-14",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["es", "fr", "zh-hant"])
def test_the_chart_is_drawn_with_points_in_every_language(client, usmca, language):
    CoverageTotal.objects.create(agreement=usmca, day=dt.date(2027, 1, 1), present=1, stale=2, broken=3, missing=12)
    page = client.get(f"/{language}/resources/coverage/usmca/").text
    for points in re.findall(r'points="([^"]*)"', page):
        assert re.fullmatch(r"[\d.]+,[\d.]+ [\d.]+,[\d.]+", points)


# --- The history ------------------------------------------------------------------------------


def test_the_totals_of_a_day_are_kept_once_and_the_last_count_holds(usmca):
    count_coverage()
    guide()
    count_coverage()
    [total] = CoverageTotal.objects.all()
    assert (total.day, total.present, total.missing) == (TODAY, 1, 17)
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        count_coverage()
    assert CoverageTotal.objects.count() == 2


def test_the_history_ends_with_what_is_now_not_with_what_was_counted_this_morning(usmca):
    CoverageTotal.objects.create(agreement=usmca, day=dt.date(2027, 5, 1), present=5, stale=0, broken=0, missing=13)
    count_coverage()
    guide()
    history = coverage.history(coverage.matrix(usmca))
    assert [(total.day.day, total.present) for total in history] == [(1, 5), (14, 1)]


def total(day, present):
    return CoverageTotal(day=dt.date(2027, 5, day), present=present, stale=0, broken=0, missing=18 - present)


def test_the_table_holds_the_days_that_say_something():
    days = [total(1, 3), total(2, 3), total(3, 4), total(4, 4), total(5, 4), total(6, 4)]
    assert [one.day.day for one in drawing.turning_points(days)] == [6, 3, 1]
    assert drawing.turning_points(days[:1]) == days[:1]


def test_a_line_goes_from_the_first_day_to_the_last_and_from_nothing_to_all():
    chart = drawing.chart([total(1, 0), total(2, 9), total(11, 18)])
    present = next(line for line in chart.lines if line.state == State.PRESENT)
    points = [tuple(map(float, point.split(","))) for point in present.points.split()]
    assert points[0] == (chart.left, chart.floor)
    assert points[-1] == (chart.right, chart.ceiling)
    assert points[1][0] == pytest.approx(chart.left + 0.1 * (chart.right - chart.left), abs=0.1)
    assert (chart.top, present.value) == (18, 18)


@pytest.mark.parametrize("values", [(0, 0, 0, 0), (5, 5, 5, 5), (100, 0, 0, 0), (1, 2, 3, 4)])
def test_no_label_covers_another_or_leaves_the_drawing(values):
    day = CoverageTotal(day=TODAY, **dict(zip((one.value for one in State), values, strict=True)))
    chart = drawing.chart([day])
    places = sorted(float(line.label_y) for line in chart.lines)
    assert all(below - above >= drawing.LINE for above, below in itertools.pairwise(places))
    assert places[0] >= drawing.LINE / 2
    assert places[-1] <= chart.height - drawing.LINE / 2
