"""What can wait is in the inbox at once and in one mail of the morning."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from portal.notifications import digests, preferences, tasks
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Deliverability, Digest, Notification, Rest
from portal.notifications.outbox import Address, notify
from tests.factories.accounts import OrganizationFactory, UserFactory

KIND = "dialogues/meeting"
#: A Wednesday.
NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge & Co", agency=True)


@pytest.fixture
def reader(db):
    return UserFactory(time_zone="America/Mexico_City", language="es")


def choose(user, choice):
    preferences.choose(wanted={"dialogues": choice}, by=user)


def tell(people, meeting, occasion=1, word="x"):
    notify(people, KIND, about=meeting, occasion=occasion, word=word)
    deliver_due()


def morning():
    digests.plan()
    digests.send_due()


def test_what_waits_is_in_the_inbox_at_once_and_comes_with_the_morning(client, meeting, reader):
    with time_machine.travel(NOON, tick=False) as clock:
        choose(reader, "daily")
        tell([reader], meeting)
        assert not mail.outbox
        client.force_login(reader)
        assert "Bridge" in client.get(reverse("notifications:inbox")).content.decode()
        morning()  # 6 o'clock in Mexico City
        assert not mail.outbox
        clock.move_to(NOON + timedelta(hours=2))
        morning()
        morning()
    (sent,) = mail.outbox
    assert sent.to == [f"{reader.full_name} <{reader.email}>"]
    row = Notification.objects.get()
    assert (row.status, row.digest.status) == ("sent", "sent")
    assert sent.extra_headers["Message-ID"].startswith(f"<{row.digest.uid}@")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_only_the_clock_plans_and_the_batches_after_it_send_what_is_planned(meeting, reader):
    with time_machine.travel(NOON, tick=False) as clock:
        choose(reader, "daily")
        tell([reader], meeting)
        clock.shift(timedelta(hours=2))
        tasks.send_planned()
        assert not Digest.objects.exists()
        tasks.send_digests()
    assert len(mail.outbox) == 1


def test_one_mail_has_everything_by_object_the_newest_first_and_repeats_once(meeting, reader):
    other = OrganizationFactory(name="Harbour")
    with time_machine.travel(NOON, tick=False) as clock:
        choose(reader, "daily")
        for number, (thing, word) in enumerate(
            [(other, "old"), (meeting, "same"), (meeting, "same"), (meeting, "new")]
        ):
            tell([reader], thing, occasion=number, word=word)
            clock.shift(timedelta(minutes=1))
        clock.shift(timedelta(days=1, hours=4))
        morning()
    (sent,) = mail.outbox
    text = sent.body
    assert text.index("Bridge & Co new") < text.index("Bridge & Co same (× 2)") < text.index("Harbour old")
    assert "<h2>" in sent.alternatives[0].content
    assert Notification.objects.filter(status="sent", digest__isnull=False).count() == 4


def test_what_is_urgent_and_what_is_about_the_account_does_not_wait(meeting, reader):
    choose(reader, "daily")
    notify([reader], "accounts/note", about=meeting, note="x")
    deliver_due()
    assert len(mail.outbox) == 1


def test_weekly_mail_comes_on_monday_and_a_missed_monday_is_made_up_on_the_next_working_day(meeting, reader):
    with time_machine.travel(NOON, tick=False) as clock:
        choose(reader, "weekly")
        tell([reader], meeting)
        clock.move_to(NOON + timedelta(days=2, hours=4))  # Friday
        morning()
        assert not mail.outbox
        clock.move_to(NOON + timedelta(days=6, hours=4))  # the Tuesday after
        morning()
    assert len(mail.outbox) == 1


def test_nobody_gets_a_digest_on_a_weekend(meeting, reader):
    with time_machine.travel(NOON, tick=False) as clock:
        choose(reader, "daily")
        tell([reader], meeting)
        clock.move_to(NOON + timedelta(days=3, hours=4))  # Saturday
        morning()
        assert not mail.outbox
        clock.move_to(NOON + timedelta(days=5, hours=4))
        morning()
    assert len(mail.outbox) == 1


def test_the_hour_is_hers(meeting, reader):
    Rest.objects.create(user=reader, digest_hour=17)
    with time_machine.travel(NOON + timedelta(hours=4), tick=False) as clock:
        choose(reader, "daily")
        tell([reader], meeting)
        morning()
        assert not mail.outbox
        clock.shift(timedelta(hours=8))
        morning()
    assert len(mail.outbox) == 1


def test_an_address_without_an_account_gets_one_too_and_can_stop_everything(client, meeting):
    ana = Address("Ana@example.com", "fr", "America/Toronto", "Ana")
    with time_machine.travel(NOON, tick=False) as clock:
        notify([ana], KIND, about=meeting, word="x", rhythm=lambda _person: "daily")
        deliver_due()
        assert not mail.outbox
        clock.move_to(NOON + timedelta(hours=3))
        morning()
        (sent,) = mail.outbox
        link = sent.extra_headers["List-Unsubscribe"].strip("<>").replace("http://localhost:8000", "")
        assert link.startswith("/fr/")
        assert client.get(link).status_code == 200
        assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        notify([ana], KIND, about=meeting, occasion=2, word="x")
        deliver_due()
    assert Notification.objects.order_by("pk").last().status == "muted"


def test_a_digest_that_cannot_be_sent_is_tried_again_and_holds_up_nobody(meeting, reader, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with time_machine.travel(NOON + timedelta(hours=4), tick=False):
        choose(reader, "daily")
        notify([reader], KIND, about=meeting, word="x")
        deliver_due()
        morning()
        digest = Digest.objects.get()
    assert (digest.status, digest.attempts) == ("pending", 1)
    assert digest.last_error
    assert Notification.objects.get().status == "waiting"


def test_two_mornings_pending_send_everything_once(meeting, reader):
    with time_machine.travel(NOON + timedelta(hours=4), tick=False) as clock:
        choose(reader, "daily")
        tell([reader], meeting)
        digests.plan()
        clock.shift(timedelta(days=1))
        digests.plan()
        assert Digest.objects.count() == 2
        digests.send_due()
    assert len(mail.outbox) == 1
    assert sorted(Digest.objects.values_list("status", flat=True)) == ["empty", "sent"]


def test_quiet_hours_put_a_mail_off_and_not_the_inbox(client, meeting, reader):
    preferences.set_rest(hours={"quiet_from": "21:00", "quiet_until": "07:00"}, by=reader)
    with time_machine.travel(NOON - timedelta(hours=2), tick=False) as clock:  # 4 o'clock in Mexico City
        tell([reader], meeting)
        assert not mail.outbox
        client.force_login(reader)
        assert "Bridge" in client.get(reverse("notifications:inbox")).content.decode()
        row = Notification.objects.get()
        assert (row.status, row.attempts) == ("pending", 0)
        assert row.due_at == datetime(2027, 3, 10, 13, tzinfo=UTC)
        clock.move_to(row.due_at)
        deliver_due()
    assert len(mail.outbox) == 1


def test_an_address_that_takes_no_mail_is_not_tried_again(meeting, reader):
    Deliverability.objects.create(address=reader.email.upper(), state="bounces")
    tell([reader], meeting)
    row = Notification.objects.get()
    assert (row.status, bool(row.last_error), mail.outbox) == ("bounced", True, [])


def test_who_marked_our_mail_as_spam_gets_only_what_cannot_be_switched_off(meeting, reader):
    Deliverability.objects.create(address=reader.email, state="complained")
    tell([reader], meeting)
    notify([reader], "accounts/note", about=meeting, note="x")
    deliver_due()
    assert len(mail.outbox) == 1
    assert Notification.objects.get(kind=KIND).status == "muted"
