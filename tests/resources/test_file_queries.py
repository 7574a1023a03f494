"""What a row of a file costs: what is the same for all rows is asked once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources import publishing, unloading
from resources.models import Resource, Translation
from resources.unpacking import unpack
from tests.factories.reference import sector, topic

pytestmark = pytest.mark.django_db

COLUMNS = "slug,kind,agency,scope,economies,topics,sectors,url,source_language,title_en,summary_en,title_es,summary_es"


def records(agency, places, ending=""):
    tags = f"{agency.slug},economy,US,{topic().slug},{sector().slug}"
    lines = (
        f"row-{n},guide,{tags},https://www.example.gov/{n},en,Guide {n}{ending},What to do.,Guía {n}{ending},Qué hacer."
        for n in places
    )
    return unpack("\n".join([COLUMNS, *lines]).encode()).records


def cost_of_a_row(work, agency, ending=""):
    """The queries that each of six more rows costs, after two."""
    counts = []
    for places in (range(2), range(2, 10)):
        some = records(agency, places, ending)
        with CaptureQueriesContext(connection) as asked:
            found = work(some)
        assert found.problems == []
        counts.append(len(asked))
    return (counts[1] - counts[0]) / 6


def test_a_row_costs_few_queries_whether_new_unchanged_or_changed(official, agency):
    def look(some):
        return unloading.look_through(some, by=official)

    def load(some):
        return unloading.load(some, by=official, submits=True)

    dry = cost_of_a_row(look, agency)
    new = cost_of_a_row(load, agency)
    assert Resource.objects.filter(status="in_review", submitted_by=official).count() == 10
    same = cost_of_a_row(load, agency)
    changed = cost_of_a_row(load, agency, " anew")
    assert Resource.objects.filter(title_en__endswith=" anew", version=2).count() == 10
    assert Translation.objects.filter(language="es", origin="publisher", source_version=2).count() == 10
    assert (same, dry <= 3, new <= 22, changed <= 26) == (0, True, True, True), (dry, new, same, changed)


def test_changes_of_what_is_public_cost_no_more_and_one_mail(official, colleague, agency):
    unloading.load(records(agency, range(10)), by=official)
    now = timezone.now()
    Resource.objects.update(status="published", published_at=now, review_due_on=publishing.review_due_after(now.date()))
    cost = cost_of_a_row(lambda some: unloading.load(some, by=official), agency, " anew")
    assert Resource.objects.unseen().count() == 10
    assert cost <= 28, cost
