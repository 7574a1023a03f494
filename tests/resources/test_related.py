import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.search import embedding, searched
from resources import panels, publishing, related
from resources.models import Resource
from resources.panels import Link, Panel
from tests.factories.reference import economy, sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_remembered():
    cache.clear()


def titles(resource, user):
    return [other.title for other in related.near(resource, user)]


@pytest.fixture
def labels(db):
    """A guide to food labels in the United States."""
    return ResourceFactory(published=True, title_en="Labels", topics=[topic("sps", "SPS")], sectors=[sector()])


def test_what_shares_topic_and_place_is_nearer_than_what_shares_the_topic(labels, outsider, us, mx):
    ResourceFactory(published=True, title_en="Taxes", topics=[topic("taxation", "Taxation")])
    ResourceFactory(published=True, title_en="Mexican labels", code="MX", topics=[topic("sps")])
    ResourceFactory(published=True, title_en="Importing food", topics=[topic("sps")], sectors=[sector()])
    assert titles(labels, outsider) == ["Importing food", "Mexican labels"]


def test_at_most_four_and_never_itself(labels, outsider):
    for _ in range(6):
        ResourceFactory(published=True, topics=[topic("sps")])
    found = related.near(labels, outsider)
    assert len(found) == 4
    assert labels not in found


def test_beside_two_of_a_kind_from_one_place_stands_something_else(labels, outsider):
    for number in range(5):
        ResourceFactory(published=True, title_en=f"American {number}", topics=[topic("sps")], sectors=[sector()])
    ResourceFactory(published=True, title_en="Mexican", code="MX", topics=[topic("sps")])
    ResourceFactory(published=True, title_en="A course", kind="training", topics=[topic("sps")])
    found = titles(labels, outsider)
    assert len(found) == 4
    assert {"Mexican", "A course"} < set(found)


def test_what_means_much_the_same_is_near_though_it_shares_no_tag(labels, outsider):
    tax = topic("taxation", "Taxation")
    ResourceFactory(published=True, title_en="Visas for nurses", summary_en="Who may work.", topics=[tax], code="MX")
    ResourceFactory(published=True, title_en="Food labelling", summary_en="Labels.", topics=[tax], code="MX")
    embedding.embed(searched.of(Resource), list(Resource.objects.values_list("pk", flat=True)))
    assert titles(labels, outsider)[0] == "Food labelling"


def test_drafts_and_withdrawn_ones_are_near_to_nobody(labels, official):
    ResourceFactory(topics=[topic("sps")])
    ResourceFactory(archived=True, topics=[topic("sps")])
    assert related.near(labels, official) == []


def test_what_is_withdrawn_later_is_gone_at_once_though_the_ids_are_remembered(labels, official, outsider):
    other = ResourceFactory(published=True, title_en="Other", topics=[topic("sps")], publisher=labels.publisher)
    assert titles(labels, outsider) == ["Other"]
    publishing.withdraw(other, reason="Old.", by=official)
    assert titles(labels, outsider) == []


def test_nothing_near_is_no_section(client, labels):
    assert "Related resources" not in client.get(labels.get_absolute_url()).text


def test_the_page_costs_the_same_with_one_near_and_with_four(client, labels):
    costs = []
    for count in (1, 4):
        while Resource.objects.count() < 1 + count:
            ResourceFactory(published=True, topics=[topic("sps")], economies=[economy("US"), economy("MX")])
        cache.clear()
        client.get(labels.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            assert "Related resources" in client.get(labels.get_absolute_url()).text
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- Programmes and their cases ---------------------------------------------------------------


def test_a_programme_lists_its_success_cases_and_a_case_names_its_programme(client):
    programme = ResourceFactory(kind="programme", published=True, title_en="Export grant")
    case = ResourceFactory(kind="success_case", published=True, title_en="A bakery sells abroad", programme=programme)
    hidden = ResourceFactory(kind="success_case", title_en="Not ready", programme=programme)
    page = client.get(programme.get_absolute_url()).text
    assert "Firms that used it" in page
    assert case.get_absolute_url() in page
    assert hidden.title not in page
    assert programme.get_absolute_url() in client.get(case.get_absolute_url()).text


def test_a_withdrawn_programme_is_not_named_by_its_cases(client):
    programme = ResourceFactory(kind="programme", archived=True, title_en="Ended grant")
    case = ResourceFactory(kind="success_case", published=True, programme=programme)
    assert "Ended grant" not in client.get(case.get_absolute_url()).text


# --- Panels of other rooms --------------------------------------------------------------------


def test_another_room_adds_a_panel_once(client, labels):
    def note(resource, user):
        return (
            Panel("Where it came from", [Link("A meeting", "/en/dialogues/", "2026")]) if resource == labels else None
        )

    panels.register(note)
    panels.register(note)
    try:
        text = client.get(labels.get_absolute_url()).text
        assert text.count("Where it came from") == 1
        assert '<a href="/en/dialogues/">A meeting</a>' in text
        other = ResourceFactory(published=True, topics=[topic("taxation")])
        assert "Where it came from" not in client.get(other.get_absolute_url()).text
    finally:
        panels._providers.remove(note)


def revised(case, by, **changes):
    return publishing.revise(case, version=case.version, by=by, **changes)


def test_the_form_of_a_success_case_alone_asks_for_the_programme(client, official, agency):
    programme = ResourceFactory(kind="programme", published=True, title_en="Export grant", publisher=agency)
    foreign = ResourceFactory(kind="programme", published=True, title_en="Mexican grant", code="MX")
    case = ResourceFactory(kind="success_case", publisher=agency)
    client.force_login(official)
    page = client.get(reverse("resources:resource-revise", args=[case.slug]))
    assert list(page.context["form"].fields["programme"].queryset) == [programme]
    assert foreign.title not in page.text
    guide = ResourceFactory(publisher=agency)
    assert "programme" not in client.get(reverse("resources:resource-revise", args=[guide.slug])).context["form"].fields


def test_an_official_names_the_programme_and_takes_it_back(official, agency):
    programme = ResourceFactory(kind="programme", published=True, publisher=agency)
    case = ResourceFactory(kind="success_case", publisher=agency)
    case = revised(case, official, programme=programme)
    assert case.programme == programme
    assert revised(case, official, programme=None).programme is None


@pytest.mark.parametrize(
    ("kind", "other"),
    [("guide", {"kind": "programme", "published": True}), ("success_case", {"kind": "programme"}),
     ("success_case", {"kind": "guide", "published": True})],
)  # fmt: skip
def test_a_wrong_programme_is_refused_at_its_field(official, agency, kind, other):
    case = ResourceFactory(kind=kind, publisher=agency)
    with pytest.raises(ValidationError) as refusal:
        revised(case, official, programme=ResourceFactory(publisher=agency, **other))
    assert set(refusal.value.message_dict) == {"programme"}


def test_a_programme_that_was_withdrawn_since_may_stay(official, agency):
    programme = ResourceFactory(kind="programme", published=True, publisher=agency)
    case = revised(ResourceFactory(kind="success_case", publisher=agency), official, programme=programme)
    publishing.withdraw(programme, reason="Ended.", by=official)
    case.refresh_from_db()
    assert revised(case, official, title_en="A better title").programme == programme


def test_what_is_no_success_case_any_more_names_no_programme(client, official, agency):
    programme = ResourceFactory(kind="programme", published=True, publisher=agency)
    case = revised(ResourceFactory(kind="success_case", publisher=agency), official, programme=programme)
    client.force_login(official)
    address = reverse("resources:resource-revise", args=[case.slug])
    initial = client.get(address).context["form"].initial
    typed = {name: value for name, value in initial.items() if value not in (None, [], "")}
    typed["topics"] = [row.pk for row in initial["topics"]]
    typed["economies"] = [row.pk for row in initial["economies"]]
    response = client.post(address, typed | {"kind": "guide"})
    assert response.status_code == 302, response.context["form"].errors
    case.refresh_from_db()
    assert (case.kind, case.programme) == ("guide", None)
