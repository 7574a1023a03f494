"""Quick edits of one meeting become one mail; a cancellation goes at once."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from dialogues import scheduling
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import RegistrationFactory, SessionFactory

WINDOW = timedelta(seconds=900)


@pytest.fixture
def official(db, settings):
    settings.BUNDLE_SECONDS = WINDOW.seconds
    return UserFactory(official_of="US")


@pytest.fixture
def session(official):
    session = SessionFactory(scheduled=True)
    RegistrationFactory(session=session, user=UserFactory(language="en", email="guest@example.com"))
    return session


def moved(session, official, hours):
    return scheduling.reschedule(
        session,
        zone=session.zone,
        starts_local=session.starts_local + timedelta(hours=hours),
        ends_local=session.ends_local + timedelta(hours=hours),
        by=official,
    )


def after(wait):
    with time_machine.travel(timezone.now() + wait, tick=True):
        deliver_due()
    return [sent for sent in mail.outbox if "guest@example.com" in sent.to[0]]


def test_several_edits_within_a_quarter_of_an_hour_are_one_mail_that_says_what_was_before_the_first(session, official):
    earlier = session.starts_at
    session = moved(session, official, 1)
    session = moved(session, official, 1)
    session = scheduling.revise_session(session, titles={"en": "Another name"}, by=official)
    assert after(timedelta(minutes=1)) == []
    (sent,) = after(WINDOW + timedelta(seconds=5))
    row = Notification.objects.get(recipient__email="guest@example.com", status="sent")
    assert row.kind == "dialogues/session_rescheduled"
    assert row.context["earlier_starts"] == earlier.isoformat()
    assert f"SEQUENCE:{session.sequence}" in row.calendar_body
    assert Notification.objects.filter(recipient__email="guest@example.com", status="replaced").count() == 2
    assert "Another name" in sent.body


def test_the_mail_goes_a_quarter_of_an_hour_after_the_first_edit_however_many_follow(session, official):
    moved(session, official, 1)
    due = Notification.objects.get(recipient__email="guest@example.com").due_at
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=True):
        session.refresh_from_db()
        moved(session, official, 1)
    assert Notification.objects.get(recipient__email="guest@example.com", status="pending").due_at == due


def test_a_cancellation_goes_at_once_and_takes_over_what_has_not_left(session, official):
    session = moved(session, official, 1)
    scheduling.cancel(session, reason="A storm.", by=official)
    deliver_due()
    (sent,) = after(WINDOW * 2)
    assert "METHOD:CANCEL" in str(sent.message())
    assert not Notification.objects.filter(status="pending").exists()


def test_what_was_sent_before_is_not_taken_over(session, official):
    session = moved(session, official, 1)
    assert len(after(WINDOW + timedelta(seconds=5))) == 1
    moved(session, official, 1)
    assert len(after(WINDOW * 3)) == 2
