"""Administrators' daily lists: filters, another publisher for many, confirming many."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from portal.activity.log import timeline
from resources import assigning, publishing, reporting
from resources.models import Resource, Translation
from tests.factories.accounts import OrganizationFactory
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

LIST = "admin:resources_resource_changelist"


@pytest.fixture
def bureau(us):
    return OrganizationFactory(agency=True, code="US", name_en="Bureau of Guides")


def act(client, action, *resources, **more):
    chosen = [resource.pk for resource in resources]
    return client.post(reverse(LIST), {"action": action, "_selected_action": chosen} | more, follow=True)


# --- The verb ---------------------------------------------------------------------------------


def test_a_resource_gets_another_publisher_and_is_found_by_its_name(administrator, bureau):
    resource = ResourceFactory(published=True)
    was = resource.publisher
    row = assigning.assign(resource, publisher=bureau, by=administrator)
    row.refresh_from_db()
    assert (row.publisher, row.version) == (bureau, resource.version + 1)
    assert "bureau" in row.search_en
    [entry] = timeline(resource)
    assert (entry.verb, entry.actor, entry.data) == (
        "publisher_assigned",
        administrator,
        {"was": was.slug, "publisher": bureau.slug},
    )


def test_a_form_opened_before_is_refused(administrator, official, bureau):
    resource = ResourceFactory()
    assigning.assign(resource, publisher=bureau, by=administrator)
    with pytest.raises(ValidationError) as refusal:
        publishing.revise(resource, version=resource.version, by=official, title_en="Late")
    assert refusal.value.code == "changed_meanwhile"


def test_who_wrote_the_text_stays_its_writer(administrator, official, bureau):
    written = ResourceFactory(changed_by=official)
    assert assigning.assign(written, publisher=bureau, by=administrator).changed_by == official
    assert assigning.assign(ResourceFactory(), publisher=bureau, by=administrator).changed_by == administrator


def test_assigning_the_publisher_it_has_leaves_no_trace(administrator):
    resource = ResourceFactory()
    assigning.assign(resource, publisher=resource.publisher, by=administrator)
    assert not timeline(resource)


def test_only_administrators_assign(official, bureau):
    with pytest.raises(PermissionDenied):
        assigning.assign(ResourceFactory(), publisher=bureau, by=official)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "US"}, "no_publisher"),
        ({"kind": "agency", "pending": True}, "no_publisher"),
        ({"agency": True, "code": "MX"}, "wrong_economy"),
    ],
)
def test_firms_unverified_and_foreign_bodies_publish_nothing(administrator, body, code):
    with pytest.raises(ValidationError) as refusal:
        assigning.assign(ResourceFactory(), publisher=OrganizationFactory(**body), by=administrator)
    assert refusal.value.code == code


def test_several_are_assigned_all_or_none(administrator, bureau):
    fine, foreign = ResourceFactory(), ResourceFactory(code="MX")
    with pytest.raises(ValidationError):
        assigning.assign_several([fine, foreign], publisher=bureau, by=administrator)
    fine.refresh_from_db()
    assert fine.publisher != bureau


# --- The admin's list -------------------------------------------------------------------------


def test_administrators_assign_a_publisher_to_many(client, administrator, bureau):
    first, second = ResourceFactory.create_batch(2)
    client.force_login(administrator)
    page = act(client, "assign_publisher", first, second)
    assert "Assign the publisher" in page.text
    assert first.title in page.text
    assert not Resource.objects.filter(publisher=bureau).exists()
    page = act(client, "assign_publisher", first, second, publisher=bureau.pk, assign="1")
    assert "2 resources are now published by Bureau of Guides." in page.text
    assert Resource.objects.filter(publisher=bureau).count() == 2


def test_a_refusal_is_said_on_the_page_that_asks(client, administrator, bureau):
    client.force_login(administrator)
    foreign = ResourceFactory(code="MX", title_en="Aduanas")
    page = act(client, "assign_publisher", foreign, publisher=bureau.pk, assign="1")
    assert "“Aduanas” is not of the economy of Bureau of Guides." in page.text


def test_administrators_confirm_many_but_not_what_readers_doubt(client, administrator, sme):
    fine, doubted = ResourceFactory.create_batch(2, published=True, review_due_on=dt.date(2020, 1, 1))
    reporting.report(doubted, verdict="out_of_date", by=sme)
    client.force_login(administrator)
    page = act(client, "confirm_review", fine, doubted)
    assert "1 resource confirmed." in page.text
    assert "Left out, because readers say they are out of date" in page.text
    fine.refresh_from_db()
    doubted.refresh_from_db()
    assert fine.review_due_on > timezone.now().date()
    assert doubted.review_due_on == dt.date(2020, 1, 1)


def test_a_draft_among_them_confirms_none(client, administrator):
    published, draft = ResourceFactory(published=True, review_due_on=dt.date(2020, 1, 1)), ResourceFactory()
    client.force_login(administrator)
    assert "Only what is published is confirmed." in act(client, "confirm_review", published, draft).text
    published.refresh_from_db()
    assert published.review_due_on == dt.date(2020, 1, 1)


def test_officials_have_no_admin(client, official):
    client.force_login(official)
    assert client.get(reverse(LIST)).status_code == 302


def shown(client, **chosen):
    return {row.title for row in client.get(reverse(LIST), chosen).context["cl"].result_list}


def test_the_filters_find_what_is_to_be_done(client, administrator):
    today = timezone.now().date()
    due = {"overdue": -1, "7": 5, "30": 20, "later": 60}
    for title, days in due.items():
        ResourceFactory(
            published=True, title_en=title, title_es="Guía", review_due_on=today + dt.timedelta(days), source_version=2
        )
    mexican = ResourceFactory(code="MX", title_en="mx", title_es="Guía", link_status="broken")
    Translation.objects.create(resource=mexican, language="es", origin="portal", source_version=0)
    client.force_login(administrator)
    assert shown(client, review="overdue") == {"overdue"}
    assert shown(client, review="7") == {"7"}
    assert shown(client, review="30") == {"7", "30"}
    assert shown(client, review="later") == {"later"}
    assert shown(client, review="never") == set()
    assert shown(client, publisher__economy__code__exact="MX") == {"mx"}
    assert shown(client, link_status__exact="broken") == {"mx"}
    assert shown(client, text="missing:fr") == {*due, "mx"}
    assert shown(client, text="missing:es") == set()
    assert shown(client, text="stale:es") == {"mx"}
    assert shown(client, q="overdue") == {"overdue"}
    assert shown(client, review="nonsense", text="nonsense") == {*due, "mx"}
