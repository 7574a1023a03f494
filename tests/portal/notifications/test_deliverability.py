"""What servers say of an address, and what follows from it."""

import smtplib
import threading

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse

from portal.activity.models import Activity
from portal.notifications import deliverability, digests, followed, inbox, preferences
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import Category, Deliverability, Digest, Notification, Subscription
from portal.notifications.outbox import Address, notify
from portal.notifications.preferences import Subscriber
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.portal.notifications.postbox import Postbox

WORKS_AGAIN = reverse("notifications:address-works-again")
BANNER = "comes back"


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", agency=True)


@pytest.fixture
def postbox(settings):
    with Postbox() as postbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", postbox.port
        yield postbox


def promise(person, meeting, kind="dialogues/meeting", occasion=""):
    notify([person], kind, about=meeting, occasion=occasion, word="x", note="x")
    return Notification.objects.latest("pk")


def follow(address, words="steel"):
    criteria = followed.keep(followed.by_name("resource"), Wish(words=words))
    return Subscription.objects.create(criteria=criteria, address=address, language="en")


def state(address):
    return deliverability.of(address)


@pytest.mark.parametrize(
    "answer",
    [
        "550 no such person",
        "550 5.1.1 user unknown",
        "550 5.1.10 recipient not found",
        "554 5.2.1 mailbox disabled",
        "550 5.4.1 access denied",
        "553 mailbox name not allowed",
    ],
)
def test_a_server_that_knows_nobody_there_ends_all_mail_to_the_address(postbox, meeting, sme, answer):
    postbox.refused = {sme.email: answer}
    promise(sme, meeting)
    deliver_due()
    assert state(sme.email) == "bounces"
    postbox.refused = {}
    row = promise(sme, meeting, occasion="next")
    deliver_due()
    row.refresh_from_db()
    assert (row.status, postbox.mails) == ("bounced", [])
    assert row.subject == "en Bridge x", "the inbox has it all the same"


@pytest.mark.parametrize(
    "answer",
    [
        "554 5.7.1 relay access denied",
        "550 relay not permitted",
        "550 blocked for spam, see our policy",
        "550 5.7.26 not authenticated",
        "554 no",
        "550 5.1.8 sender's domain does not exist",
    ],
)
def test_a_refusal_of_us_says_nothing_of_the_address(postbox, meeting, sme, answer):
    postbox.refused = {sme.email: answer}
    row = promise(sme, meeting)
    deliver_due()
    row.refresh_from_db()
    assert row.status == "bounced"
    assert state(sme.email) == "works"
    postbox.refused = {}
    promise(sme, meeting, occasion="next")
    deliver_due()
    assert len(postbox.mails) == 1


def test_a_text_that_is_refused_says_nothing_of_the_address(postbox, meeting, sme):
    postbox.answer = "550 5.1.1 looks like nothing"
    promise(sme, meeting)
    deliver_due()
    assert state(sme.email) == "works"


def test_five_mails_in_a_row_to_a_full_mailbox_are_like_no_mailbox(postbox, meeting, sme):
    postbox.refused = {sme.email: "552 5.2.2 mailbox full"}
    for number in range(4):
        promise(sme, meeting, occasion=number)
        deliver_due()
    assert state(sme.email) == "works"
    promise(sme, meeting, occasion="fifth")
    deliver_due()
    assert state(sme.email) == "bounces"


def test_one_mail_that_arrives_begins_the_count_anew(postbox, meeting, sme):
    full = {sme.email: "552 5.2.2 mailbox full"}
    for number, refused in enumerate([full] * 4 + [{}] + [full] * 4):
        postbox.refused = refused
        promise(sme, meeting, occasion=number)
        deliver_due()
    assert len(postbox.mails) == 1
    assert state(sme.email) == "works"
    assert Deliverability.objects.get().soft_bounces == 4


def test_a_server_that_asks_for_patience_is_not_counted_for_each_try(postbox, meeting, sme):
    postbox.refused = {sme.email: "450 greylisted, come again"}
    row = promise(sme, meeting)
    for _attempt in range(8):
        Notification.objects.update(due_at="2026-01-01T00:00Z")
        deliver_due()
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("failed", 8)
    assert Deliverability.objects.get().soft_bounces == 1


def test_what_a_dead_address_follows_without_an_account_ends_with_the_reason(db, sme):
    first, second = follow("Ana@example.com"), follow("ana@example.com", "maize")
    other = follow("bob@example.com")
    hers = Subscription.objects.create(criteria=other.criteria, user=sme, language="en")
    deliverability.bounced("ANA@example.com", for_good=True, said="550 no")
    for row in (first, second, other, hers):
        row.refresh_from_db()
    assert {first.ended_reason, second.ended_reason} == {"bounced"}
    assert first.ended_at is not None
    assert (other.ended_at, hers.ended_at) == (None, None)


def test_a_bounce_told_twice_is_one(db):
    deliverability.bounced("ana@example.com", for_good=True, said="550 no")
    deliverability.bounced("Ana@Example.com", for_good=True, said="550 no")
    assert Deliverability.objects.get().state == "bounces"
    assert Activity.objects.filter(verb="address_bounced").count() == 1


@pytest.mark.django_db(transaction=True)
def test_bounces_at_the_same_moment_are_all_counted():
    barrier = threading.Barrier(4)

    def tell():
        try:
            barrier.wait(10)
            deliverability.bounced("ana@example.com", for_good=False, said="452 full")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert Deliverability.objects.get().soft_bounces == 4


def test_a_complaint_switches_off_what_can_be_for_address_and_account(meeting, sme):
    bare = follow(sme.email)
    deliverability.complained(sme.email.upper(), said="abuse")
    bare.refresh_from_db()
    assert bare.ended_reason == "complained"
    assert set(preferences.choices_of(sme).values()) == {"never"}
    promise(sme, meeting)
    promise(Address(sme.email, "en"), meeting)
    promise(sme, meeting, "accounts/note")
    deliver_due()
    assert [row.status for row in Notification.objects.order_by("pk")] == ["muted", "muted", "sent"]
    assert len(mail.outbox) == 1


def test_after_a_complaint_comes_what_she_switches_on_herself(meeting, sme):
    deliverability.complained(sme.email, said="abuse")
    preferences.switch(Subscriber(Category.DIALOGUES, sme), on=True)
    promise(sme, meeting)
    deliver_due()
    assert len(mail.outbox) == 1


def test_her_preferences_say_why_nothing_comes_and_switch_it_on_again(client, meeting, sme):
    client.force_login(sme)
    page = reverse("notifications:preferences")
    assert "marked as spam" not in client.get(page).content.decode()
    deliverability.complained(sme.email, said="abuse")
    assert "marked as spam" in client.get(page).content.decode()
    client.post(page, {"dialogues": "immediately", "partners": "never", "resources": "never", "digest_hour": "8"})
    promise(sme, meeting)
    deliver_due()
    assert len(mail.outbox) == 1


def test_a_complaint_about_an_address_that_does_not_work_leaves_it_so(db):
    deliverability.bounced("ana@example.com", for_good=True, said="550 no")
    deliverability.complained("ana@example.com", said="abuse")
    assert state("ana@example.com") == "bounces"


def test_every_page_says_that_mail_comes_back_until_she_says_that_it_works(client, meeting, sme):
    client.force_login(sme)
    assert BANNER not in client.get(reverse("desk")).content.decode()
    deliverability.bounced(sme.email.upper(), for_good=True, said="550 no such person")
    for name in ("desk", "notifications:inbox", "resources:resource-list", "agreements"):
        text = client.get(reverse(name)).content.decode()
        assert f"Mail to {sme.email} comes back" in text
        assert reverse("account_email") in text
    page = client.post(WORKS_AGAIN, follow=True).content.decode()
    assert "Mail goes to your address again" in page
    assert BANNER not in page
    promise(sme, meeting)
    deliver_due()
    assert len(mail.outbox) == 1
    assert Activity.objects.get(verb="address_works_again").actor == sme


@pytest.mark.django_db(transaction=True)
def test_the_banner_is_hers_alone_also_on_pages_that_are_kept_for_many(settings, counted_once, sme, chamber):
    settings.PAGE_CACHE_SECONDS = settings.COUNTS_CACHE_SECONDS = 60
    deliverability.bounced(sme.email, for_good=True, said="550 no such person")
    clients = {}
    for person in (sme, chamber):
        clients[person] = Client(enforce_csrf_checks=True)
        clients[person].force_login(person)
    for _time in range(3):
        texts = {person: clients[person].get(reverse("resources:resource-list")).content.decode() for person in clients}
        assert f"Mail to {sme.email} comes back" in texts[sme]
        assert BANNER not in texts[chamber]
        assert "hole-" not in texts[sme] + texts[chamber]
    token = texts[sme].split(WORKS_AGAIN)[1].split('csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert clients[sme].post(WORKS_AGAIN).status_code == 403
    assert clients[sme].post(WORKS_AGAIN, {"csrfmiddlewaretoken": token}).status_code == 302
    assert BANNER not in clients[sme].get(reverse("resources:resource-list")).content.decode()


def test_a_visitor_and_somebody_else_change_nothing(client, sme, chamber):
    deliverability.bounced(sme.email, for_good=True, said="550 no")
    assert client.post(WORKS_AGAIN).status_code == 302
    client.force_login(chamber)
    client.post(WORKS_AGAIN)
    assert client.get(WORKS_AGAIN).status_code == 405
    assert state(sme.email) == "bounces"


def test_what_a_page_says_of_messages_costs_one_query(client, sme, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert inbox.glance(sme) == (0, False)


def test_an_administrator_lets_an_address_work_again(client, administrator):
    row = deliverability.bounced("ana@example.com", for_good=True, said="550 no")
    client.force_login(administrator)
    address = reverse("admin:notifications_deliverability_changelist")
    assert "Does not take mail" in client.get(address).content.decode()
    client.post(address, {"action": "let_work_again", "_selected_action": [row.pk]})
    assert state("ana@example.com") == "works"


def test_an_answer_that_is_none_of_these_is_tried_again(db):
    error = smtplib.SMTPSenderRefused(550, b"who are you", "portal@example.com")
    assert not deliverability.is_refusal(error)
    assert not deliverability.is_about_address(error)
    assert not deliverability.is_for_now(error)


def test_two_people_of_one_refusal_are_told_apart(postbox, meeting):
    people = [UserFactory(), UserFactory()]
    postbox.refused = {people[0].email: "550 5.1.1 unknown"}
    for person in people:
        promise(person, meeting)
    deliver_due()
    assert [state(person.email) for person in people] == ["bounces", "works"]


def waiting(person, meeting):
    """A message that waits for a digest which is due."""
    row = promise(person, meeting)
    Notification.objects.filter(pk=row.pk).update(status="waiting", rhythm="daily", subject="x")
    Digest.objects.create(recipient=person, local_on="2027-03-10")
    return row


def test_a_digest_goes_to_no_dead_address_and_takes_its_messages_with_it(meeting, sme):
    row = waiting(sme, meeting)
    deliverability.bounced(sme.email, for_good=True, said="550 no")
    assert digests.send_due() == 1
    row.refresh_from_db()
    assert (row.status, Digest.objects.get().status, mail.outbox) == ("bounced", "bounced", [])


def test_after_a_complaint_not_even_the_digest_comes_that_was_due(meeting, sme):
    row = waiting(sme, meeting)
    deliverability.complained(sme.email, said="abuse")
    assert digests.send_due() == 1
    row.refresh_from_db()
    assert (row.status, Digest.objects.get().status, mail.outbox) == ("muted", "empty", [])
