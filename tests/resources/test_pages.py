import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.activity.log import timeline
from resources import publishing
from resources.models import Resource, Translation
from tests.factories.accounts import OrganizationFactory
from tests.factories.reference import agreement, economy, sector, topic
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db


def url(name, resource=None):
    return reverse(f"resources:resource-{name}", args=[resource.slug] if resource else [])


def typed(**changes):
    """What the browser sends from the form."""
    values = {
        "kind": "guide",
        "url": "https://www.example.gov/duties",
        "page_languages": ["en"],
        "economies": ["US"],
        "topics": [topic().pk],
        "source_language": "en",
        "title_en": "How duties are set",
        "summary_en": "What a first shipment pays.",
    }
    return values | changes


# --- The page of a resource -------------------------------------------------------------------


def test_the_page_says_what_it_is_for_whom_and_where_the_source_is(client):
    resource = ResourceFactory(
        published=True,
        title_en="Customs guide",
        body_en="**Begin** here.",
        audiences=["exporter"],
        sectors=[sector()],
        agreements=[agreement()],
        reviewed_on=None,
    )
    text = client.get(url("detail", resource)).text
    assert '<span lang="en">Customs guide</span>' in text
    assert "<strong>Begin</strong> here." in text
    assert '<a class="button" href="https://www.example.gov/guide" rel="external noopener noreferrer">' in text
    assert "Exporters" in text
    assert "Processed food" in text
    assert "USMCA" in text
    assert "Not reviewed yet" in text
    assert "Not checked yet" in text


def test_hostile_markdown_is_only_text(client):
    resource = ResourceFactory(published=True, body_en="<script>alert(1)</script> [x](javascript:alert(2))")
    text = client.get(url("detail", resource)).text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_a_missing_language_falls_back_and_says_so(client):
    resource = ResourceFactory(published=True, title_en="Customs guide")
    response = client.get(f"/fr/resources/{resource.slug}/")
    assert response.status_code == 200
    assert response.context["reading"].is_fallback
    assert '<span lang="en">Customs guide</span>' in response.text
    english = client.get(f"/en/resources/{resource.slug}/")
    assert "There is no" not in english.text


def test_a_portal_translation_is_marked_and_a_stale_one_warned_of(client):
    resource = ResourceFactory(published=True, title_es="Guía", summary_es="Resumen.", source_version=2)
    row = Translation.objects.create(resource=resource, language="es", origin="portal", source_version=2)
    fresh = client.get(f"/es/resources/{resource.slug}/")
    assert fresh.context["translation"] == row
    assert "notice--soon" not in fresh.text
    Translation.objects.update(source_version=1)
    assert "notice--soon" in client.get(f"/es/resources/{resource.slug}/").text
    assert "notice--soon" not in client.get(f"/en/resources/{resource.slug}/").text


def test_only_its_keepers_see_the_history_of_a_resource(client, official, colleague, official_mx):
    resource = publishing.draft(by=official, **texts())
    resource = publishing.publish(publishing.submit(resource, by=official), by=colleague)
    for visitor in (None, official_mx):
        if visitor:
            client.force_login(visitor)
        text = client.get(url("detail", resource)).text
        assert "Olivia Official" not in text
        assert "Withdraw" not in text
    client.force_login(official)
    text = client.get(url("detail", resource)).text
    assert "Olivia Official" in text
    assert "Withdraw" in text


# --- Who sees and does what -------------------------------------------------------------------

CAST = [None, "sme", "chamber", "outsider", "dismissed", "official_mx", "official", "administrator"]
SEES_DRAFTS = {"official", "administrator"}


@pytest.fixture
def signed_in(request, client):
    """Signs in the person named, or nobody."""

    def sign_in(person):
        if person:
            client.force_login(request.getfixturevalue(person))
        return client

    return sign_in


@pytest.mark.parametrize("person", CAST)
@pytest.mark.parametrize("status", ["draft", "in_review", "archived", "published"])
def test_what_is_not_published_exists_for_its_keepers_and_administrators_alone(signed_in, person, status):
    resource = ResourceFactory(**({} if status == "draft" else {status: True}))
    expected = 200 if status == "published" or person in SEES_DRAFTS else 404
    assert signed_in(person).get(url("detail", resource)).status_code == expected


ACTIONS = {
    "submit": ({}, "draft", "in_review"),
    "publish": ({"version": "1"}, "in_review", "published"),
    "send-back": ({"reason": "No."}, "in_review", "draft"),
    "withdraw": ({"reason": "No."}, "published", "archived"),
    "reopen": ({}, "archived", "draft"),
}


@pytest.mark.parametrize("person", CAST)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_role_and_each_action(signed_in, official, person, action):
    data, before, after = ACTIONS[action]
    resource = ResourceFactory(**({} if before == "draft" else {before: True}))
    response = signed_in(person).post(url(action, resource), data)
    sees = before == "published" or person in SEES_DRAFTS
    expected = 302 if person in (None, "official") else 403 if sees else 404
    assert response.status_code == expected
    resource.refresh_from_db()
    assert resource.status == (after if person == "official" else before)


@pytest.mark.parametrize("person", CAST)
@pytest.mark.parametrize("name", ["manage", "draft"])
def test_officials_and_administrators_have_the_keepers_pages(signed_in, person, name):
    expected = 302 if person is None else 200 if person in {"official", "official_mx", "administrator"} else 403
    response = signed_in(person).get(url(name))
    assert response.status_code == expected
    if person is None:
        assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("person", CAST)
def test_each_role_and_editing(signed_in, person):
    resource = ResourceFactory(published=True)
    expected = {None: 302, "official": 200}.get(person, 403)
    assert signed_in(person).get(url("revise", resource)).status_code == expected


def test_another_partys_official_cannot_edit_by_swapping_the_address(client, official_mx):
    theirs = ResourceFactory(published=True, title_en="American")
    own = ResourceFactory(published=True, code="MX")
    client.force_login(official_mx)
    assert client.get(url("revise", own)).status_code == 200
    data = typed(version=1, economies=["MX"], publisher=own.publisher_id, title_en="Taken over")
    assert client.post(url("revise", theirs), data).status_code == 403
    theirs.refresh_from_db()
    assert theirs.title_en == "American"


def test_an_official_cannot_give_a_resource_to_another_economy_or_publisher(client, official, mx):
    client.force_login(official)
    foreign = OrganizationFactory(agency=True, code="MX")
    response = client.post(url("draft"), typed(economies=["MX"], publisher=foreign.pk))
    assert response.status_code == 200
    assert {"economies", "publisher"} <= set(response.context["form"].errors)
    assert not Resource.objects.exists()


@pytest.mark.parametrize("action", ["submit", "publish", "reopen"])
def test_a_link_does_nothing(client, official, action):
    client.force_login(official)
    assert client.get(url(action, ResourceFactory())).status_code == 405


# --- Writing ----------------------------------------------------------------------------------


def test_an_official_writes_submits_and_publishes(client, official, agency, colleague):
    client.force_login(official)
    response = client.post(url("draft"), typed(publisher=agency.pk, title_es="Aranceles", summary_es="Qué se paga."))
    resource = Resource.objects.get()
    assert response["Location"] == url("detail", resource)
    assert resource.languages == ["en", "es"]
    client.post(url("submit", resource))
    client.force_login(colleague)
    response = client.post(url("publish", resource), {"version": 1}, follow=True)
    assert "Published. Everybody can find it now." in response.text
    assert [row.verb for row in timeline(resource)] == ["published", "submitted", "drafted"]


def test_the_form_keeps_what_was_typed_and_says_what_is_missing(client, official, agency):
    client.force_login(official)
    response = client.post(url("draft"), typed(publisher=agency.pk, title_en="", body_en="Long work."))
    assert "Write a title in this language." in response.text
    assert "Long work." in response.text
    assert not Resource.objects.exists()


def test_a_stale_form_is_refused_and_nothing_typed_is_lost(client, official, agency, colleague):
    resource = ResourceFactory(publisher=agency, title_en="First")
    client.force_login(official)
    opened = client.get(url("revise", resource))
    assert 'name="version" value="1"' in opened.text
    publishing.revise(resource, version=1, by=colleague, title_en="Hers")
    data = typed(publisher=agency.pk, version=1, title_en="Mine", body_en="A long text of mine.")
    response = client.post(url("revise", resource), data)
    assert response.status_code == 200
    assert "Carla Colleague saved a change while you were writing" in response.text
    assert "A long text of mine." in response.text
    assert Resource.objects.get().title_en == "Hers"
    # Saving again, having been told, is a decision.
    assert 'name="version" value="2"' in response.text
    assert client.post(url("revise", resource), data | {"version": 2}).status_code == 302
    assert Resource.objects.get().title_en == "Mine"


@pytest.mark.parametrize("version", ["", "0", "x", "99"])
def test_a_form_without_its_true_version_saves_nothing(client, official, agency, version):
    resource = ResourceFactory(publisher=agency, title_en="First")
    client.force_login(official)
    data = typed(publisher=agency.pk, version=version, title_en="Mine")
    assert client.post(url("revise", resource), data).status_code == 200
    assert Resource.objects.get().title_en == "First"


def test_publishing_twice_says_that_it_is_published(client, official):
    resource = ResourceFactory(in_review=True)
    client.force_login(official)
    client.post(url("publish", resource), {"version": 1})
    response = client.post(url("publish", resource), {"version": 1}, follow=True)
    assert "its state is “Published”" in response.text


def test_a_reason_is_asked_for_before_a_withdrawal(client, official):
    resource = ResourceFactory(published=True)
    client.force_login(official)
    assert client.get(url("withdraw", resource)).status_code == 200
    assert client.post(url("withdraw", resource), {"reason": " "}).status_code == 200
    assert Resource.objects.get().status == "published"


def test_an_economy_of_a_shared_resource_that_is_not_hers_stays(client, official, agency, us, mx):
    resource = ResourceFactory(publisher=agency, economies=[us, mx])
    client.force_login(official)
    data = typed(publisher=agency.pk, version=1, title_en="New")
    assert client.post(url("revise", resource), data).status_code == 302
    assert Resource.objects.get().economy_codes == {"US", "MX"}


# --- The keepers' list ------------------------------------------------------------------------


def test_the_keepers_list_shows_her_economy_by_state(client, official, us):
    ResourceFactory(title_en="My draft")
    ResourceFactory(in_review=True, title_en="To publish")
    ResourceFactory(code="MX", title_en="Not mine")
    ResourceFactory(code=None, title_en="Nobody's")
    client.force_login(official)
    response = client.get(url("manage"))
    assert [resource.title for resource in response.context["page"]] == ["To publish"]
    assert {code: count for code, _label, count in response.context["states"]} == {
        "in_review": 1,
        "draft": 1,
        "published": 0,
        "archived": 0,
    }
    response = client.get(url("manage"), {"status": "draft"})
    assert [resource.title for resource in response.context["page"]] == ["My draft"]
    assert client.get(url("manage"), {"status": "nonsense"}).status_code == 200


def test_administrators_keep_what_holds_everywhere(client, administrator):
    ResourceFactory(code=None, title_en="Everywhere")
    ResourceFactory(title_en="American")
    client.force_login(administrator)
    assert [resource.title for resource in client.get(url("manage")).context["page"]] == ["Everywhere"]


def test_the_keepers_list_costs_the_same_for_one_row_and_for_three(client, official):
    client.force_login(official)
    costs = []
    for number in (1, 3):
        while Resource.objects.count() < number:
            ResourceFactory(in_review=True, topics=[topic(), topic("taxation")])
        client.get(url("manage"))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("manage"))
        costs.append(len(queries))
    # No literal here: the count of what waits, in the head of the page, asks every app.
    assert costs[0] == costs[1]


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_with_one_topic_and_with_three(client, django_assert_num_queries, count):
    topics = [topic(f"topic-{number}") for number in range(count)]
    resource = ResourceFactory(published=True, topics=topics, economies=[economy("US"), economy("MX")][:count])
    client.get(url("detail", resource))
    with django_assert_num_queries(7):
        client.get(url("detail", resource))
