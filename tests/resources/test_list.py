from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.search import snippets
from resources import finding, indexing, wording
from resources.models import Resource
from tests.factories.focal import FocalPointFactory
from tests.factories.reference import agreement, economy, sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def listed(client, reader="en", **query):
    """The titles of the list's first page, in order, as this address shows them."""
    with translation.override(reader):
        response = client.get(reverse("resources:resource-list"), query)
        assert response.status_code == 200
        return [row.title for row in response.context["page"]]


def page(client, **query):
    return client.get("/en/resources/", query)


def test_only_what_is_published_is_listed_even_to_its_keepers(client, official):
    ResourceFactory(title_en="Secret draft")
    ResourceFactory(in_review=True, title_en="Secret submission")
    ResourceFactory(archived=True, title_en="Secret past")
    ResourceFactory(published=True, title_en="Open")
    assert listed(client) == ["Open"]
    client.force_login(official)
    assert listed(client) == ["Open"]


def test_titles_stand_in_alphabetical_order_whatever_their_case_and_accents(client):
    for title in ("Zebra", "éclair", "apple", "Eclipse", "“Banana”"):
        ResourceFactory(published=True, title_en=title)
    assert listed(client) == ["apple", "“Banana”", "éclair", "Eclipse", "Zebra"]


def test_the_order_is_that_of_the_titles_the_reader_sees(client):
    ResourceFactory(published=True, title_en="Alpha", title_es="Zeta", summary_es="Z.")
    ResourceFactory(published=True, title_en="Beta")
    assert listed(client, "en") == ["Alpha", "Beta"]
    assert listed(client, "es") == ["Beta", "Zeta"]


def test_newest_first_when_asked_for(client, time_machine):
    time_machine.move_to("2027-01-01T00:00:00Z")
    ResourceFactory(published=True, title_en="A, older")
    time_machine.move_to("2027-01-02T00:00:00Z")
    ResourceFactory(published=True, title_en="B, newer")
    assert listed(client, sort="newest") == ["B, newer", "A, older"]


def test_an_economys_list_includes_what_holds_everywhere(client, us, mx):
    ResourceFactory(published=True, title_en="American")
    ResourceFactory(published=True, title_en="Mexican", code="MX")
    ResourceFactory(published=True, title_en="North American", economies=[us, mx])
    ResourceFactory(published=True, title_en="Global", code=None)
    assert listed(client, economy="MX") == ["Global", "Mexican", "North American"]
    assert listed(client, economy=["MX", "US"]) == ["American", "Global", "Mexican", "North American"]


def test_a_sectors_list_has_its_parts_and_its_wider_sector_and_last_what_suits_every_sector(client):
    farming = sector("agriculture", "Agriculture")
    orchids = sector("orchids", "Orchids", parent=farming)
    ResourceFactory(published=True, title_en="A for all")
    ResourceFactory(published=True, title_en="B for orchids", sectors=[orchids])
    ResourceFactory(published=True, title_en="C for farming", sectors=[farming])
    ResourceFactory(published=True, title_en="D for fish", sectors=[sector("fish", "Fish", parent=farming)])
    ResourceFactory(published=True, title_en="E for cars", sectors=[sector("cars", "Cars")])
    assert listed(client, sector="agriculture") == ["B for orchids", "C for farming", "D for fish", "A for all"]
    assert listed(client, sector="orchids") == ["B for orchids", "C for farming", "A for all"]


def test_each_filter_narrows_and_its_values_are_alternatives(client):
    trade = agreement("usmca")
    ResourceFactory(published=True, title_en="A", kind="tool", topics=[topic("taxation")], audiences=["youth"])
    ResourceFactory(published=True, title_en="B", kind="guide", page_languages=["es", "en"], agreements=[trade])
    ResourceFactory(published=True, title_en="C", kind="dataset", audiences=["rural", "exporter"])
    assert listed(client, kind="tool") == ["A"]
    assert listed(client, kind=["tool", "dataset"]) == ["A", "C"]
    assert listed(client, topic="taxation") == ["A"]
    assert listed(client, topic=["taxation", "customs-procedures"]) == ["A", "B", "C"]
    assert listed(client, language="es") == ["B"]
    assert listed(client, agreement="usmca") == ["B"]
    assert listed(client, audience="youth") == ["A", "B"]
    assert listed(client, audience="youth", kind="dataset") == []


def test_words_find_a_resource_in_any_language_best_first(client):
    ResourceFactory(published=True, title_en="Visas", summary_en="Also names the tariff once.")
    ResourceFactory(published=True, title_en="Tariff finder", title_zh_hant="進口關稅查詢", summary_zh_hant="查稅率。")
    assert listed(client, words="tariffs") == ["Tariff finder", "Visas"]
    assert listed(client, words="關稅") == ["Tariff finder"]
    assert listed(client, "zh-hant", words="关税") == ["進口關稅查詢"]
    assert listed(client, words="nothing-like-it") == []


def test_the_count_says_in_words_what_is_listed(client, us):
    ResourceFactory(published=True)
    response = page(client, economy="US", topic="customs-procedures", words="guide")
    assert response.context["sentence"] == "1 resource with “guide”, for United States, on customs procedures"
    assert page(client).context["sentence"] == "1 resource"


def test_each_chosen_filter_can_be_taken_off_alone(client, us):
    ResourceFactory(published=True)
    response = page(client, economy="US", kind=["guide", "tool"], page="2", words="", sort="")
    urls = {chip.label: chip.url for chip in response.context["chips"]}
    assert urls == {
        "United States": "?kind=guide&kind=tool",
        "Guide": "?economy=US&kind=tool",
        "Tool": "?economy=US&kind=guide",
    }


@pytest.mark.parametrize(
    "query",
    [
        {"topic": "no-such-topic"},
        {"economy": "XX"},
        {"sector": "\0"},
        {"kind": "poem"},
        {"sort": "sideways"},
        {"words": "a" * 5000},
        {"words": "關\0稅"},
        {"audience": "' OR 1=1 --"},
    ],
)
def test_a_value_nobody_knows_is_named_and_left_out(client, query):
    ResourceFactory(published=True)
    response = page(client, **query)
    assert response.status_code == 200
    assert "A part of this address is not known here, so it was left out." in response.text
    assert response.context["page"].paginator.count == 1


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", ""])
def test_a_page_out_of_range_is_the_nearest_page(client, number):
    ResourceFactory(published=True)
    assert len(page(client, page=number).context["page"]) == 1


def test_any_address_is_answered_with_a_page(client):
    ResourceFactory(published=True, sectors=[sector()], agreements=[agreement()])
    names = ["words", "economy", "topic", "kind", "sector", "audience", "language", "agreement", "sort", "page", "x"]
    known = ["US", "customs-procedures", "guide", "usmca", "en", "newest", "2", "processed-food"]

    @settings(
        max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(st.tuples(st.sampled_from(names), st.one_of(st.sampled_from(known), st.text(), st.binary()))))
    def check(pairs):
        assert client.get(f"/en/resources/?{urlencode(pairs)}").status_code in {200, 400}

    check()


@pytest.mark.parametrize("words", ["'\"&|!():*<->", "%_\\", "-", '"', "😀", "a:b & !c"])
def test_odd_words_are_only_words(client, words):
    ResourceFactory(published=True)
    assert page(client, words=words).status_code == 200


def test_broken_utf8_in_the_address_is_no_error(client):
    assert client.get("/en/resources/?words=%ff%fe&topic=%c3").status_code == 200


def test_twenty_stand_on_a_page(client):
    us = economy("US")
    publisher = ResourceFactory(published=True).publisher
    Resource.objects.bulk_create(
        Resource(
            slug=f"many-{n}",
            kind="guide",
            publisher=publisher,
            url="https://a.gov/",
            title_en=f"Many {n}",
            summary_en="S.",
            status="published",
            published_at="2027-01-01T00:00Z",
            review_due_on="2027-07-01",
        )
        for n in range(20)
    )
    us.resources.add(*Resource.objects.all())
    for resource in Resource.objects.all():
        indexing.refresh(resource)
    response = page(client, economy="US")
    assert len(response.context["page"]) == 20
    assert 'href="?economy=US&amp;page=2"' in response.text


def test_an_empty_list_offers_a_way_on(client):
    response = page(client, words="nothing")
    assert "No resource fits all of this" in response.text
    assert response.context["sentence"] == "0 resources with “nothing”"


def test_htmx_gets_only_the_results(client):
    ResourceFactory(published=True, title_en="Found")
    response = client.get("/en/resources/", headers={"HX-Request": "true", "HX-Target": "results"})
    assert response.text.lstrip().startswith('<section id="results"')
    assert "Found" in response.text
    assert "<html" not in response.text
    assert "HX-Target" in response["Vary"]


def test_a_row_says_when_its_text_is_in_another_language(client):
    ResourceFactory(published=True, title_en="Only English")
    response = client.get("/fr/resources/")
    assert '<a href="/fr/resources/' in response.text
    assert 'lang="en">Only English</a>' in response.text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_for_three(client, django_assert_num_queries, count):
    for _number in range(count):
        ResourceFactory(published=True, economies=[economy("US"), economy("MX")], topics=[topic(), topic("taxation")])
    client.get("/en/resources/")
    with django_assert_num_queries(4):
        page(client)


@pytest.mark.parametrize("count", [1, 3])
def test_a_filtered_search_costs_the_same_for_one_row_and_for_three(client, settings, django_assert_num_queries, count):
    settings.THESAURUS_CHECK_SECONDS = 60  # its edition is asked for now and then, not for each search
    for _number in range(count):
        ResourceFactory(published=True, sectors=[sector()])
    page(client, words="guide")  # labels and thesaurus are read once for each process
    with django_assert_num_queries(6):
        page(client, words="guide", economy="US", topic="customs-procedures", sector="processed-food", kind="guide")


# --- Where the words stand --------------------------------------------------------------------


def row_of(client, reader="en", **query):
    with translation.override(reader):
        return client.get(reverse("resources:resource-list"), query).context["page"][0]


def test_the_words_are_marked_in_title_and_summary_whatever_their_ending_and_accents(client):
    ResourceFactory(published=True, title_en="Export permits", summary_en="Which permit an exporter needs.")
    row = row_of(client, words="PERMIT")
    assert row.marked_title == "Export <mark>permits</mark>"
    assert row.marked_summary == "Which <mark>permit</mark> an exporter needs."
    ResourceFactory(published=True, title_es="Guía de exportación", summary_es="Qué hacer.", title_en="Other")
    assert "<mark>exportación</mark>" in row_of(client, "es", words="exportacion").marked_title


def test_han_words_are_marked_in_either_character_set(client):
    ResourceFactory(published=True, title_zh_hant="進口關稅查詢", summary_zh_hant="查稅率。")
    row = row_of(client, "zh-hant", words="关税")
    assert "<mark>關稅</mark>" in row.marked_title


def test_what_stands_only_in_the_text_is_shown_with_the_words_around_it(client):
    body = (
        "## Before you ship\n\n"
        + "Nothing of note. " * 40
        + "Ask for a **phytosanitary certificate** early. "
        + "More. " * 60
    )
    ResourceFactory(published=True, title_en="Plants", summary_en="What to know.", body_en=body)
    row = row_of(client, words="phytosanitary")
    assert "<mark>phytosanitary</mark> certificate" in row.excerpt
    assert "*" not in row.excerpt
    assert row.excerpt.startswith("… ")
    assert row.excerpt.endswith(" …")
    assert len(row.excerpt) < 300


def test_what_says_the_same_is_marked_only_as_a_whole():
    sought = snippets.marks("duty", ["tariff rates", "rate of duty", "關稅稅率"])
    assert snippets.marked("Tariff rates and exchange rates", sought) == "<mark>Tariff rates</mark> and exchange rates"
    assert snippets.marked("The rate of the duty", sought) == "The <mark>rate of the duty</mark>"
    assert snippets.marked("關稅，關税税率", sought) == "關稅，<mark>關税税率</mark>"


def test_an_accent_written_apart_belongs_to_its_letter():
    assert snippets.marked("Caf\u00e9, cafe\u0301s", snippets.marks("CAFE")) == (
        "<mark>Caf\u00e9</mark>, <mark>cafe\u0301s</mark>"
    )
    assert snippets.marked("U.S. firms", snippets.marks("us")) == "<mark>U.S.</mark> firms"


def test_marking_never_loses_a_character():
    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.text(), st.text(max_size=20))
    def check(text, words):
        for shown in (snippets.marked(text, snippets.marks(words)), snippets.marked(text, snippets.marks(text[:9]))):
            assert unescape(shown.replace("<mark>", "").replace("</mark>", "")) == unescape(escape(text))

    check()


def test_marks_let_no_markup_through(client):
    ResourceFactory(published=True, title_en="<b>Permit</b> & more", summary_en="<script>permit</script>")
    response = page(client, words="permit")
    assert "&lt;b&gt;<mark>Permit</mark>&lt;/b&gt; &amp; more" in response.text
    assert "<script>permit" not in response.text


def test_without_words_nothing_is_marked_and_no_text_is_read(client, django_assert_num_queries):
    ResourceFactory(published=True, title_en="Permit", body_en="A long text.")
    response = page(client)
    assert "<mark>" not in response.text
    assert response.context["page"][0].excerpt == ""


# --- Nothing found, too much found ------------------------------------------------------------


def test_who_finds_nothing_is_told_whom_to_ask(client, us, mx):
    answers = FocalPointFactory(code="MX", topics=["taxation"])
    general = FocalPointFactory(code="MX")
    FocalPointFactory(code="MX", topics=["employment"])
    response = page(client, economy="MX", topic="taxation", kind="tool")
    assert response.context["page"].paginator.count == 0
    assert response.context["focal_points"] == [answers, general]
    assert answers.get_absolute_url() in response.text


def test_without_an_economy_or_topic_the_portal_itself_is_asked(client):
    response = page(client, words="nothing-like-it")
    assert "/en/contact/" in response.text
    assert response.context["focal_points"] == []


def test_the_order_and_the_words_stay_when_a_filter_is_taken_off(client, us):
    ResourceFactory(published=True)
    chips = page(client, economy="US", words="guide", sort="title").context["chips"]
    assert [chip.url for chip in chips] == ["?economy=US&sort=title", "?words=guide&sort=title"]


def test_many_are_said_to_be_more_than_can_be_counted():
    sentence = wording.count_sentence(10_000, {"economy": ["Canada"]}, is_capped=True)
    assert sentence == "More than 10,000 resources for Canada"


def test_every_match_can_be_had_in_order_for_exports(client, us):
    for title in ("B", "A", "C"):
        ResourceFactory(published=True, title_en=f"{title} permit")
    ResourceFactory(title_en="Draft permit")
    titles = dict(Resource.objects.values_list("pk", "title_en"))

    def found(query):
        return finding.find(QueryDict(query), user=AnonymousUser(), language="en")

    assert [titles[pk] for pk in found("").ids()] == ["A permit", "B permit", "C permit"]
    assert {titles[pk] for pk in found("words=permit").ids()} == {"A permit", "B permit", "C permit"}
    assert found("words=permit&economy=US").queryset.count() == 3
    assert found("kind=tool").ids() == []


def test_an_address_is_written_the_same_whatever_stood_in_it(client, us):
    ResourceFactory(published=True)
    found = page(client, economy=["US", "XX", "US"], words=" guide ", page="3", x="y").context["found"]
    assert found.asked.address() == "words=guide&economy=US"
    assert found.asked.address(words="guides") == "words=guides&economy=US"
