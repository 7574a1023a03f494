"""Reminders of reviews: who is told on which of her mornings, and that nobody is told twice."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection

from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from resources import reminding, reporting, reviewing
from resources.models import Resource
from resources.tasks import remind_of_reviews
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.focal import FocalPointFactory
from tests.factories.reference import topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

DUE = dt.date(2027, 5, 14)
FIRST_SIGHT = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def long_before():
    """The cast and the resources are older than what happens to them."""
    with time_machine.travel(FIRST_SIGHT, tick=False):
        yield


@pytest.fixture
def publisher(us):
    """The agency that publishes, and its official, in Washington."""
    agency = OrganizationFactory(agency=True, code="US", name="Publisher")
    person = UserFactory(full_name="Pat Publisher", time_zone="America/New_York")
    join(person, agency)
    return person


@pytest.fixture
def resource(publisher):
    return ResourceFactory(
        published=True,
        title_en="Customs guide",
        review_due_on=DUE,
        publisher=publisher.active_memberships[0].organization,
    )


def at(day, hour=9, zone="America/New_York"):
    """The clock of the wall in ``zone``, on a day counted from the review date."""
    wall = dt.datetime.combine(DUE + dt.timedelta(day), dt.time(hour), tzinfo=ZoneInfo(zone))
    return time_machine.travel(wall.astimezone(dt.UTC), tick=False)


def told(person=None):
    """What was promised, in order: (who, how far from the review date), reports by their name."""
    mails = Notification.objects.filter(kind=reminding.KIND).order_by("pk")
    if person:
        mails = mails.filter(recipient=person)
    return [
        (row.recipient.full_name, "report" if what == "reports" else how_far)
        for row in mails
        for _pk, what, how_far in row.context["told"]
    ]


#: On these days, counted from the review date, somebody is told something.
TOLD_ON = (-30, -7, 0, 14, 30)


def every_hour(first, last, zone="America/New_York"):
    """All day long around the days when somebody may be told; once a day in between."""
    for day in range(first, last + 1):
        is_near = min(abs(day - mark) for mark in TOLD_ON) <= 2
        for hour in range(0, 24, 4) if is_near else (12,):
            with at(day, hour, zone):
                reminding.remind()


def test_the_publisher_is_told_30_and_7_days_before_and_on_the_day_the_others_after_14_and_30(
    resource, publisher, official
):
    every_hour(-40, 70)
    assert told() == [
        ("Pat Publisher", -30),
        ("Pat Publisher", -7),
        ("Pat Publisher", 0),
        ("Olivia Official", 14),
        ("Olivia Official", 30),
    ]


def test_where_the_directory_names_an_office_for_the_topic_its_people_hear_of_it_and_no_others(
    resource, publisher, official
):
    resource.topics.set([topic("taxation")])
    person = UserFactory(full_name="Tina Tax", time_zone="America/New_York")
    join(person, OrganizationFactory(agency=True, code="US"))
    with at(10):
        FocalPointFactory(organization=person.active_memberships[0].organization, topics=["taxation"])
        FocalPointFactory(organization=official.active_memberships[0].organization, topics=["employment"])
    with at(14):
        reminding.remind()
    assert sorted(told()) == [("Pat Publisher", 0), ("Tina Tax", 14)]


@pytest.mark.parametrize(
    "zone", ["Asia/Taipei", "America/Los_Angeles", "Pacific/Kiritimati", "America/St_Johns", "UTC"]
)
def test_each_is_told_on_her_own_morning(resource, publisher, zone):
    publisher.time_zone = zone
    publisher.save(update_fields=["time_zone"])
    with at(-30, 7, zone):
        assert reminding.remind() == 0
    with at(-31, 23, zone):
        assert reminding.remind() == 0
    with at(-30, 8, zone):
        assert reminding.remind() == 1
    with at(-30, 23, zone):
        assert reminding.remind() == 0


def test_the_hour_that_clocks_skip_loses_no_reminder(resource, publisher):
    # New York put its clocks forward on 14 March 2027, at two in the morning.
    resource.review_due_on = dt.date(2027, 3, 14)
    resource.save(update_fields=["review_due_on"])
    every_hour(-68, -60)  # from 7 March to 15 March
    assert told() == [("Pat Publisher", -7), ("Pat Publisher", 0)]


def test_a_clock_that_stood_still_tells_the_latest_alone(resource, publisher, official):
    with at(20):
        reminding.remind()
    assert sorted(told()) == [("Olivia Official", 14), ("Pat Publisher", 0)]
    with at(21):
        assert reminding.remind() == 0


def test_a_clock_that_stood_still_for_a_morning_tells_in_the_evening(resource, publisher):
    with at(-7, 22):
        assert reminding.remind() == 1


def test_moving_the_date_moves_its_reminders(resource, publisher):
    with at(-30):
        reminding.remind()
    Resource.objects.filter(pk=resource.pk).update(review_due_on=DUE + dt.timedelta(60))
    every_hour(-29, 29)
    assert told() == [("Pat Publisher", -30)]
    with at(30):
        reminding.remind()
    assert told() == [("Pat Publisher", -30), ("Pat Publisher", -30)]


def test_nobody_is_reminded_of_what_was_confirmed(resource, publisher):
    with at(-10):
        reviewing.confirm(resource, by=publisher)
    every_hour(-9, 40)
    assert told() == []


@pytest.mark.parametrize("status", ["archived", "draft"])
def test_nobody_is_reminded_of_what_is_not_published(resource, publisher, status):
    Resource.objects.filter(pk=resource.pk).update(status=status)
    every_hour(-30, 0)
    assert told() == []


def test_one_mail_a_day_lists_all(resource, publisher):
    agency = resource.publisher
    ResourceFactory.create_batch(3, published=True, review_due_on=DUE, publisher=agency)
    ResourceFactory(published=True, review_due_on=DUE + dt.timedelta(23), publisher=agency, title_en="Later guide")
    with at(-7):
        assert reminding.remind() == 1
        deliver_due()
    [message] = mail.outbox
    assert message.to == [f"Pat Publisher <{publisher.email}>"]
    assert message.subject == "To review: 5 resources"
    assert "Later guide" in message.body
    assert f"/en/resources/{resource.slug}/" in message.body


@pytest.mark.parametrize("language", ["en", "zh-hant", "es", "fr"])
def test_the_mail_is_in_the_readers_language_and_only_leads_to_pages(resource, publisher, language):
    publisher.language = language
    publisher.save(update_fields=["language"])
    with at(0):
        reminding.remind()
        deliver_due()
    [message] = mail.outbox
    html = message.alternatives[0].content
    for text in (message.body, html):
        assert f"/{language}/resources/{resource.slug}/" in text
        assert f"/{language}/resources/manage/reviews/" in text
        assert "/confirm/" not in text
    assert "Customs guide" in message.subject


def test_a_long_list_is_cut_and_says_how_many_more(resource, publisher):
    ResourceFactory.create_batch(24, published=True, review_due_on=DUE, publisher=resource.publisher)
    with at(0):
        reminding.remind()
        deliver_due()
    assert "and 5 more" in mail.outbox[0].body
    with at(1):
        assert reminding.remind() == 0


def test_a_publisher_without_officials_leaves_it_to_those_who_keep_the_economys(us, official):
    agency = OrganizationFactory(agency=True, code="US")
    ResourceFactory(published=True, review_due_on=DUE, publisher=agency)
    every_hour(-30, 31)
    assert [how_far for _who, how_far in told(official)] == [-30, -7, 0, 14, 30]


def test_an_economy_without_officials_is_the_administrators_concern_once_it_is_overdue(us, administrator):
    ResourceFactory(published=True, review_due_on=DUE, publisher=OrganizationFactory(agency=True, code="US"))
    every_hour(-30, 31)
    assert told() == [("Ada Admin", 14), ("Ada Admin", 30)]


def test_administrators_keep_what_holds_everywhere(administrator, official):
    ResourceFactory(code=None, published=True, review_due_on=DUE)
    every_hour(-30, 0)
    assert told() == [("Ada Admin", -30), ("Ada Admin", -7), ("Ada Admin", 0)]


def test_those_who_left_other_economies_and_firms_are_not_told(resource, publisher, official_mx, sme, dismissed):
    publisher.memberships.update(status="ended")
    every_hour(-30, 31)
    assert told() == []


def test_a_reader_who_calls_it_out_of_date_is_told_of_once_a_day(resource, publisher, sme, outsider):
    with at(-100, 12):
        reporting.report(resource, verdict="out_of_date", text="Gone.", by=sme)
        reporting.report(resource, verdict="out_of_date", by=outsider)
        reminding.remind()
        reminding.remind()
    with at(-99):
        assert reminding.remind() == 0
        reporting.report(resource, verdict="out_of_date", visitor="another")
        assert reminding.remind() == 1
        deliver_due()
    assert told() == [("Pat Publisher", 0), ("Pat Publisher", "report"), ("Pat Publisher", "report")]
    assert "Readers say these are out of date" in mail.outbox[0].body
    assert "Gone." not in mail.outbox[0].body


def test_a_visitors_word_makes_one_entry_in_the_mail_not_two(resource, publisher):
    with at(-100, 12):
        reporting.report(resource, verdict="out_of_date", visitor="one")
        reminding.remind()
    [row] = Notification.objects.filter(kind=reminding.KIND)
    assert (row.context["count"], [group["heading"] for group in row.context["groups"]]) == (1, ["reported"])


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_promise_one_mail(resource, publisher):
    start = threading.Barrier(2)

    def tick():
        start.wait()
        reminding.remind()
        connection.close()

    with at(0):
        clocks = [threading.Thread(target=tick) for _ in range(2)]
        for one in clocks:
            one.start()
        for one in clocks:
            one.join()
    assert told() == [("Pat Publisher", 0)]


def test_the_task_reminds_and_forgets_visitors(resource, publisher):
    with at(-3):
        reporting.report(resource, verdict="useful", visitor="old")
    with at(0):
        remind_of_reviews()
    assert told() == [("Pat Publisher", 0)]
    assert resource.reports.get().visitor == ""


def test_reminding_costs_the_same_for_one_resource_and_for_ten(resource, publisher, django_assert_max_num_queries):
    ResourceFactory.create_batch(9, published=True, review_due_on=DUE, publisher=resource.publisher)
    with at(0), django_assert_max_num_queries(14):
        reminding.remind()
