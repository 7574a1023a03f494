"""Who may publish a text: somebody else than those whose text it is."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from portal.activity.log import timeline
from portal.notifications.models import Notification
from resources import desk, people, permissions, publishing
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def third(agency):
    user = UserFactory(full_name="Tina Third")
    join(user, agency)
    return user


def told(kind):
    return {row.recipient for row in Notification.objects.filter(kind=f"resources/{kind}")}


def in_review(by):
    return publishing.submit(publishing.draft(by=by, **texts()), by=by)


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return refusal.value.code


def test_the_author_does_not_publish_her_own_text(official, colleague):
    resource = in_review(official)
    assert refused(publishing.publish, resource, by=official) == "own_text"
    assert not permissions.can_publish(official, resource)
    assert publishing.publish(resource, by=colleague).approved_by == colleague


def test_who_submitted_a_colleagues_draft_does_not_publish_it(official, colleague, third):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=colleague)
    assert refused(publishing.publish, resource, by=colleague) == "own_text"
    assert refused(publishing.publish, resource, by=official) == "own_text"
    assert publishing.publish(resource, by=third).status == "published"


def test_who_changed_the_text_in_review_puts_it_up_and_another_one_publishes(official, colleague, third):
    resource = in_review(official)
    resource = publishing.revise(resource, version=1, by=colleague, title_en="Mended")
    assert (resource.status, resource.submitted_by) == ("in_review", colleague)
    assert refused(publishing.publish, resource, by=colleague) == "own_text"
    assert publishing.publish(resource, by=third).title_en == "Mended"


def test_whoever_may_review_after_a_change_is_told_once(official, colleague, third, administrator):
    resource = in_review(official)
    assert told("resource_submitted") == {colleague, third}
    resource = publishing.revise(resource, version=1, by=colleague, title_en="Mended")
    resource = publishing.revise(resource, version=2, by=third, title_en="Mended again")
    # Colleague was told of this submission already; for administrators there is no need.
    rows = Notification.objects.filter(kind="resources/resource_submitted")
    assert sorted(str(row.recipient) for row in rows) == ["Carla Colleague", "Tina Third"]


def test_a_reviewer_publishes_the_text_she_has_read_and_no_other(official, colleague, third):
    read = in_review(official)
    publishing.revise(read, version=1, by=third, title_en="Swapped behind her screen")
    assert refused(publishing.publish, read, by=colleague) == "changed_meanwhile"
    read.refresh_from_db()
    assert read.status == "in_review"
    assert publishing.publish(read, by=colleague).status == "published"


def test_a_lone_officials_text_is_reviewed_by_administrators(official, administrator):
    resource = in_review(official)
    assert told("resource_submitted") == {administrator}
    assert refused(publishing.publish, resource, by=official) == "own_text"
    assert [one.title for one in desk.waiting_for(administrator)] == [resource.title]
    assert publishing.publish(resource, by=administrator).status == "published"


def test_administrators_step_back_when_an_official_is_there(official, colleague, administrator):
    resource = in_review(official)
    with pytest.raises(PermissionDenied):
        publishing.publish(resource, by=administrator)
    with pytest.raises(PermissionDenied):
        publishing.send_back(resource, reason="No.", by=administrator)
    assert desk.waiting_for(administrator) == []
    assert [one.title for one in desk.waiting_for(colleague)] == [resource.title]
    assert desk.waiting_for(official) == []


def test_an_administrator_may_send_a_lone_officials_text_back(official, administrator):
    resource = publishing.send_back(in_review(official), reason="Name the form.", by=administrator)
    assert (resource.status, resource.note) == ("draft", "Name the form.")
    assert told("resource_sent_back") == {official}


def test_a_colleague_who_has_left_or_is_not_verified_is_no_reviewer(official, colleague, dismissed, administrator):
    resource = in_review(official)
    assert set(people.reviewers(resource)) == {colleague}
    colleague.memberships.update(status="ended")
    assert set(people.reviewers(resource)) == {administrator}
    administrator.is_active = False
    administrator.save(update_fields=["is_active"])
    assert not people.reviewers(resource).exists()


def test_what_holds_everywhere_needs_two_administrators(administrator):
    body = OrganizationFactory(agency=True, economy=None)
    resource = publishing.draft(by=administrator, **texts(scope="global", economies=[], publisher=body))
    resource = publishing.submit(resource, by=administrator)
    assert refused(publishing.publish, resource, by=administrator) == "own_text"
    second = UserFactory(is_staff=True)
    assert publishing.publish(resource, by=second).status == "published"


def test_what_was_loaded_may_be_published_by_any_official(official):
    assert publishing.publish(ResourceFactory(in_review=True), by=official).status == "published"


def test_an_edit_begun_before_publication_does_not_slip_past_the_reviewer(official, colleague):
    resource = in_review(official)
    publishing.publish(resource, by=colleague)
    code = refused(publishing.revise, resource, version=1, by=official, seen="in_review", title_en="Unread words")
    assert code == "changed_meanwhile"
    resource.refresh_from_db()
    assert resource.title_en == "How duties are set"


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_publishes_and_the_other_is_told_so(official, colleague, third):
    resource = in_review(official)
    start = threading.Barrier(2)

    def review(person):
        start.wait()
        try:
            return publishing.publish(resource, by=person).status
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(review, [colleague, third])) == ["illegal_move", "published"]
    assert [row.verb for row in timeline(resource)].count("published") == 1


# --- The page -----------------------------------------------------------------------------------


def page(client, person, resource):
    client.force_login(person)
    return client.get(reverse("resources:resource-detail", args=[resource.slug])).text


def test_the_page_says_who_can_publish_it(client, official, colleague):
    resource = in_review(official)
    text = page(client, official, resource)
    assert "somebody else publishes it" in text
    assert "Carla Colleague" in text
    assert f"/en/resources/{resource.slug}/publish/" not in text
    assert f"/en/resources/{resource.slug}/publish/" in page(client, colleague, resource)


def test_the_page_tells_a_lone_official_that_an_administrator_reviews(client, official, administrator):
    resource = publishing.draft(by=official, **texts())
    assert "a portal administrator reviews it" in page(client, official, resource)
    resource = publishing.submit(resource, by=official)
    assert "a portal administrator reviews it" in page(client, official, resource)
    text = page(client, administrator, resource)
    assert "Review this resource" in text
    assert f"/en/resources/{resource.slug}/publish/" in text
    assert f"/en/resources/{resource.slug}/edit/" not in text


def test_the_page_says_when_nobody_else_can(client, official):
    text = page(client, official, in_review(official))
    assert "Nobody else can yet: ask the portal" in text


def test_a_button_shown_before_a_change_publishes_nothing(client, official, colleague, third):
    resource = in_review(official)
    publishing.revise(resource, version=1, by=third, title_en="Swapped")
    client.force_login(colleague)
    url = reverse("resources:resource-publish", args=[resource.slug])
    for version in ("1", "", "x", "9" * 30):
        response = client.post(url, {"version": version}, follow=True)
        assert "Read it again, then decide." in response.text
    resource.refresh_from_db()
    assert resource.status == "in_review"
