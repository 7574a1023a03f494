"""Translations beside their source, and what is stale or missing."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.activity.log import timeline
from resources import publishing, translating, versions
from resources.models import Resource, Translation
from tests.factories.accounts import OrganizationFactory
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db

SPANISH = {"title": "Aranceles", "summary": "Lo que paga un primer envío.", "body": ""}


@pytest.fixture
def guide(official):
    """English, with a Spanish translation that went stale."""
    resource = publishing.draft(by=official, **texts(title_es="Aranceles", summary_es="Lo que se paga."))
    return publishing.revise(resource, version=1, by=official, summary_en="What a second shipment pays.")


def url(name, *args):
    return reverse(f"resources:{name}", args=args)


def state(resource, language):
    resource = Resource.objects.get(pk=resource.pk)
    return translating.standing(resource, language).state


def translate(resource, language, *, by, version, origin="publisher", **changes):
    return translating.translate(resource, language, version=version, origin=origin, by=by, **(SPANISH | changes))


def test_each_language_is_current_stale_or_missing(guide):
    assert [(one.language, one.state) for one in translating.standings(guide)] == [
        ("zh-hant", "missing"),
        ("es", "stale"),
        ("fr", "missing"),
    ]
    assert state(guide, "en") == "current"


def test_saving_a_translation_makes_it_current_and_says_whose_it_is(guide, official):
    resource = translate(guide, "es", version=2, by=official, origin="portal")
    assert state(resource, "es") == "current"
    assert resource.translations.get().origin == "portal"
    assert resource.summary_es == "Lo que paga un primer envío."
    assert versions.past(versions.of(resource)[0]).verb == "translated"
    resource = translate(resource, "fr", version=3, by=official, title="Droits")
    assert state(resource, "fr") == "current"
    assert resource.source_version == 2


def test_saving_the_same_words_again_marks_them_as_still_right(guide, official):
    resource = translate(guide, "es", version=2, by=official, summary="Lo que se paga.")
    assert (state(resource, "es"), resource.version) == ("current", 2)
    assert timeline(resource)[0].verb == "translation_confirmed"


def test_a_stale_translation_is_marked_as_still_right_once(guide, official):
    for _twice in range(2):
        translating.confirm(guide, "es", version=2, by=official)
    assert state(guide, "es") == "current"
    assert [row.verb for row in timeline(guide)].count("translation_confirmed") == 1
    assert timeline(guide)[0].data == {"language": "es"}


def test_a_translation_compared_with_an_older_source_is_not_marked(guide, official, colleague):
    publishing.revise(guide, version=2, by=colleague, summary_en="What a third shipment pays.")
    for verb in (
        lambda: translating.confirm(guide, "es", version=2, by=official),
        lambda: translate(guide, "es", version=2, by=official),
    ):
        with pytest.raises(ValidationError) as refusal:
            verb()
        assert refusal.value.code == "changed_meanwhile"
    assert state(guide, "es") == "stale"


def test_what_is_missing_is_not_marked_as_right(guide, official):
    with pytest.raises(ValidationError) as refusal:
        translating.confirm(guide, "fr", version=2, by=official)
    assert refusal.value.code == "missing"


def test_what_is_withdrawn_is_not_translated(official):
    resource = ResourceFactory(archived=True, title_es="Aranceles", summary_es="Lo que se paga.")
    Translation.objects.create(resource=resource, language="es", origin="portal")
    for verb in (
        lambda: translating.confirm(resource, "es", version=1, by=official),
        lambda: translate(resource, "es", version=1, by=official),
    ):
        with pytest.raises(ValidationError) as refusal:
            verb()
        assert refusal.value.code == "illegal_move"


@pytest.mark.parametrize("person", ["official_mx", "sme", "administrator", "outsider"])
def test_nobody_but_those_who_keep_it_translates(request, guide, person):
    by = request.getfixturevalue(person)
    for verb in (
        lambda: translating.confirm(guide, "es", version=2, by=by),
        lambda: translate(guide, "es", version=2, by=by),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert state(guide, "es") == "stale"


def test_the_source_of_a_translation_is_found_among_the_versions(guide):
    assert translating.made_from(guide, "es").source_text("summary") == "What a first shipment pays."
    assert translating.made_from(guide, "fr") is None


def test_the_source_of_a_loaded_translation_is_that_before_the_first_change(official):
    resource = ResourceFactory(summary_en="As loaded.", title_es="Guía", summary_es="Resumen.")
    Translation.objects.create(resource=resource, language="es", origin="portal")
    resource = publishing.revise(resource, version=1, by=official, summary_en="Changed here.")
    assert translating.made_from(resource, "es").source_text("summary") == "As loaded."


# --- The page ------------------------------------------------------------------------------------


def test_the_page_shows_the_source_what_changed_in_it_and_the_translation(client, official, guide):
    client.force_login(official)
    text = client.get(url("resource-translate", guide.slug, "es")).text
    assert "English and Spanish side by side" in text
    assert f'action="/en/resources/{guide.slug}/translate/es/still-right/"' in text
    assert "What a second shipment pays." in text
    assert '<del class="difference__removed"><span class="visually-hidden">removed, begin </span>first<' in text
    assert "Aranceles" in text
    assert "Mark as still right" in text
    fresh = client.get(url("resource-translate", guide.slug, "fr")).text
    assert "difference__removed" not in fresh
    assert "Mark as still right" not in fresh


def test_a_source_that_was_not_kept_is_said_to_be(client, official, guide):
    versions.of(guide).delete()
    client.force_login(official)
    assert "was not kept" in client.get(url("resource-translate", guide.slug, "es")).text


def test_a_translation_is_saved_from_the_page(client, official, guide):
    client.force_login(official)
    data = SPANISH | {"version": 2, "origin": "publisher"}
    response = client.post(url("resource-translate", guide.slug, "es"), data, follow=True)
    assert "Saved. This translation is current." in response.text
    assert state(guide, "es") == "current"


def test_what_is_missing_or_out_of_date_in_the_form_is_said_and_nothing_typed_is_lost(client, official, guide):
    client.force_login(official)
    address = url("resource-translate", guide.slug, "es")
    for wrong in (
        {"title": ""}, {"summary": " "}, {"version": "1"}, {"version": ""}, {"version": "x"}, {"origin": "nobody"},
        {"body": "x" * 20_001}, {"title": "\x00"},
    ):  # fmt: skip
        response = client.post(address, SPANISH | {"version": 2, "origin": "publisher", "body": "Mi texto."} | wrong)
        assert response.status_code == 200
        assert response.context["form"].errors
        assert "Mi texto." in response.text or "body" in wrong
    assert state(guide, "es") == "stale"


def test_marking_from_the_page(client, official, guide):
    client.force_login(official)
    address = url("resource-still-right", guide.slug, "es")
    assert "Compare again, then decide." in client.post(address, {"version": 1}, follow=True).text
    assert "Marked as still right." in client.post(address, {"version": 2}, follow=True).text
    assert state(guide, "es") == "current"
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("language", ["en", "de", "zh", "x" * 200])
def test_a_language_that_is_the_source_or_none_of_ours_is_not_found(client, official, guide, language):
    client.force_login(official)
    assert client.get(url("resource-translate", guide.slug, language)).status_code == 404
    assert client.post(url("resource-still-right", guide.slug, language)).status_code == 404


def test_readers_of_a_stale_language_are_told_and_others_are_not(client, official, colleague, guide):
    resource = publishing.publish(publishing.submit(guide, by=official), by=colleague)
    assert "notice--soon" in client.get(f"/es/resources/{resource.slug}/").text
    assert "notice--soon" not in client.get(f"/en/resources/{resource.slug}/").text
    translating.confirm(resource, "es", version=2, by=official)
    assert "notice--soon" not in client.get(f"/es/resources/{resource.slug}/").text


def test_the_page_of_a_resource_tells_its_keepers_how_each_language_stands(client, official, guide):
    client.force_login(official)
    text = client.get(guide.get_absolute_url()).text
    assert "Spanish (Stale)" in text
    assert "French (Missing)" in text


# --- Coverage by publisher -----------------------------------------------------------------------


@pytest.fixture
def catalogue(official, agency):
    """Of her agency: one guide with current and stale translations, one in Spanish alone; and others'."""
    agency.name = "Agency A"
    agency.save(update_fields=["name"])
    both = ResourceFactory(published=True, publisher=agency, source_version=2, title_en="Both")
    Translation.objects.create(resource=both, language="es", origin="portal", source_version=2)
    Translation.objects.create(resource=both, language="fr", origin="portal", source_version=1)
    ResourceFactory(
        published=True, publisher=agency, source_language="es", title_es="Sola", summary_es="Sola.", title_en="",
        summary_en="",
    )  # fmt: skip
    ResourceFactory(publisher=agency, title_en="Only a draft")
    ResourceFactory(published=True, code="MX", title_en="Not hers")
    return both


def test_coverage_counts_current_stale_and_missing_per_publisher_and_language(official, catalogue):
    [line] = translating.coverage(official)
    assert (line.publisher.name, line.total) == ("Agency A", 2)
    assert dict(line.cells) == {
        "en": {"current": 1, "stale": 0, "missing": 1},
        "zh-hant": {"current": 0, "stale": 0, "missing": 2},
        "es": {"current": 2, "stale": 0, "missing": 0},
        "fr": {"current": 0, "stale": 1, "missing": 1},
    }


def test_each_cell_opens_the_list_it_counts(client, official, catalogue):
    client.force_login(official)
    [line] = translating.coverage(official)
    for language, counts in line.cells:
        for one, count in counts.items():
            page = client.get(url("language-list", language, one), {"publisher": line.publisher.slug})
            assert page.context["page"].paginator.count == count
    text = client.get(url("language-list", "fr", "stale")).text
    assert "French: Stale" in text
    assert f'<a href="/en/resources/{catalogue.slug}/translate/fr/"><span lang="en">Both</span>' in text


def test_the_coverage_page_links_to_its_lists(client, official, catalogue, agency):
    client.force_login(official)
    text = client.get(url("language-coverage")).text
    assert f"/en/resources/manage/languages/fr/stale/?publisher={agency.slug}" in text
    assert "Not hers" not in text


@pytest.mark.parametrize(
    ("language", "state", "query", "status"),
    [
        ("fr", "stale", {}, 200),
        ("fr", "stale", {"page": "abc"}, 200),
        ("fr", "stale", {"page": "-1"}, 200),
        ("fr", "stale", {"publisher": "nobody"}, 404),
        ("de", "stale", {}, 404),
        ("fr", "rotten", {}, 404),
    ],
)
def test_unknown_parts_of_the_address_are_not_found(client, official, catalogue, language, state, query, status):
    client.force_login(official)
    assert client.get(url("language-list", language, state), query).status_code == status


def test_another_economys_publisher_is_not_found(client, official, catalogue):
    foreign = Resource.objects.get(title_en="Not hers").publisher
    client.force_login(official)
    assert client.get(url("language-list", "fr", "missing"), {"publisher": foreign.slug}).status_code == 404


def test_the_coverage_page_costs_the_same_for_one_publisher_and_for_three(client, official):
    client.force_login(official)
    costs = []
    for count in (1, 3):
        while Resource.objects.count() < count:
            ResourceFactory(published=True, publisher=OrganizationFactory(agency=True))
        client.get(url("language-coverage"))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("language-coverage"))
        costs.append(len(queries))
    # The third query of the page asks nothing per publisher; the head of the page asks every app what waits.
    assert costs[0] == costs[1]


def test_an_official_without_published_resources_is_offered_the_first_step(client, official):
    client.force_login(official)
    assert "Nothing is published yet" in client.get(url("language-coverage")).text
