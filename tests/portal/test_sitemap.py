"""What search engines are told: the sitemap, robots.txt, one address per page and its other languages."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.contrib.sites.requests import RequestSite
from django.test import RequestFactory
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import get_language_from_path

from portal.sitemaps import PAGES_IN_ONE, PageMap
from tests.factories.dialogues import DialogueFactory, SessionFactory
from tests.factories.partners import PartnerRequestFactory
from tests.factories.resources import ResourceFactory
from tests.portal.test_face import Page

pytestmark = pytest.mark.django_db

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
CODES = ["en", "zh-hant", "es", "fr"]


def urls(client, section, **query):
    response = client.get(f"/sitemap-{section}.xml", query)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    return ET.fromstring(response.content).findall("s:url", NAMES)


def locations(client, section):
    return [url.findtext("s:loc", namespaces=NAMES) for url in urls(client, section)]


def test_the_index_names_every_section(client):
    found = ET.fromstring(client.get("/sitemap.xml").content).findall("s:sitemap/s:loc", NAMES)
    sections = ("pages", "resources", "dialogues", "sessions", "issues", "opportunities", "stories")
    assert [place.text for place in found] == [f"http://testserver/sitemap-{name}.xml" for name in sections]


def test_a_published_resource_stands_in_every_language_with_the_others_beside_it(client, time_machine):
    time_machine.move_to("2027-01-02T00:00:00Z")
    ResourceFactory(published=True, slug="us-guide")
    ResourceFactory(slug="draft")
    ResourceFactory(archived=True, slug="gone")
    found = urls(client, "resources")
    assert [url.findtext("s:loc", namespaces=NAMES) for url in found] == [
        f"http://testserver/{code}/resources/us-guide/" for code in CODES
    ]
    assert found[0].findtext("s:lastmod", namespaces=NAMES) == "2027-01-02"
    for url in found:
        others = {link.get("hreflang"): link.get("href") for link in url.findall("x:link", NAMES)}
        assert others == {code: f"http://testserver/{code}/resources/us-guide/" for code in CODES} | {
            "x-default": "http://testserver/resources/us-guide/"
        }


def test_the_address_without_a_language_leads_each_reader_to_her_own(client):
    ResourceFactory(published=True, slug="us-guide")
    response = client.get("/resources/us-guide/", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert response.url == "/es/resources/us-guide/"


def test_an_edit_is_the_last_change(client):
    ResourceFactory(published=True, changed_at=timezone.now() + timedelta(days=3))
    day = (timezone.now() + timedelta(days=3)).date().isoformat()
    assert urls(client, "resources")[0].findtext("s:lastmod", namespaces=NAMES) == day


def test_public_sessions_and_open_requests_are_named_and_nothing_that_is_not_public(client):
    dialogue = DialogueFactory(slug="us-tw")
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    SessionFactory(dialogue=dialogue)
    SessionFactory(dialogue=dialogue, scheduled=True, is_public=False)
    PartnerRequestFactory(published=True, slug="mango")
    PartnerRequestFactory(slug="draft")
    PartnerRequestFactory(expired=True, slug="expired")
    assert "http://testserver/en/dialogues/us-tw/" in locations(client, "dialogues")
    assert [place for place in locations(client, "sessions") if "/en/" in place] == [
        f"http://testserver/en/dialogues/us-tw/sessions/{session.pk}/"
    ]
    assert [place for place in locations(client, "opportunities") if "/en/" in place] == [
        "http://testserver/en/opportunities/mango/"
    ]


@pytest.mark.parametrize("section", ["pages", "resources", "dialogues", "sessions", "opportunities"])
def test_every_address_named_opens_for_everybody(client, section):
    ResourceFactory(published=True)
    SessionFactory(scheduled=True)
    PartnerRequestFactory(published=True)
    named = locations(client, section)
    assert named
    for place in named:
        assert client.get(place.removeprefix("http://testserver")).status_code == 200


@pytest.mark.parametrize("language", CODES)
def test_the_sitemap_is_the_same_whatever_language_is_asked_for(client, language):
    ResourceFactory(published=True)
    response = client.get("/sitemap-resources.xml", headers={"Accept-Language": language})
    assert response.content == client.get("/sitemap-resources.xml").content


def test_a_long_section_is_divided_and_one_file_reads_its_own_rows_only(client, django_assert_num_queries):
    class Many(PageMap):
        limit = 2

        def items(self):
            return ["a", "b", "c"]

        def path(self, item):
            return f"/en/{item}/"

    assert len(Many().get_urls(page=2, site=_site(), protocol="https")) == len(CODES)
    assert PAGES_IN_ONE * len(CODES) <= 50_000
    for _number in range(3):
        ResourceFactory(published=True)
    with django_assert_num_queries(2):  # how many there are, and the rows
        urls(client, "resources")


def _site():
    return RequestSite(RequestFactory().get("/"))


@pytest.mark.parametrize("page", ["0", "-1", "999999", "abc", "9" * 30, "%00"])
def test_a_file_that_is_not_there_is_not_found(client, page):
    assert client.get(f"/sitemap-resources.xml?p={page}").status_code == 404
    assert client.get("/sitemap-nothing.xml").status_code == 404


def test_robots_are_shown_the_sitemap_and_kept_from_what_helps_nobody(client):
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    assert "/en/account" in closed
    assert not any("/en/resources/".startswith(path) for path in closed)
    for path in closed:
        with translation.override(get_language_from_path(f"{path}/")):
            assert _leads_somewhere(path), path


def _leads_somewhere(path):
    for whole in (path, f"{path}/", f"{path}/login/"):
        try:
            resolve(whole)
        except Resolver404:
            continue
        return True
    return False


# --- On the pages -----------------------------------------------------------------------------------


def links(client, path):
    page = Page(client.get(path))
    canonical = [link["href"] for link in page.all("link", rel="canonical")]
    others = {link["hreflang"]: link["href"] for link in page.all("link", rel="alternate") if "hreflang" in link}
    return canonical, others


def test_a_page_names_its_one_address_and_its_languages(client):
    canonical, others = links(client, "/es/resources/?topic=taxation&page=3")
    assert canonical == ["http://testserver/es/resources/?page=3"]
    assert others["x-default"] == "http://testserver/resources/?topic=taxation&page=3"
    assert set(others) == {*CODES, "x-default"}


@pytest.mark.parametrize("page", ["1", "0", "-1", "abc", "٣", "9" * 40, "2&page=<b>"])
def test_a_page_number_that_says_nothing_is_left_out_of_the_address(client, page):
    canonical, _others = links(client, f"/en/resources/?page={page}")
    assert canonical == ["http://testserver/en/resources/"]
