"""Offices that are about to drop out: who is asked, when, and by which link."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from portal.focal import keeping, links, reminding
from portal.focal.desk import waiting_for
from portal.focal.models import CONFIRMED_WITHIN, FocalPoint
from portal.focal.tasks import remind_of_offices
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.focal import FocalPointFactory

pytestmark = pytest.mark.django_db

LAPSES = timezone.now() + timedelta(days=400)


@pytest.fixture
def agency(us):
    return OrganizationFactory(agency=True)


@pytest.fixture
def person(agency):
    user = UserFactory(full_name="Pat Public", language="es")
    join(user, agency, role="member")
    return user


@pytest.fixture
def point(agency):
    return FocalPointFactory(organization=agency, office="Customs desk", confirmed_at=LAPSES - CONFIRMED_WITHIN)


def before(days):
    """So many days before the office drops out; links and mails go by the same clock."""
    return time_machine.travel(LAPSES - timedelta(days=days), tick=False)


def asked():
    rows = Notification.objects.filter(kind=reminding.KIND).order_by("pk")
    return [(row.recipient, [days for _pk, _confirmed, days in row.context["asked"]]) for row in rows]


def test_its_people_are_asked_thirty_and_seven_days_before_and_not_between(point, person):
    for days in (40, 31, 30, 29, 20, 8, 7, 6, 1):
        with before(days):
            reminding.remind()
    assert asked() == [(person, [30]), (person, [7])]


def test_after_a_long_silence_only_the_nearest_reminder_comes(point, person):
    with before(3):
        assert reminding.remind() == 1
        assert reminding.remind() == 0
    assert asked() == [(person, [7])]


def test_confirming_ends_the_reminders_for_a_year(point, person):
    with before(30):
        reminding.remind()
        keeping.confirm(point, by=person)
    with before(7):
        assert reminding.remind() == 0
    with before(30 - 365 + 30):
        reminding.remind()
    assert asked() == [(person, [30]), (person, [30])]


def test_many_offices_are_one_mail_and_nobody_there_means_the_administrators(administrator, us):
    FocalPointFactory.create_batch(25, confirmed_at=LAPSES - CONFIRMED_WITHIN)
    with before(30):
        remind_of_offices()
    row = Notification.objects.get(kind=reminding.KIND)
    assert (row.recipient, row.context["count"], len(row.context["rows"]), row.context["more"]) == (
        administrator,
        25,
        20,
        5,
    )


def test_one_that_was_taken_out_is_not_asked_about(point, person):
    keeping.take_out(point, by=person)
    with before(7):
        assert reminding.remind() == 0


def test_the_link_in_the_mail_confirms_without_signing_in_and_only_by_its_button(client, point, person):
    with before(30):
        reminding.remind()
        deliver_due()
        letter = mail.outbox[-1]
        assert letter.to == [f"Pat Public <{person.email}>"]
        path = re.search(r"http://[^/]+(/es/\S*offices/confirm/\S+)", letter.body)[1]
        page = client.get(path)
        assert page.status_code == 200
        assert "Customs desk" in page.text
        point.refresh_from_db()
        assert point.confirmed_at == LAPSES - CONFIRMED_WITHIN

        client.post(path)
        point.refresh_from_db()
        assert point.confirmed_at == timezone.now()
        assert point.confirmed_by == person


def test_a_used_link_confirms_nothing_more(client, point, person):
    with before(30):
        path = links.path(point, person)
        client.post(path)
    with before(20):
        assert client.post(path).status_code == 200
    point.refresh_from_db()
    assert point.confirmed_at == LAPSES - timedelta(days=30)


@pytest.mark.parametrize("why", ["left", "old", "forged"])
def test_a_link_that_is_no_longer_good_confirms_nothing(client, point, person, why):
    with before(30):
        path = links.path(point, person)
    if why == "left":
        person.memberships.update(status="ended")
    if why == "forged":
        path = path[:-3] + "AA/"
    with before(-40 if why == "old" else 29):
        assert client.post(path).status_code == 404
    point.refresh_from_db()
    assert point.confirmed_at == LAPSES - CONFIRMED_WITHIN


def test_the_desk_has_one_task_for_all_of_them(point, person, agency):
    with before(40):
        assert waiting_for(person) == []
    FocalPointFactory(organization=agency, confirmed_at=LAPSES - CONFIRMED_WITHIN + timedelta(days=1))
    with before(20):
        (task,) = waiting_for(person)
        assert task.title == "Confirm 2 offices in the directory"
        assert task.url == reverse("focal:point-mine")
        assert task.due_at == LAPSES
    with before(-10):
        assert len(waiting_for(person)) == 1
    with before(-100):
        assert waiting_for(person) == []


def test_the_desk_of_others_is_empty(point, outsider, administrator):
    with before(20):
        assert waiting_for(outsider) == waiting_for(administrator) == []


def test_it_drops_out_after_a_year(point):
    with before(1):
        assert FocalPoint.objects.current().exists()
    with before(0):
        assert not FocalPoint.objects.current().exists()
