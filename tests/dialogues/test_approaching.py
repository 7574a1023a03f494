"""Reminders 14, 3 and 1 days before a session, to those for whom it is time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dialogues import approaching, scheduling
from dialogues.models import Registration, Session
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import RegistrationFactory, SessionFactory, wall

LONG_AGO = timezone.now() - timedelta(days=200)


@pytest.fixture
def session(db):
    return SessionFactory(scheduled=True, local=wall(60), announced_at=LONG_AGO, join_url="https://meet.example/1")


@pytest.fixture
def official(db):
    return UserFactory(official_of="US")


def place(session, **details):
    return RegistrationFactory(session=session, created_at=LONG_AGO, **details).user


def at(time_machine, session, **before):
    time_machine.move_to(session.starts_at - timedelta(**before), tick=False)


def reminded(days=None):
    rows = Notification.objects.filter(kind=approaching.KIND)
    return {row.recipient for row in rows if days is None or row.context["days"] == days}


def test_each_is_reminded_when_it_is_her_time(session, official, time_machine):
    speaker, guest = place(session, role="speaker"), place(session)
    at(time_machine, session, days=15)
    assert approaching.remind() == 0
    at(time_machine, session, days=14)
    approaching.remind()
    assert reminded() == {official, speaker}
    at(time_machine, session, days=3)
    approaching.remind()
    assert reminded(3) == {speaker, guest}
    at(time_machine, session, hours=24)
    assert approaching.remind() == 1
    assert approaching.remind() == 0
    assert reminded(1) == {speaker, guest}


def test_a_clock_that_stood_still_goes_on_with_the_nearest_reminder_alone(session, time_machine):
    guest = place(session, role="speaker")
    at(time_machine, session, hours=5)
    approaching.remind()
    assert [row.context["days"] for row in Notification.objects.filter(recipient=guest)] == [1]


def test_a_session_that_is_moved_reminds_of_its_new_time(session, official, time_machine):
    guest = place(session)
    at(time_machine, session, days=3)
    approaching.remind()
    later = {
        "starts_local": session.starts_local + timedelta(days=30),
        "ends_local": session.ends_local + timedelta(days=30),
    }
    session = scheduling.reschedule(session, zone=session.zone, **later, by=official)
    assert approaching.remind() == 0
    at(time_machine, session, days=3)
    approaching.remind()
    assert Notification.objects.filter(recipient=guest, kind=approaching.KIND, context__days=3).count() == 2


def test_nobody_is_reminded_who_is_not_coming_or_has_just_come(session, time_machine):
    place(session, status="cancelled")
    place(session, status="waitlisted")
    place(session, partstat="DECLINED")
    at(time_machine, session, days=2)
    RegistrationFactory(session=session, created_at=timezone.now())
    approaching.remind()
    assert reminded() == set()


@pytest.mark.parametrize("status", ["draft", "cancelled", "held"])
def test_only_a_scheduled_session_reminds(session, time_machine, status):
    place(session)
    Session.objects.filter(pk=session.pk).update(status=status)
    at(time_machine, session, days=1)
    assert approaching.remind() == 0


def test_the_link_to_join_goes_to_whom_it_may(session, official, time_machine):
    guest = place(session)
    somebody = Registration.objects.create(
        session=session,
        address="ana@example.com",
        address_language="es",
        address_name="Ana",
        status="confirmed",
        partstat="ACCEPTED",
        created_at=LONG_AGO,
    )
    at(time_machine, session, days=1)
    approaching.remind()
    rows = Notification.objects.filter(kind=approaching.KIND)
    assert rows.get(recipient=guest).context["join_url"] == session.join_url
    assert rows.get(address=somebody.address).context["join_url"] == session.join_url


def test_the_mail_tells_the_time_on_her_own_clock(
    session, time_machine, mailoutbox, django_capture_on_commit_callbacks
):
    user = UserFactory(sme_in="US", language="es", time_zone="America/Mexico_City")
    place(session, user=user)
    at(time_machine, session, days=1)
    with django_capture_on_commit_callbacks(execute=True):
        approaching.remind()
    mail = next(mail for mail in mailoutbox if user.email in mail.to[0])
    assert session.title in mail.subject
    assert session.join_url in mail.body
