"""Who was told of a session and did not get the mail: the organizers see it, and send again."""

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from dialogues import inviting
from dialogues.inviting import Guest
from dialogues.models import SlotPoll
from dialogues.views.undelivered import number_of_undelivered
from portal.activity.models import Activity
from portal.notifications import deliverability
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from portal.notifications.outbox import Address, notify
from tests.factories.dialogues import SessionFactory
from tests.portal.notifications.postbox import Postbox

pytestmark = pytest.mark.django_db
ANA = Guest(address="ana@example.com", name="Ana Pérez", language="es", time_zone="America/Mexico_City")
BOB = Guest(address="bob@example.com", name="Bob", language="en", time_zone="UTC")


@pytest.fixture
def session(us, mx):
    return SessionFactory(scheduled=True)


@pytest.fixture
def postbox(settings):
    with Postbox() as postbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", postbox.port
        yield postbox


def address(session, name="list"):
    return reverse(f"dialogues:undelivered-{name}", args=[session.dialogue.slug, session.pk])


def text(client, session):
    return client.get(address(session)).content.decode()


def test_when_everything_arrives_the_list_says_so(client, session, official):
    inviting.invite(session, ANA, by=official)
    deliver_due()
    client.force_login(official)
    assert "Everything has arrived" in text(client, session)


def test_who_did_not_get_the_invitation_is_listed_with_the_reason(client, session, official, postbox):
    postbox.refused = {ANA.address: "550 5.1.1 no such person ana@example.com"}
    for guest in (ANA, BOB):
        inviting.invite(session, guest, by=official)
    deliver_due()
    client.force_login(official)
    page = text(client, session)
    assert "Ana Pérez" in page
    assert "The address does not take mail." in page
    assert "550" not in page, "what servers say is for administrators"
    assert "Bob" not in page
    assert "Messages that did not arrive" in client.get(session.get_absolute_url()).content.decode()


def test_refused_and_given_up_are_told_apart(client, session, official):
    for guest in (ANA, BOB):
        inviting.invite(session, guest, by=official)
    Notification.objects.filter(address=ANA.address).update(status="bounced")
    Notification.objects.filter(address=BOB.address).update(status="failed")
    client.force_login(official)
    page = text(client, session)
    assert "refused the message" in page
    assert "in eight attempts" in page


def test_send_again_tries_even_an_address_that_took_no_mail(client, session, official):
    deliverability.bounced(ANA.address, for_good=True, said="550 no")
    inviting.invite(session, ANA, by=official)
    deliver_due()
    row = Notification.objects.get(address=ANA.address)
    assert (row.status, mail.outbox) == ("bounced", [])
    client.force_login(official)
    page = client.post(address(session, "again"), {"uid": row.uid}, follow=True).content.decode()
    assert "1 message is on its way again." in page
    assert "Everything has arrived" in page
    deliver_due()
    assert len(mail.outbox) == 1
    assert set(Activity.objects.filter(actor=official).values_list("verb", flat=True)) >= {
        "address_works_again",
        "mail_promised_again",
    }


def test_send_all_again(client, session, official):
    for guest in (ANA, BOB):
        inviting.invite(session, guest, by=official)
    Notification.objects.update(status="failed", attempts=8)
    client.force_login(official)
    assert "2 messages are on their way again." in client.post(address(session, "again"), follow=True).content.decode()
    deliver_due()
    assert len(mail.outbox) == 2


def test_what_she_follows_on_her_own_is_nobody_else_s_business(client, session, official, sme):
    notify([sme], "dialogues/session_invitation", about=session, followed=[1])
    Notification.objects.update(status="bounced")
    client.force_login(official)
    assert "Everything has arrived" in text(client, session)


def test_another_session_s_messages_are_not_touched(client, session, official):
    other = SessionFactory(scheduled=True, dialogue=session.dialogue)
    inviting.invite(other, ANA, by=official)
    Notification.objects.update(status="bounced")
    row = Notification.objects.get()
    client.force_login(official)
    assert "Everything has arrived" in text(client, session)
    assert client.post(address(session, "again"), {"uid": row.uid}).status_code == 404
    client.post(address(session, "again"))
    row.refresh_from_db()
    assert row.status == "bounced"


@pytest.mark.parametrize("uid", ["", "x", "\x00", str(uuid.UUID(int=0))])
def test_what_is_no_message_is_not_found(client, session, official, uid):
    client.force_login(official)
    assert client.post(address(session, "again"), {"uid": uid}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_more_rows(client, session, official, rows, django_assert_num_queries):
    for number in range(rows):
        guest = Guest(address=f"guest{number}@example.com", name="", language="en", time_zone="UTC")
        inviting.invite(session, guest, by=official)
    Notification.objects.update(status="bounced")
    client.force_login(official)
    client.get(address(session))
    with django_assert_num_queries(8):
        client.get(address(session))


def test_the_session_s_page_says_how_many_and_leads_there_only_when_there_are_any(client, session, official, sme):
    poll = SlotPoll.objects.create(session=session, zone="UTC", minutes=60, respond_by=timezone.now())
    followed = {"followed": [1]}
    client.force_login(official)
    page = session.get_absolute_url()
    assert address(session) not in client.get(page).content.decode()

    notify([Address("follower@example.com", "en")], "dialogues/session_near", about=session, own=lambda _one: followed)
    notify([Address("bob@example.com", "en"), Address("ana@example.com", "en")], "dialogues/session_near", about=poll)
    notify([official], "dialogues/session_near", about=session)
    Notification.objects.update(status="bounced")
    notify([sme], "dialogues/session_near", about=session)

    assert "Messages that did not arrive (3)" in client.get(page).content.decode()
    assert address(session) in client.get(page).content.decode()
    client.force_login(sme)
    assert address(session) not in client.get(page).content.decode()


def test_counting_them_is_one_query_by_the_index(session, official, django_assert_num_queries):
    notify([official], "dialogues/session_near", about=session)
    Notification.objects.update(status="failed")
    number_of_undelivered(session)
    with django_assert_num_queries(1) as asked:
        assert number_of_undelivered(session) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("notification_undelivered") == 3, plan
