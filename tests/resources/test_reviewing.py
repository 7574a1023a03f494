"""The review duty: confirming what is still correct."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from portal.activity.log import timeline
from resources import reporting, reviewing
from resources.models import Report, Resource
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

MAY = dt.datetime(2027, 5, 14, 12, 0, tzinfo=dt.UTC)


def verbs(resource):
    return [activity.verb for activity in timeline(resource)]


@time_machine.travel(MAY, tick=False)
def test_confirming_counts_from_today_and_leaves_a_trace(official):
    resource = ResourceFactory(published=True, review_due_on=dt.date(2027, 5, 1))
    row = reviewing.confirm(resource, by=official)
    assert (row.reviewed_on, row.review_due_on) == (dt.date(2027, 5, 14), dt.date(2027, 11, 14))
    assert verbs(resource) == ["review_confirmed"]


def test_confirming_twice_on_a_day_is_confirming_once(official):
    resource = ResourceFactory(published=True, review_due_on=dt.date(2020, 1, 1))
    reviewing.confirm(resource, by=official)
    reviewing.confirm(resource, by=official)
    assert verbs(resource) == ["review_confirmed"]


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_confirm_at_once_leave_one_entry(official):
    resource = ResourceFactory(published=True, review_due_on=dt.date(2020, 1, 1))
    start = threading.Barrier(2)

    def click():
        start.wait()
        reviewing.confirm(resource, by=official)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert verbs(resource) == ["review_confirmed"]


def test_confirming_answers_those_who_call_it_out_of_date_and_nobody_else(official, sme, outsider):
    resource = ResourceFactory(published=True)
    doubt = reporting.report(resource, verdict="out_of_date", by=sme)
    complaint = reporting.report(resource, verdict="not_useful", by=outsider)
    reviewing.confirm(resource, by=official)
    doubt.refresh_from_db()
    complaint.refresh_from_db()
    assert (doubt.handled_by, complaint.handled_at) == (official, None)


def test_only_those_who_keep_it_and_administrators_confirm(official_mx, sme, outsider, administrator):
    resource = ResourceFactory(published=True)
    for person in (official_mx, sme, outsider):
        with pytest.raises(PermissionDenied):
            reviewing.confirm(resource, by=person)
    assert reviewing.confirm(resource, by=administrator).reviewed_on


@pytest.mark.parametrize("state", [{}, {"in_review": True}, {"archived": True}])
def test_only_what_is_published_is_confirmed(official, state):
    with pytest.raises(ValidationError) as refusal:
        reviewing.confirm(ResourceFactory(**state), by=official)
    assert refusal.value.code == "illegal_move"


def test_several_are_confirmed_but_those_that_readers_doubt(official, sme):
    first, second, doubted = ResourceFactory.create_batch(3, published=True, review_due_on=dt.date(2020, 1, 1))
    reporting.report(doubted, verdict="out_of_date", by=sme)
    done = reviewing.confirm_several([doubted, second, first], by=official)
    assert (done.count, done.doubted) == (2, [doubted])
    assert verbs(first) == verbs(second) == ["review_confirmed"]
    assert Report.objects.open().count() == 1


def test_several_are_confirmed_all_or_none(official):
    mine, foreign = ResourceFactory(published=True), ResourceFactory(published=True, code="MX")
    with pytest.raises(PermissionDenied):
        reviewing.confirm_several([mine, foreign], by=official)
    assert verbs(mine) == []


def test_too_many_at_once_are_refused(official):
    with pytest.raises(ValidationError) as refusal:
        reviewing.confirm_several([Resource(pk=pk) for pk in range(501)], by=official)
    assert refusal.value.code == "too_many"


# --- Pages ------------------------------------------------------------------------------------


def test_one_click_on_the_page_confirms(client, official):
    resource = ResourceFactory(published=True, review_due_on=dt.date(2020, 1, 1))
    client.force_login(official)
    assert "Confirm: still correct" in client.get(resource.get_absolute_url()).text
    response = client.post(reverse("resources:resource-confirm", args=[resource.slug]), follow=True)
    assert "Confirmed. Its next review is in six months." in response.text
    resource.refresh_from_db()
    assert resource.review_due_on > dt.date(2020, 1, 1)


def test_following_a_link_confirms_nothing(client, official):
    resource = ResourceFactory(published=True)
    client.force_login(official)
    assert client.get(reverse("resources:resource-confirm", args=[resource.slug])).status_code == 405
    assert verbs(resource) == []


def test_a_visitor_sees_when_it_was_reviewed_and_no_button(client):
    page = client.get(ResourceFactory(published=True).get_absolute_url()).text
    assert "Last reviewed" in page
    assert "still correct" not in page


def test_the_list_of_reviews_shows_first_what_is_due_and_confirms_what_is_ticked(client, official):
    due = ResourceFactory(published=True, title_en="Due guide", review_due_on=dt.date(2020, 1, 1))
    left = ResourceFactory(published=True, title_en="Other due guide", review_due_on=dt.date(2020, 1, 2))
    ResourceFactory(published=True, title_en="Later guide")
    client.force_login(official)
    page = client.get(reverse("resources:review-list"))
    assert [resource.title for resource in page.context["page"]] == ["Due guide", "Other due guide"]
    response = client.post(reverse("resources:review-confirm"), {"resource": [due.pk], "state": "due"}, follow=True)
    assert "1 resource confirmed." in response.text
    assert response.redirect_chain[0][0].endswith("?state=due")
    left.refresh_from_db()
    assert left.review_due_on == dt.date(2020, 1, 2)


@pytest.mark.parametrize("ticked", [[], ["x"], ["-1"], ["9" * 40], ["999999"], ["٣"], ["\0"]])
def test_nothing_sensible_ticked_says_what_to_do(client, official, ticked):
    client.force_login(official)
    response = client.post(reverse("resources:review-confirm"), {"resource": ticked, "state": "no"}, follow=True)
    assert "Tick the resources that are still correct" in response.text


def test_another_economys_resource_is_passed_over(client, official):
    foreign = ResourceFactory(published=True, code="MX", review_due_on=dt.date(2020, 1, 1))
    client.force_login(official)
    client.post(reverse("resources:review-confirm"), {"resource": [foreign.pk]})
    assert verbs(foreign) == []


@pytest.mark.parametrize("state", ["due", "reported", "broken", "soon", "all", "nonsense"])
def test_every_state_of_the_list_opens(client, official, sme, state):
    reporting.report(ResourceFactory(published=True, link_status="broken"), verdict="out_of_date", by=sme)
    client.force_login(official)
    for page in ("1", "0", "-1", "999999", "abc"):
        response = client.get(reverse("resources:review-list"), {"state": state, "page": page})
        assert response.status_code == 200
