"""What is offered while somebody types."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.search.models import Concept, Term
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def lines(client, words, language="en"):
    """(text, address) of each suggestion."""
    response = client.get(f"/{language}/resources/suggest/", {"words": words})
    assert response.status_code == 200
    return [(suggestion.text, suggestion.url) for suggestion in response.context["suggestions"]]


def texts(client, words, language="en"):
    return [text for text, _url in lines(client, words, language)]


def test_a_title_is_offered_by_its_beginning_and_leads_to_its_page(client):
    resource = ResourceFactory(published=True, title_en="Tariff finder", slug="tariff-finder")
    assert lines(client, "tar") == [("Tariff finder", f"/en/resources/{resource.slug}/")]


def test_a_title_is_offered_by_words_inside_it_but_not_by_its_text(client):
    ResourceFactory(published=True, title_en="How duties are set", body_en="Phytosanitary certificates.")
    assert texts(client, "duti") == ["How duties are set"]
    assert texts(client, "duties set") == ["How duties are set"]
    assert texts(client, "phyto") == []


def test_titles_that_begin_so_come_before_those_that_only_hold_it(client):
    ResourceFactory(published=True, title_en="A guide to tariffs")
    ResourceFactory(published=True, title_en="Tariffs explained")
    assert texts(client, "tari") == ["Tariffs explained", "A guide to tariffs"]


def test_accents_case_and_character_set_do_not_matter(client):
    ResourceFactory(published=True, title_en="Export", title_es="Exportación de café", summary_es="S.")
    ResourceFactory(published=True, title_en="Duties", title_zh_hant="關稅查詢", summary_zh_hant="查。")
    assert texts(client, "EXPORTACION", "es") == ["Exportación de café"]
    assert texts(client, "cafe", "es") == ["Exportación de café"]
    assert texts(client, "关税", "zh-hant") == ["關稅查詢"]
    assert texts(client, "關", "zh-hant") == ["通關程序", "關稅查詢"]  # the first is the topic


def test_what_is_not_published_is_not_offered_to_anybody(client, official):
    ResourceFactory(title_en="Tariff draft")
    assert texts(client, "tariff") == []
    client.force_login(official)
    assert texts(client, "tariff") == []


def test_topics_and_sectors_lead_to_their_list(client):
    topic("customs-procedures", "Customs procedures")
    sector("processed-food", "Processed food")
    assert lines(client, "proc") == [
        ("Customs procedures", "/en/resources/?topic=customs-procedures"),
        ("Processed food", "/en/resources/?sector=processed-food"),
    ]


def test_terms_of_the_thesaurus_and_publishers_become_a_search(client):
    concept = Concept.objects.create(slug="rules-of-origin")
    Term.objects.create(concept=concept, language="en", text="rules of origin", order=0)
    Term.objects.create(concept=concept, language="es", text="reglas de origen", order=0)
    Term.objects.create(concept=concept, language="fr", text="Rules of Origin", order=0)
    publisher = OrganizationFactory(agency=True, code="US", name_en="Ruling Office")
    ResourceFactory(published=True, publisher=publisher)
    OrganizationFactory(agency=True, code="US", name_en="Ruling without resources")
    assert lines(client, "rul") == [
        ("rules of origin", "/en/resources/?words=rules+of+origin"),
        ("Ruling Office", "/en/resources/?words=Ruling+Office"),
    ]
    assert texts(client, "reglas") == ["reglas de origen"]


def test_there_are_eight_at_most_and_titles_have_their_share(client):
    for number in range(12):
        ResourceFactory(published=True, title_en=f"Tariff {number:02}")
        topic(f"tariff-{number}", f"Tariff topic {number}")
        sector(f"tariff-{number}", f"Tariff sector {number}")
    found = lines(client, "tariff")
    assert len(found) == 8
    assert sum("/resources/resource-" in url for _text, url in found) >= 4


@pytest.mark.parametrize("words", ["", " ", "a", "x" * 61, "關稅" * 40, "!!!", "''", "\\", "%%%", "a:*&|"])
def test_too_little_too_much_and_odd_beginnings_offer_nothing(client, words):
    ResourceFactory(published=True, title_en="Tariff")
    assert lines(client, words) == []


def test_hostile_titles_are_only_text(client):
    ResourceFactory(published=True, title_en="<script>alert(1)</script> tariff")
    answer = client.get("/en/resources/suggest/", {"words": "tariff"}).text
    assert "&lt;script&gt;" in answer
    assert "<script" not in answer


@pytest.mark.parametrize("count", [1, 3])
def test_suggestions_cost_the_same_for_one_and_for_three(client, django_assert_num_queries, count):
    for number in range(count):
        ResourceFactory(published=True, title_en=f"Tariff {number}")
    texts(client, "tariff")
    with django_assert_num_queries(4):
        texts(client, "tariff")


def test_nobody_can_send_it_anything(client):
    assert client.post("/en/resources/suggest/", {"words": "tariff"}).status_code == 405


def test_any_beginning_is_answered(client):
    ResourceFactory(published=True, title_en="Tariff")

    @settings(
        max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.text(max_size=70))
    def check(words):
        assert client.get("/en/resources/suggest/", {"words": words}).status_code == 200

    check()
