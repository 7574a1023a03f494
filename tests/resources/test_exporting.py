"""Taking a list along: whole, in the order of the list, safe in a spreadsheet, and good to be brought in again."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from portal import limits
from resources import bringing, exporting, sheets, unloading
from resources.models import ImportRun, Resource
from resources.views import taking
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import agreement, economy, sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_took_anything(client):
    cache.clear()


def taken(client, ending="csv", language="en", **query):
    response = client.get(f"/{language}/resources/export.{ending}", query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def lines(content):
    return [json.loads(line) for line in content.decode().splitlines()]


def test_only_what_is_published_is_taken_even_by_its_keepers(client, official):
    ResourceFactory(slug="open", published=True)
    ResourceFactory(slug="secret")
    ResourceFactory(slug="waiting", in_review=True)
    ResourceFactory(slug="gone", archived=True)
    for _reader in ("visitor", "official"):
        assert [row["slug"] for row in table(taken(client))] == ["open"]
        assert [row["slug"] for row in lines(taken(client, "jsonl"))] == ["open"]
        client.force_login(official)


def test_what_is_taken_is_the_list_behind_the_address_in_its_order(client):
    for title in ("Zebra", "apple", "Éclair"):
        ResourceFactory(published=True, title_en=title, topics=[topic("taxation")])
    ResourceFactory(published=True, title_en="Other")
    assert [row["title_en"] for row in table(taken(client, topic="taxation"))] == ["apple", "Éclair", "Zebra"]
    assert next(row["title"]["en"] for row in lines(taken(client, "jsonl", sort="newest"))) == "Other"


def test_a_line_has_all_languages_and_the_codes_that_files_use(client, us, mx):
    food = sector("food", "Food")
    resource = ResourceFactory(
        published=True, slug="guide", economies=[us, mx], sectors=[food], audiences=["youth"],
        page_languages=["en", "es"], agreements=[agreement()], title_zh_hant="指南", summary_zh_hant="說明。",
        reviewed_on=None,
    )  # fmt: skip
    [line] = lines(taken(client, "jsonl", language="fr"))
    assert line == {
        "slug": "guide", "kind": "guide", "agency": resource.publisher.slug, "scope": "economy",
        "economies": ["MX", "US"], "agreements": ["usmca"], "topics": ["customs-procedures"], "sectors": ["food"],
        "audience": ["youth"], "languages": ["en", "es"], "url": "https://www.example.gov/guide",
        "source_language": "en", "title": {"en": resource.title_en, "zh-hant": "指南"},
        "summary": {"en": resource.summary_en, "zh-hant": "說明。"}, "body": {"en": resource.body_en},
        "url_evidence": "official", "checked_on": None, "review_due_on": resource.review_due_on.isoformat(),
        "link_status": "unchecked", "published_at": resource.published_at.isoformat(timespec="seconds"),
        "page": "http://testserver/resources/guide/",
    }  # fmt: skip
    [row] = table(taken(client))
    assert tuple(row) == sheets.COLUMNS
    assert (row["economies"], row["title_zh_hant"], row["title_es"]) == ("MX|US", "指南", "")


def test_no_cell_is_a_formula_to_a_spreadsheet(client):
    dangerous = '=HYPERLINK("http://evil.example","Click")'
    ResourceFactory(
        published=True, title_en=dangerous, summary_en="+1", body_en="\t=1", title_es="＝1", summary_es="@a"
    )
    [row] = csv.reader(io.StringIO(taken(client).decode("utf-8-sig").split("\r\n", 1)[1], newline=""))
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    assert f"'{dangerous}" in row
    [line] = lines(taken(client, "jsonl"))
    assert line["title"]["en"] == dangerous  # JSON is read by programs, which know no formulas


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_was_taken_and_brought_in_again_changes_nothing(client, official, agency, us, mx, ending):
    texts = {
        "title_en": '=A "title", with; marks|and\ttabs',
        "summary_en": "Line one.\r\nLine two. ‘Quoted’, “quoted” – 'quoted'",
        "body_en": "# Head\n\n- one\n- two\n\n\u2028 separator",
        "title_zh_hant": "關稅，稅費；規費", "summary_zh_hant": "－開頭", "title_es": "'Guía'", "summary_es": "-Año",
    }  # fmt: skip
    ResourceFactory(published=True, slug="rich", publisher=agency, audiences=["youth", "rural"], economies=[us, mx],
                    sectors=[sector()], agreements=[agreement()], page_languages=["es", "en"], **texts)  # fmt: skip
    ResourceFactory(published=True, slug="plain", publisher=agency)
    ResourceFactory(published=True, slug="global", code=None)
    ResourceFactory(published=True, slug="foreign", code="MX")
    before = list(Resource.objects.order_by("pk").values())
    run = bringing.upload(by=official, name="a", content=taken(client, ending))
    unloading.work_on(run.pk)
    run.refresh_from_db()
    assert run.errors == []
    assert run.counts == {"created": 0, "changed": 0, "unchanged": 4, "problems": 0}
    assert list(Resource.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_what_was_taken_makes_the_same_resources_elsewhere(client, official, agency, ending):
    ResourceFactory(
        published=True, slug="moved-here", publisher=agency, title_es="Guía", summary_es="Resumen.", sectors=[sector()]
    )
    content = taken(client, ending)
    [before] = lines(taken(client, "jsonl"))
    Resource.objects.all().delete()
    run = bringing.upload(by=official, name="a", content=content)
    unloading.work_on(run.pk)
    run.refresh_from_db()
    bringing.begin_loading(run, submits=False, by=official)
    unloading.work_on(run.pk)
    Resource.objects.update(status="published", published_at=timezone.now(), review_due_on=timezone.now().date())
    [after] = lines(taken(client, "jsonl"))
    assert {name: after[name] for name in ("title", "summary", "body")} == {
        name: before[name] for name in ("title", "summary", "body")
    }
    assert [after[name] for name in sheets.PLAIN + sheets.LISTS] == [
        before[name] for name in sheets.PLAIN + sheets.LISTS
    ]


def test_a_long_list_is_read_in_pieces(client, django_assert_num_queries):
    publisher = OrganizationFactory(agency=True, code="US")
    for _number in range(3):
        ResourceFactory(published=True, publisher=publisher)
    ids = list(Resource.objects.values_list("pk", flat=True))
    with django_assert_num_queries(5):  # the rows with their publishers, and four relations
        assert len(list(exporting.as_csv(ids, user=AnonymousUser(), base="https://x"))) == 4


def test_what_was_withdrawn_while_the_list_streams_is_left_out(client):
    ResourceFactory(published=True, slug="kept", title_en="A")
    gone = ResourceFactory(published=True, slug="gone", title_en="B")
    response = client.get("/en/resources/export.jsonl")
    Resource.objects.filter(pk=gone.pk).update(status="archived")
    assert [row["slug"] for row in lines(b"".join(response.streaming_content))] == ["kept"]


def test_a_browser_saves_it_under_a_name_and_a_search_engine_leaves_it_alone(client):
    response = client.get("/en/resources/export.jsonl")
    assert response["Content-Disposition"] == 'attachment; filename="resources.jsonl"'
    assert response["X-Robots-Tag"] == "noindex"
    assert client.get("/en/resources/export.xls").status_code == 404


def test_a_visitor_takes_so_many_lists_and_then_waits(client, official):
    for _number in range(taking.VISITOR):
        assert client.get("/en/resources/export.csv", REMOTE_ADDR="192.0.2.1").status_code == 200
    refused = client.get("/en/resources/export.csv", REMOTE_ADDR="192.0.2.1")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "600"
    assert "Wait 10 minutes" in refused.content.decode()
    assert client.get("/en/resources/export.jsonl", REMOTE_ADDR="192.0.2.2").status_code == 200
    client.force_login(official)
    assert client.get("/en/resources/export.csv", REMOTE_ADDR="192.0.2.1").status_code == 200
    assert not limits.take("export", "192.0.2.1", at_most=taking.VISITOR, seconds=taking.SECONDS)


def test_without_the_cache_lists_are_still_taken(client, settings):
    ResourceFactory(published=True, slug="open")
    settings.CACHES = {"default": {"BACKEND": "portal.rediscache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert [row["slug"] for row in table(taken(client))] == ["open"]


@pytest.mark.parametrize(
    "query", ["economy=ZZ", "topic=%00", "words=%ff%fe", "page=abc", "sort=up", "words=" + "a" * 5000, "kind[]=x", "="]
)
@pytest.mark.parametrize("name", ["export-csv", "export-jsonl", "resource-feed"])
def test_an_odd_address_gives_a_list_and_no_error(client, name, query):
    ResourceFactory(published=True)
    response = client.get(f"{reverse(f'resources:{name}')}?{query}")
    assert response.status_code == 200
    assert isinstance(response.getvalue(), bytes)


def test_the_list_page_offers_what_it_shows(client):
    ResourceFactory(published=True, topics=[topic("taxation")])
    economy("MX")
    page = client.get("/es/resources/?topic=taxation&page=1").content.decode()
    for ending in ("export.csv", "export.jsonl", "feed.atom"):
        assert f'href="/es/resources/{ending}?topic=taxation"' in page


def test_nothing_of_an_import_is_in_an_export(client, official, agency):
    ImportRun.objects.create(uploaded_by=official, name="a", format="csv", content=b"slug\nx\n", status="checked")
    assert table(taken(client)) == []
