"""The portal's clock publishes what was approved and withdraws what is over."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from portal.activity.log import timeline
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from resources import desk, people, publishing, scheduling, tasks
from resources.models import Resource
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.reference import economy
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db

MORNING = dt.datetime(2027, 5, 14, 13, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(MORNING - DAY, tick=False)
    return time_machine


@pytest.fixture
def approved(official, colleague, clock):
    """Written by an official, approved by her colleague for the next morning."""
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    return scheduling.schedule(resource, publish_at=MORNING, by=colleague)


def told(kind):
    return {row.recipient for row in Notification.objects.filter(kind=f"resources/{kind}")}


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return refusal.value


def verbs(resource):
    return [row.verb for row in timeline(resource)]


# --- Publishing at a moment ----------------------------------------------------------------------


def test_an_approved_resource_goes_public_at_its_moment_and_not_before(approved, official, colleague, clock):
    assert (approved.status, approved.approved_by) == ("in_review", colleague)
    assert told("resource_scheduled") == {official}
    clock.move_to(MORNING - dt.timedelta(seconds=1))
    assert scheduling.publish_due() == 0
    clock.move_to(MORNING + dt.timedelta(seconds=30))
    tasks.publish_due()
    approved.refresh_from_db()
    assert (approved.status, approved.publish_at, approved.approved_by) == ("published", None, colleague)
    assert approved.published_at == MORNING + dt.timedelta(seconds=30)
    assert verbs(approved) == ["published", "approved", "submitted", "drafted"]
    assert told("resource_published_on_time") == {official, colleague}
    assert scheduling.publish_due() == 0


def test_what_an_outage_held_up_is_published_after_it(approved, clock):
    clock.move_to(MORNING + 3 * DAY)
    assert scheduling.publish_due() == 1
    approved.refresh_from_db()
    assert approved.reviewed_on == (MORNING + 3 * DAY).date()


def test_a_change_after_the_approval_ends_it_and_the_reviewer_is_told(approved, official, colleague, clock):
    publishing.revise(approved, version=1, by=official, title_en="Unread words")
    approved.refresh_from_db()
    assert (approved.publish_at, approved.approved_by) == (None, None)
    assert told("resource_approval_ended") == {colleague}
    clock.move_to(MORNING + HOUR)
    assert scheduling.publish_due() == 0
    approved.refresh_from_db()
    assert approved.status == "in_review"


def test_an_approval_of_somebody_who_left_publishes_nothing(approved, official, colleague, administrator, clock):
    colleague.memberships.update(status="ended")
    clock.move_to(MORNING + HOUR)
    assert scheduling.publish_due() == 0
    approved.refresh_from_db()
    assert (approved.status, approved.publish_at) == ("in_review", None)
    assert told("resource_not_published") == set(people.reviewers(approved)) == {administrator}
    assert verbs(approved)[0] == "approval_ended"


def test_an_approval_of_a_closed_or_deleted_account_publishes_nothing(approved, colleague, clock):
    colleague.is_active = False
    colleague.save(update_fields=["is_active"])
    clock.move_to(MORNING + HOUR)
    assert scheduling.publish_due() == 0


def test_the_author_does_not_approve_her_own_text_for_later_either(official, clock):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    assert refused(scheduling.schedule, resource, publish_at=MORNING, by=official).code == "own_text"


@pytest.mark.parametrize("shift", [-2 * DAY, -DAY, 400 * DAY])
def test_a_moment_lies_within_the_next_year(official, colleague, clock, shift):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    refusal = refused(scheduling.schedule, resource, publish_at=MORNING + shift, by=colleague)
    assert "publish_at" in refusal.message_dict


def test_approving_the_same_moment_twice_is_approving_once(approved, colleague):
    scheduling.schedule(approved, publish_at=MORNING, by=colleague)
    assert verbs(approved).count("approved") == 1
    assert Notification.objects.filter(kind="resources/resource_scheduled").count() == 1


def test_the_author_can_take_the_moment_back_and_the_reviewer_is_told(approved, official, colleague, official_mx):
    with pytest.raises(PermissionDenied):
        scheduling.unschedule(approved, by=official_mx)
    for _twice in range(2):
        scheduling.unschedule(approved, by=official)
    assert verbs(approved).count("unscheduled") == 1
    assert told("resource_unscheduled") == {colleague}
    approved.refresh_from_db()
    assert (approved.status, approved.publish_at, approved.approved_by) == ("in_review", None, None)


def test_sending_back_and_publishing_at_once_end_the_schedule(approved, official, colleague):
    assert publishing.publish(approved, by=colleague).publish_at is None
    assert scheduling.publish_due() == 0
    other = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    other = scheduling.schedule(other, publish_at=MORNING, by=colleague)
    other = publishing.send_back(other, reason="No.", by=colleague)
    assert (other.publish_at, other.approved_by) == (None, None)


def test_what_is_drafted_published_or_withdrawn_is_not_scheduled(official, colleague, clock):
    for state in ({}, {"published": True}, {"archived": True}):
        resource = ResourceFactory(**state)
        assert refused(scheduling.schedule, resource, publish_at=MORNING, by=colleague).code == "illegal_move"


def test_what_would_be_over_by_then_is_not_approved(official, colleague, clock):
    resource = publishing.draft(by=official, **texts(expires_on=(MORNING - DAY).date()))
    resource = publishing.submit(resource, by=official)
    assert refused(scheduling.schedule, resource, publish_at=MORNING, by=colleague).code == "expired"
    assert publishing.publish(resource, by=colleague).status == "published"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(3))
def test_an_edit_beside_the_clock_never_makes_unread_words_public(official, colleague, _round):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    resource = scheduling.schedule(resource, publish_at=timezone.now() + HOUR, by=colleague)
    type(resource).objects.update(publish_at=timezone.now() - HOUR)
    start = threading.Barrier(2)

    def edit():
        start.wait()
        try:
            publishing.revise(resource, version=1, by=official, seen="in_review", title_en="Unread words")
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()
        return "edited"

    def tick():
        start.wait()
        try:
            return scheduling.publish_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        edited, ticked = pool.submit(edit), pool.submit(tick)
        outcome = (edited.result(), ticked.result())
    resource.refresh_from_db()
    if resource.status == "published":
        assert (outcome, resource.title_en) == (("changed_meanwhile", 1), "How duties are set")
    else:
        # The row was locked by the editor when the clock came by.
        assert (outcome, resource.title_en, resource.publish_at) == (("edited", 0), "Unread words", None)


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_publish_once(official, colleague):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    resource = scheduling.schedule(resource, publish_at=timezone.now() + HOUR, by=colleague)
    type(resource).objects.update(publish_at=timezone.now() - HOUR)
    start = threading.Barrier(2)

    def tick(_number):
        start.wait()
        try:
            return scheduling.publish_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(tick, range(2))) == [0, 1]
    assert verbs(resource).count("published") == 1


# --- The last day --------------------------------------------------------------------------------


def test_a_resource_ends_with_its_last_day_by_the_clock_of_the_publishers_capital(clock, official):
    taipei = economy("TW")
    type(taipei).objects.filter(pk="TW").update(default_time_zone="Asia/Taipei")
    type(taipei).objects.filter(pk="US").update(default_time_zone="America/New_York")
    day = dt.date(2027, 6, 1)
    for code in ("TW", "US"):
        ResourceFactory(published=True, code=code, expires_on=day, slug=f"ends-{code.lower()}")
    body = OrganizationFactory(agency=True, economy=None)
    ResourceFactory(published=True, code=None, publisher=body, expires_on=day, slug="ends-utc")

    def ended():
        scheduling.expire_due()
        return set(Resource.objects.filter(status="archived").values_list("slug", flat=True))

    clock.move_to(dt.datetime(2027, 6, 1, 15, 59, tzinfo=dt.UTC))
    assert ended() == set()
    clock.move_to(dt.datetime(2027, 6, 1, 16, 1, tzinfo=dt.UTC))
    assert ended() == {"ends-tw"}
    clock.move_to(dt.datetime(2027, 6, 2, 0, 1, tzinfo=dt.UTC))
    assert ended() == {"ends-tw", "ends-utc"}
    clock.move_to(dt.datetime(2027, 6, 2, 4, 1, tzinfo=dt.UTC))
    assert ended() == {"ends-tw", "ends-utc", "ends-us"}


def test_the_publisher_is_told_two_weeks_before_and_at_the_end_once_each(official, agency, official_mx, clock):
    last_day = (MORNING + 20 * DAY).date()
    resource = ResourceFactory(published=True, publisher=agency, expires_on=last_day)
    tasks.expire_due()
    assert told("resource_expires_soon") == set()
    clock.move_to(MORNING + 6 * DAY)
    for _sweep in range(3):
        tasks.expire_due()
    assert told("resource_expires_soon") == {official}
    assert told("resource_expired") == set()
    clock.move_to(MORNING + 22 * DAY)
    for _sweep in range(2):
        tasks.expire_due()
    resource.refresh_from_db()
    assert resource.status == "archived"
    assert Notification.objects.filter(kind="resources/resource_expires_soon").count() == 1
    assert told("resource_expired") == {official}
    assert verbs(resource) == ["expired"]
    assert timeline(resource)[0].actor is None


def test_a_publisher_without_people_is_told_through_those_who_keep_it(official, clock):
    ResourceFactory(published=True, expires_on=MORNING.date())
    tasks.expire_due()
    assert told("resource_expires_soon") == {official}


def test_another_last_day_is_another_notice(official, agency, clock):
    resource = ResourceFactory(published=True, publisher=agency, expires_on=MORNING.date())
    tasks.expire_due()
    publishing.revise(resource, version=1, by=official, expires_on=(MORNING + 5 * DAY).date())
    tasks.expire_due()
    assert Notification.objects.filter(kind="resources/resource_expires_soon").count() == 2


def test_a_last_day_lies_ahead_when_it_is_chosen_and_may_stay_when_it_has_passed(official, agency, clock):
    past = (MORNING - 3 * DAY).date()
    with pytest.raises(ValidationError) as refusal:
        publishing.draft(by=official, **texts(expires_on=past))
    assert set(refusal.value.message_dict) == {"expires_on"}
    resource = ResourceFactory(publisher=agency, expires_on=past)
    assert publishing.revise(resource, version=1, by=official, title_en="New").expires_on == past


def test_a_reopened_resource_is_not_published_past_its_last_day(official, colleague, agency, clock):
    resource = ResourceFactory(published=True, publisher=agency, expires_on=(MORNING - 3 * DAY).date())
    scheduling.expire_due()
    resource = publishing.submit(publishing.reopen(resource, by=official), by=official)
    assert refused(publishing.publish, resource, by=colleague).code == "expired"


def test_what_was_withdrawn_before_its_last_day_is_left_alone(official, agency, clock):
    resource = ResourceFactory(published=True, publisher=agency, expires_on=MORNING.date())
    publishing.withdraw(resource, reason="It has ended early.", by=official)
    clock.move_to(MORNING + 5 * DAY)
    assert scheduling.expire_due() == 0


# --- Pages and mails -----------------------------------------------------------------------------


def test_a_reviewer_chooses_the_moment_by_her_own_clock(client, official, colleague, clock):
    colleague.time_zone = "Asia/Taipei"
    colleague.save(update_fields=["time_zone"])
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    client.force_login(colleague)
    url = reverse("resources:resource-schedule", args=[resource.slug])
    assert "Taipei (UTC+8)" in client.get(url).text
    data = {"version": 1, "zone": "Asia/Taipei", "publish_at": "2027-05-14T21:00"}
    response = client.post(url, data, follow=True)
    assert "14 May 2027" in response.text
    assert "Approved by Carla Colleague" in response.text
    resource.refresh_from_db()
    assert resource.publish_at == MORNING
    client.force_login(official)
    text = client.get(resource.get_absolute_url()).text
    assert f"/en/resources/{resource.slug}/unschedule/" in text
    client.post(reverse("resources:resource-unschedule", args=[resource.slug]))
    resource.refresh_from_db()
    assert resource.publish_at is None


@pytest.mark.parametrize(
    "data",
    [
        {"zone": "UTC", "publish_at": "2027-05-14T21:00"},
        {"zone": "Asia/Taipei", "publish_at": ""},
        {"zone": "Asia/Taipei", "publish_at": "tomorrow"},
        {"zone": "Asia/Taipei", "publish_at": "2026-05-14T21:00"},
        {"zone": "Asia/Taipei", "publish_at": "0001-01-01T00:00"},
        {"zone": "Asia/Taipei", "publish_at": "9999-12-31T23:59"},
        {"zone": "Asia/Taipei", "publish_at": "2027-05-14T21:00", "version": "7"},
        {"zone": "\x00", "publish_at": "\x00", "version": "x" * 50},
    ],
)
def test_a_moment_that_cannot_be_is_refused_with_a_page(client, official, colleague, clock, data):
    colleague.time_zone = "Asia/Taipei"
    colleague.save(update_fields=["time_zone"])
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    client.force_login(colleague)
    response = client.post(reverse("resources:resource-schedule", args=[resource.slug]), {"version": 1} | data)
    assert response.status_code == 200
    assert response.context["form"].errors
    resource.refresh_from_db()
    assert resource.publish_at is None


def test_a_time_zone_changed_in_another_window_is_said_and_the_next_try_counts(client, official, colleague, clock):
    resource = publishing.submit(publishing.draft(by=official, **texts()), by=official)
    client.force_login(colleague)
    url = reverse("resources:resource-schedule", args=[resource.slug])
    response = client.post(url, {"version": 1, "zone": "Asia/Taipei", "publish_at": "2027-05-14T13:00"})
    assert "Your time zone has changed" in response.text
    assert 'name="zone" value="UTC"' in response.text
    assert client.post(url, {"version": 1, "zone": "UTC", "publish_at": "2027-05-14T13:00"}).status_code == 302


def test_what_is_approved_stands_on_the_calendar_and_waits_no_more(approved, official, colleague):
    assert desk.waiting_for(colleague) == []
    [coming] = desk.coming_for(official)
    assert (coming.at, coming.url) == (MORNING, approved.get_absolute_url())


@pytest.mark.parametrize("language", ["en", "zh-hant", "es", "fr"])
def test_every_mail_of_the_clock_reaches_people_in_their_language_and_zone(
    official, colleague, agency, clock, language
):
    for person in (official, colleague):
        person.language, person.time_zone = language, "Asia/Taipei"
        person.save(update_fields=["language", "time_zone"])
    join(UserFactory(full_name="Tina Third", language=language), agency)

    def submitted():
        draft = publishing.draft(by=official, **texts(title_en="Duties & taxes", expires_on=(MORNING + DAY).date()))
        return scheduling.schedule(publishing.submit(draft, by=official), publish_at=MORNING, by=colleague)

    publishing.revise(submitted(), version=1, by=official, title_en="Duties & taxes, again")
    scheduling.unschedule(submitted(), by=official)
    submitted()
    colleague_left = submitted()
    type(colleague_left).objects.filter(pk=colleague_left.pk).update(approved_by=None)
    clock.move_to(MORNING + HOUR)
    tasks.publish_due()
    tasks.expire_due()
    deliver_due(500)
    clock.move_to(MORNING + 3 * DAY)
    tasks.expire_due()
    deliver_due(500)
    kinds = set(Notification.objects.values_list("kind", flat=True))
    assert kinds == {
        f"resources/resource_{kind}"
        for kind in (
            "submitted", "scheduled", "unscheduled", "approval_ended", "not_published", "published_on_time",
            "expires_soon", "expired",
        )
    }  # fmt: skip
    assert not Notification.objects.exclude(status="sent").exists()
    assert all("Duties & taxes" in message.subject for message in mail.outbox)
    scheduled = next(one for one in mail.outbox if "21:00" in one.body)
    assert "21:00" in scheduled.alternatives[0].content
