import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.activity.models import Activity
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from portal.notifications.outbox import Address, CalendarPart, notify
from tests.factories.accounts import OrganizationFactory, UserFactory

KIND = "dialogues/meeting"


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge & Co", agency=True)


def test_a_promise_joins_the_transaction_and_is_taken_back_with_it(meeting, sme):
    with transaction.atomic():
        notify([sme], KIND, about=meeting, word="x")
        assert Notification.objects.count() == 1
        transaction.set_rollback(True)
    assert Notification.objects.count() == 0


def test_asking_twice_promises_once_unless_the_occasion_differs(meeting, sme, chamber):
    notify([sme], KIND, about=meeting, occasion=1, word="x")
    notify([sme, sme, chamber], KIND, about=meeting, occasion=1, word="x")
    assert Notification.objects.count() == 2
    notify([sme], KIND, about=meeting, occasion=2, word="x")
    assert Notification.objects.filter(recipient=sme).count() == 2


def test_another_object_is_another_promise(meeting, sme):
    notify([sme], KIND, about=meeting, word="x")
    notify([sme], KIND, about=OrganizationFactory(), word="x")
    assert Notification.objects.count() == 2


def test_somebody_without_an_account_is_promised_once_whatever_the_case_of_her_address(meeting):
    notify([Address("ana@example.com", "es"), Address("ANA@example.com", "es")], KIND, about=meeting, word="x")
    notify([Address("Ana@Example.com", "fr")], KIND, about=meeting, word="x")
    row = Notification.objects.get()
    assert (row.recipient, row.address, row.address_language) == (None, "ana@example.com", "es")
    assert row.addressee == Address("ana@example.com", "es")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody", "language": "en"},
        {"email": "a@example.com", "language": "de"},
        {"email": "a@example.com", "language": "en", "time_zone": "Mars/Olympus"},
    ],
)
def test_an_address_that_could_not_be_written_to_is_refused_at_once(wrong):
    with pytest.raises(ValueError):
        Address(**wrong)


def test_the_database_wants_exactly_one_recipient(meeting, sme):
    notify([sme], KIND, about=meeting, word="x")
    with pytest.raises(IntegrityError, match="notification_to_one_person"), transaction.atomic():
        Notification.objects.update(address="also@example.com")
    with pytest.raises(IntegrityError, match="notification_to_one_person"), transaction.atomic():
        Notification.objects.update(recipient=None)


@pytest.mark.parametrize("kind", ["meeting", "weather/meeting", "dialogues/"])
def test_a_kind_begins_with_a_category(meeting, sme, kind):
    with pytest.raises(ValueError, match="category"):
        notify([sme], kind, about=meeting)


def test_a_context_cannot_hide_what_templates_rely_on(meeting, sme):
    with pytest.raises(ValueError, match="recipient"):
        notify([sme], KIND, about=meeting, recipient="somebody else")


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example/", "desk/"])
def test_a_message_leads_into_the_portal_only(meeting, sme, url):
    with pytest.raises(ValueError, match="path in the portal"):
        notify([sme], KIND, about=meeting, url=url)


def test_each_recipient_gets_her_own_calendar_part(meeting, sme, chamber):
    notify([sme, chamber], KIND, about=meeting, calendar=lambda user: CalendarPart("REQUEST", user.email), word="x")
    assert {row.recipient: row.calendar_body for row in Notification.objects.all()} == {
        sme: sme.email,
        chamber: chamber.email,
    }


def test_nobody_to_tell_is_no_promise_and_no_hint(meeting, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as hooks:
        notify([], KIND, about=meeting)
    assert (Notification.objects.count(), hooks) == (0, [])


@pytest.mark.parametrize("count", [3, 30])
def test_many_recipients_cost_no_more_queries(meeting, django_assert_num_queries, count):
    people = [UserFactory() for _ in range(count)]
    notify([people[0]], "accounts/note", about=meeting)  # the content type is known from now on
    with django_assert_num_queries(1):
        notify(people, KIND, about=meeting, word="x")


def test_the_hint_after_the_commit_delivers(meeting, sme, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notify([sme], KIND, about=meeting, word="x")
        assert mailoutbox == []
    assert [mail.to for mail in mailoutbox] == [[f"Sara Smith <{sme.email}>"]]


def test_a_promise_of_a_rolled_back_savepoint_does_not_silence_the_others(
    meeting, sme, chamber, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        notify([sme], KIND, about=meeting, word="x")
        with transaction.atomic():
            notify([chamber], KIND, about=meeting, word="x")
            transaction.set_rollback(True)
    assert len(mailoutbox) == 1


def test_an_administrator_sends_again_what_failed_and_nothing_else(client, meeting, administrator, mailoutbox):
    people = [UserFactory() for _ in range(4)]
    notify(people, KIND, about=meeting, word="x")
    failed, bounced, sent, muted = Notification.objects.order_by("pk")
    for row, status in ((failed, "failed"), (bounced, "bounced"), (sent, "sent"), (muted, "muted")):
        Notification.objects.filter(pk=row.pk).update(status=status, attempts=8, sent_at=timezone.now())
    client.force_login(administrator)
    address = reverse("admin:notifications_notification_changelist")
    chosen = {"action": "send_again", "_selected_action": [row.pk for row in (failed, bounced, sent, muted)]}
    assert "2 mails are owed again." in client.post(address, chosen, follow=True).content.decode()
    deliver_due()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(
        f"{row.recipient.full_name} <{row.recipient.email}>" for row in (failed, bounced)
    )
    assert [row.verb for row in Activity.objects.filter(actor=administrator)] == ["mail_promised_again"] * 2


def test_the_administrator_s_window_shows_deliveries_and_not_letters(client, meeting, administrator, sme):
    notify([sme], KIND, about=meeting, word="a private word")
    client.force_login(administrator)
    row = Notification.objects.get()
    page = client.get(reverse("admin:notifications_notification_change", args=[row.pk]))
    assert str(row.uid) in page.content.decode()
    assert "a private word" not in page.content.decode()
