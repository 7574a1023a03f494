"""Against a real mail server on this machine; its refusals are its own."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from portal.notifications import preferences
from portal.notifications.delivery import ATTEMPTS, JITTER, PAUSES, deliver_due
from portal.notifications.mails import message_id
from portal.notifications.models import Category, Notification
from portal.notifications.outbox import Address, notify
from portal.notifications.preferences import Subscriber
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.portal.notifications.postbox import Postbox

Status = Notification.Status
NOW = datetime(2027, 5, 14, 9, tzinfo=UTC)


@pytest.fixture
def postbox(settings):
    with Postbox() as postbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", postbox.port
        yield postbox


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", agency=True)


def promise(people, meeting, kind="dialogues/meeting", **context):
    notify(people, kind, about=meeting, word="x", note="x", **context)
    return list(Notification.objects.order_by("pk"))


def test_what_is_due_is_sent_once_and_shown_in_the_inbox(postbox, meeting, sme, sme_tw):
    first, second = promise([sme, sme_tw], meeting)
    assert deliver_due() == 2
    assert deliver_due() == 0
    assert postbox.ids == [message_id(first.uid), message_id(second.uid)]
    second.refresh_from_db()
    assert (second.status, second.attempts, second.last_error) == (Status.SENT, 1, "")
    assert second.sent_at is not None
    assert (second.subject, second.url) == ("zh-hant Bridge x", meeting_path(meeting, "zh-hant"))


def meeting_path(meeting, language):
    return f"/{language}/organizations/{meeting.slug}/"


def test_one_connection_carries_the_batch(postbox, meeting):
    promise([UserFactory() for _ in range(5)], meeting)
    deliver_due()
    assert (len(postbox.mails), postbox.connections) == (5, 1)


def test_a_server_that_hangs_up_between_mails_costs_nobody_a_mail(postbox, meeting):
    promise([UserFactory() for _ in range(5)], meeting)
    postbox.hang_up_after = 2
    assert deliver_due() == 5
    assert (len(set(postbox.ids)), len(postbox.ids), postbox.connections) == (5, 5, 3)


def test_no_more_than_the_limit_in_one_batch_and_oldest_first(postbox, meeting):
    rows = promise([UserFactory() for _ in range(5)], meeting)
    assert deliver_due(2) == 2
    assert postbox.ids == [message_id(row.uid) for row in rows[:2]]
    assert deliver_due(9) == 3


def test_later_is_not_now(postbox, meeting, sme):
    (row,) = promise([sme], meeting)
    Notification.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert deliver_due() == 0
    row.refresh_from_db()
    assert row.status == Status.PENDING


def is_about(pause, planned):
    return planned * (1 - JITTER) <= pause <= planned * (1 + JITTER)


def test_an_unreachable_server_makes_the_row_wait_and_spares_the_others(settings, meeting, time_machine):
    time_machine.move_to(NOW, tick=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    first, second = promise([UserFactory(), UserFactory()], meeting)
    assert deliver_due() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.attempts) == (Status.PENDING, 1)
    assert is_about(first.due_at - NOW, timedelta(minutes=1))
    assert first.last_error.startswith("ConnectionRefusedError")
    assert first.subject == "en Bridge x", "the inbox does not wait for the mail server"
    assert (second.attempts, second.due_at) == (0, NOW)


def test_pauses_grow_and_after_the_eighth_attempt_it_has_failed(postbox, meeting, sme, time_machine):
    postbox.refused = {sme.email: "450 busy, come again"}
    (row,) = promise([sme], meeting)
    moment, waited = NOW + timedelta(days=1), []
    for _ in range(ATTEMPTS):
        time_machine.move_to(moment, tick=False)
        assert deliver_due() == 1
        row.refresh_from_db()
        waited.append(row.due_at - moment)
        moment = row.due_at
    assert all(map(is_about, waited, PAUSES))
    assert waited[:-1] != PAUSES, "what failed together comes back one after the other"
    assert [pause.total_seconds() / 60 for pause in PAUSES[:5]] == [1, 5, 30, 120, 360]
    assert (row.status, row.attempts, ATTEMPTS) == (Status.FAILED, 8, 8)
    assert "450" in row.last_error
    time_machine.shift(timedelta(days=30))
    assert deliver_due() == 0


def test_a_recipient_refused_for_good_has_bounced_and_the_next_is_served(postbox, meeting, sme, chamber):
    postbox.refused = {sme.email: "550 no such person"}
    bounced, sent = promise([sme, chamber], meeting)
    assert deliver_due() == 2
    bounced.refresh_from_db()
    sent.refresh_from_db()
    assert (bounced.status, bounced.attempts, bounced.sent_at) == (Status.BOUNCED, 1, None)
    assert "550" in bounced.last_error
    assert sent.status == Status.SENT


@pytest.mark.parametrize(("answer", "status"), [("554 spam", Status.BOUNCED), ("451 later", Status.PENDING)])
def test_a_message_refused_after_its_text(postbox, meeting, sme, answer, status):
    postbox.answer = answer
    (row,) = promise([sme], meeting)
    deliver_due()
    row.refresh_from_db()
    assert row.status == status


def test_an_object_that_is_gone_is_said_so(postbox, meeting, sme, chamber):
    gone = OrganizationFactory()
    lost, sent = promise([sme], gone)[0], promise([chamber], meeting)[1]
    gone_pk = gone.pk
    gone.delete()
    assert deliver_due() == 2
    lost.refresh_from_db()
    sent.refresh_from_db()
    assert (lost.status, lost.subject) == (Status.FAILED, "")
    assert lost.last_error == f"accounts.organization:{gone_pk} no longer exists."
    assert sent.status == Status.SENT


@pytest.mark.parametrize("kind", ["dialogues/no_such_template", "dialogues/broken", "dialogues/broken_query"])
def test_a_broken_template_is_logged_and_does_not_stop_the_others(postbox, meeting, sme, caplog, kind):
    broken = promise([sme], meeting, kind)[0]
    sent = promise([sme], meeting)[1]
    with caplog.at_level(logging.ERROR):
        assert deliver_due() == 2
    broken.refresh_from_db()
    sent.refresh_from_db()
    assert (broken.status, broken.attempts) == (Status.PENDING, 1)
    assert broken.last_error
    assert sent.status == Status.SENT
    (line,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert line.notification == str(broken.uid)
    assert line.exc_info


def test_a_muted_category_stays_in_the_inbox(postbox, meeting, sme):
    preferences.switch(Subscriber(Category.DIALOGUES, sme), on=False)
    (row,) = promise([sme], meeting)
    assert deliver_due() == 1
    row.refresh_from_db()
    assert (row.status, row.subject, row.sent_at) == (Status.MUTED, "en Bridge x", None)
    assert postbox.mails == []
    assert list(Notification.objects.visible_to(sme)) == [row]


def test_muting_one_category_leaves_the_others_and_the_account(postbox, meeting, sme):
    preferences.switch(Subscriber(Category.PARTNERS, sme), on=False)
    promise([sme], meeting)
    promise([sme], meeting, "accounts/note")
    deliver_due()
    assert len(postbox.mails) == 2


def test_an_address_that_unsubscribed_gets_no_mail_whatever_its_case(postbox, meeting):
    preferences.switch(Subscriber(Category.DIALOGUES, address="ana@example.com"), on=False)
    (row,) = promise([Address("Ana@Example.com", "es")], meeting)
    deliver_due()
    row.refresh_from_db()
    assert (row.status, postbox.mails) == (Status.MUTED, [])


def test_a_closed_account_gets_no_mail(postbox, meeting, sme):
    sme.is_active = False
    sme.save(update_fields=["is_active"])
    promise([sme], meeting, "accounts/note")
    deliver_due()
    assert postbox.mails == []


def test_log_lines_name_the_row_and_never_the_person(postbox, meeting, sme, caplog):
    (row,) = promise([sme], meeting)
    with caplog.at_level(logging.INFO, logger="portal.notifications"):
        deliver_due()
    (line,) = [one for one in caplog.records if one.name == "portal.notifications.delivery"]
    assert (line.getMessage(), line.notification, line.kind) == ("notification sent", str(row.uid), row.kind)
    assert sme.email not in str(line.__dict__)


def promise_for_later_hands(people):
    """Committed and due, but not delivered by the hint that follows a commit in tests."""
    with transaction.atomic():
        rows = promise(people, OrganizationFactory(name="Bridge", agency=True))
        Notification.objects.update(due_at=timezone.now() + timedelta(hours=1))
    Notification.objects.update(due_at=timezone.now())
    return rows


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_each_row_once(postbox):
    rows = promise_for_later_hands([UserFactory() for _ in range(40)])
    postbox.seconds_each = 0.01
    handled = []

    def work():
        try:
            handled.append(deliver_due())
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(postbox.ids) == sorted(message_id(row.uid) for row in rows)
    assert sum(handled) == 40
    assert len([count for count in handled if count]) > 1, "all four had a share, or this shows nothing"


@pytest.mark.django_db(transaction=True)
def test_a_claimed_row_is_free_again_when_its_worker_s_connection_ends(postbox):
    promise_for_later_hands([UserFactory()])
    claimed, done = threading.Event(), threading.Event()

    def die_while_holding():
        connection.set_autocommit(False)
        list(Notification.objects.due().select_for_update())
        claimed.set()
        done.wait(30)
        connection.connection.close()
        connections.close_all()

    worker = threading.Thread(target=die_while_holding)
    worker.start()
    assert claimed.wait(30)
    assert deliver_due() == 0
    done.set()
    worker.join(30)
    until = time.monotonic() + 10  # the server needs a moment to see that its client is gone
    while deliver_due() == 0:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert len(postbox.mails) == 1
