"""The feed of a list, and what the page of a resource tells search engines."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from django.utils import timezone

from resources import feeds, publishing
from resources.models import Resource, TrainingDate
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import economy, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

A = "{http://www.w3.org/2005/Atom}"


def feed(client, language="en", **query):
    response = client.get(f"/{language}/resources/feed.atom", query)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)


def titles(found):
    return [entry.findtext(f"{A}title") for entry in found.findall(f"{A}entry")]


def test_the_newest_changes_stand_first_edits_among_them(client, official, agency, colleague, time_machine):
    for day, title in ((1, "First"), (2, "Second"), (3, "Third")):
        time_machine.move_to(f"2027-01-0{day}T00:00:00Z")
        resource = ResourceFactory(published=True, publisher=agency, title_en=title, slug=title.lower())
    assert titles(feed(client)) == ["Third", "Second", "First"]
    time_machine.move_to("2027-01-05T00:00:00Z")
    resource = Resource.objects.get(slug="first")
    publishing.revise(resource, version=resource.version, by=official, summary_en="Changed.")
    found = feed(client)
    assert titles(found) == ["First", "Third", "Second"]
    assert found.find(f"{A}entry").findtext(f"{A}updated").startswith("2027-01-05T00:00:00")
    assert found.find(f"{A}entry").findtext(f"{A}published").startswith("2027-01-01T00:00:00")
    assert found.findtext(f"{A}updated").startswith("2027-01-05T00:00:00")


def test_only_what_is_published_and_asked_for_is_in_it(client, official):
    ResourceFactory(published=True, title_en="Taxes", topics=[topic("taxation", "Taxation")])
    ResourceFactory(published=True, title_en="Customs")
    ResourceFactory(title_en="Secret", topics=[topic("taxation")])
    client.force_login(official)
    found = feed(client, topic="taxation")
    assert titles(found) == ["Taxes"]
    assert found.findtext(f"{A}title") == "Resources: Taxation"


def test_it_speaks_the_language_of_its_address_and_names_another_one(client, time_machine):
    time_machine.move_to("2027-01-01T00:00:00Z")
    ResourceFactory(published=True, title_en="Guide", title_es="Guía", summary_es="Resumen.")
    time_machine.move_to("2027-01-02T00:00:00Z")
    ResourceFactory(published=True, title_en="Only English")
    found = feed(client, "es")
    xml_lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert found.get(xml_lang) == "es"
    assert titles(found) == ["Only English", "Guía"]
    assert [entry.get(xml_lang) for entry in found.findall(f"{A}entry")] == ["en", "es"]
    assert "/es/resources/" in found.find(f"{A}entry").find(f"{A}link").get("href")


def test_identifiers_are_the_same_whatever_host_is_asked(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.SITE_URL = "https://portal.example"
    ResourceFactory(published=True, slug="guide")
    names = set()
    for host in ("testserver", "other.example"):
        found = ET.fromstring(client.get("/en/resources/feed.atom?topic=&words=guide", headers={"Host": host}).content)
        names.add((found.findtext(f"{A}id"), found.find(f"{A}entry").findtext(f"{A}id")))
        own = found.find(f"{A}link[@rel='self']").get("href")
        assert own == f"http://{host}/en/resources/feed.atom?words=guide"
    assert names == {
        ("tag:portal.example,2026:resources/en?words=guide", "tag:portal.example,2026:resource/guide"),
    }


def test_what_xml_cannot_hold_and_what_it_must_not_trust_does_no_harm(client):
    resource = ResourceFactory(published=True)
    Resource.objects.filter(pk=resource.pk).update(
        title_en="A\x0bB </title><script>", summary_en="<script>alert(1)</script> & \x01]]>"
    )
    [entry] = feed(client).findall(f"{A}entry")
    assert entry.findtext(f"{A}title") == "AB </title><script>"
    assert entry.find(f"{A}summary").get("type") == "html"
    assert "<script>" not in entry.findtext(f"{A}summary")
    assert "&lt;script&gt;" in entry.findtext(f"{A}summary")


def test_what_is_unchanged_is_not_sent_again(client, official, agency):
    resource = ResourceFactory(published=True, publisher=agency)
    first = client.get("/en/resources/feed.atom")
    same = client.get("/en/resources/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same["ETag"] == first["ETag"]
    by_date = client.get("/en/resources/feed.atom", headers={"If-Modified-Since": first["Last-Modified"]})
    assert by_date.status_code == 304
    other = client.get("/es/resources/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200
    publishing.revise(resource, version=resource.version, by=official, title_en="New title")
    again = client.get("/en/resources/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert "New title" in again.content.decode()


def test_what_was_withdrawn_leaves_the_feed(client, official, agency):
    resource = ResourceFactory(published=True, publisher=agency)
    ResourceFactory(published=True, title_en="Stays")
    first = client.get("/en/resources/feed.atom")
    publishing.withdraw(resource, reason="Over.", by=official)
    again = client.get("/en/resources/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert titles(ET.fromstring(again.content)) == ["Stays"]


def test_an_empty_list_has_a_feed_too(client):
    assert titles(feed(client, words="nothing at all like this")) == []


def test_it_ends_after_so_many_entries_and_costs_the_same_for_any_list(client, django_assert_max_num_queries):
    publisher = OrganizationFactory(agency=True, code="US")
    for _number in range(3):
        ResourceFactory(published=True, publisher=publisher)
    text = {"title": "Many", "title_en": "Many", "summary": "S.", "summary_en": "S.", "url": "https://x.example"}
    published = {"status": "published", "published_at": timezone.now(), "review_due_on": timezone.now().date()}
    many = range(feeds.ENTRIES)
    rows = [Resource(slug=f"many-{n}", kind="guide", publisher=publisher, **text, **published) for n in many]
    Resource.objects.bulk_create(rows)
    client.get("/en/resources/feed.atom")
    with django_assert_max_num_queries(6):
        assert len(titles(feed(client))) == feeds.ENTRIES


def test_the_list_page_tells_feed_readers_where_it_is(client):
    ResourceFactory(published=True, topics=[topic("taxation")])
    page = client.get("/fr/resources/?topic=taxation&sort=newest").content.decode()
    head = page.partition("</head>")[0]
    assert 'type="application/atom+xml"' in head
    assert 'href="/fr/resources/feed.atom?sort=newest&amp;topic=taxation"' in head


# --- schema.org ---------------------------------------------------------------------------------------


def described(client, resource, language="en"):
    page = client.get(f"/{language}/resources/{resource.slug}/").content.decode()
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(block)


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("guide", "HowTo"), ("programme", "GovernmentService"), ("tool", "WebApplication"), ("training", "Course"),
        ("dataset", "Dataset"), ("success_case", "Article"), ("legal_text", "Legislation"),
    ],
)  # fmt: skip
def test_a_resource_says_what_it_is(client, us, kind, type_):
    resource = ResourceFactory(published=True, kind=kind, slug="it", audiences=["youth"])
    found = described(client, resource)
    assert (found["@context"], found["@type"]) == ("https://schema.org", "WebPage")
    assert found["url"] == "http://testserver/en/resources/it/"
    assert found["lastReviewed"] == timezone.now().date().isoformat()
    entity = found["mainEntity"]
    assert entity["@type"] == type_
    assert entity["url"] == resource.url
    publisher = entity.get("publisher") or entity["provider"]
    assert publisher == {"@type": "GovernmentOrganization", "name": resource.publisher.name}
    assert entity["audience"] == [{"@type": "BusinessAudience", "audienceType": "Young entrepreneurs"}]
    [area] = entity.get("areaServed") or entity["spatialCoverage"]
    assert area == {"@type": "AdministrativeArea", "name": "United States", "identifier": "US"}


def test_it_says_so_in_the_language_that_the_page_shows(client):
    resource = ResourceFactory(published=True, title_es="Guía", summary_es="Resumen.", page_languages=["en"])
    assert described(client, resource, "es")["inLanguage"] == "es"
    assert described(client, resource, "es")["mainEntity"]["name"] == "Guía"
    assert described(client, resource, "es")["mainEntity"]["inLanguage"] == ["en"]
    assert described(client, resource, "fr")["inLanguage"] == "en"


def test_a_training_names_its_dates_to_come(client):
    resource = ResourceFactory(published=True, kind="training")
    now = timezone.now().replace(microsecond=0)
    for days, changes in (
        (3, {"place": "Taipei", "language": "zh-hant"}),
        (5, {}),
        (-3, {}),
        (7, {"is_cancelled": True}),
    ):
        begin = now + timedelta(days=days)
        TrainingDate.objects.create(
            resource=resource, starts_at=begin, ends_at=begin + timedelta(hours=2), time_zone="Asia/Taipei", **changes
        )
    first, second = described(client, resource)["mainEntity"]["hasCourseInstance"]
    assert first["@type"] == "CourseInstance"
    assert first["startDate"] == (now + timedelta(days=3)).isoformat()
    assert (first["courseMode"], first["location"]["name"], first["inLanguage"]) == ("onsite", "Taipei", "zh-hant")
    assert (second["courseMode"], "location" in second) == ("online", False)


def test_no_title_ends_the_block_of_data(client):
    resource = ResourceFactory(published=True, title_en="</script><script>alert(1)</script> & \u2028 <!--")
    page = client.get(resource.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert described(client, resource)["name"] == "</script><script>alert(1)</script> & \u2028 <!--"


def test_a_draft_says_nothing_to_search_engines(client, official, agency):
    resource = ResourceFactory(publisher=agency)
    economy("US")
    client.force_login(official)
    assert "ld+json" not in client.get(resource.get_absolute_url()).content.decode()
