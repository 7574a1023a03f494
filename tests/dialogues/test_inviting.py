"""Invitations: by link without an account, for organizations, passed on; and what every calendar is told."""

import re
import threading
from datetime import timedelta

import icalendar
import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from dialogues import answering, inviting, linking, registration, scheduling
from dialogues.inviting import Guest
from dialogues.models import Registration, Session, SessionInvitation
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    QuestionFactory,
    RegistrationFactory,
    SessionFactory,
    SessionInvitationFactory,
    wall,
)

pytestmark = pytest.mark.django_db
GUEST = Guest(address="ana@example.com", name="Ana Pérez", language="es", time_zone="America/Mexico_City")


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True, join_url="https://join.example/room", title_es="Primera sesión")


def told(address):
    """(kind, method, SEQUENCE, PARTSTAT) of the messages to a bare address, in order."""
    found = []
    for row in Notification.objects.filter(address=address).order_by("pk"):
        events = icalendar.Calendar.from_ical(row.calendar_body).walk("VEVENT") if row.calendar_body else []
        parts = [(int(event["SEQUENCE"]), str(event["ATTENDEE"].params["PARTSTAT"])) for event in events]
        found.append((row.kind.partition("/")[2], row.calendar_method, *(parts[0] if parts else ())))
    return found


def link(invitation):
    return linking.invitation_path(SessionInvitation.objects.get(pk=invitation.pk))


def test_a_person_without_an_account_answers_by_the_link_in_her_mail(client, session, official, mailoutbox):
    inviting.invite(session, GUEST, by=official)
    deliver_due()

    (mail,) = mailoutbox
    assert "ana@example.com" in mail.to[0]
    assert "Primera sesión" in mail.body
    path = re.search(r"https?://[^/]+(/es/dialogues/invitations/\S+)", mail.body)[1]
    page = client.get(path)
    assert page.status_code == 200
    assert "noindex" in page.content.decode()
    assert "join.example" not in page.content.decode()
    assert not Registration.objects.exists()

    client.post(path, {"answer": "yes", "interpretation": "zh-hant", "access_needs": "Ramp"})

    place = Registration.objects.get()
    assert (place.address, place.address_language, place.address_time_zone) == (
        "ana@example.com", "es", "America/Mexico_City",
    )  # fmt: skip
    assert (place.status, place.partstat, place.interpretation, place.access_needs) == (
        "confirmed", "ACCEPTED", "zh-hant", "Ramp",
    )  # fmt: skip
    assert SessionInvitation.objects.get().status == "accepted"
    assert "join.example" in client.get(path).content.decode()
    assert told("ana@example.com") == [
        ("session_invitation", "REQUEST", 0, "NEEDS-ACTION"),
        ("registration_confirmed", "REQUEST", 0, "ACCEPTED"),
    ]
    deliver_due()
    assert "/es/dialogues/invitations/" in mailoutbox[-1].body


def test_perhaps_then_no_then_yes_keeps_her_calendar_right(session, official):
    invitation = inviting.invite(session, GUEST, by=official)

    assert answering.say_perhaps(invitation, by=None).status == "pending"
    answering.decline(invitation, by=None)
    assert answering.decline(invitation, by=None).status == "declined"
    place = answering.accept(invitation, by=None)

    assert (place.status, SessionInvitation.objects.get().status) == ("confirmed", "accepted")
    assert told("ana@example.com") == [
        ("session_invitation", "REQUEST", 0, "NEEDS-ACTION"),
        ("answer_noted", "REQUEST", 0, "TENTATIVE"),
        ("registration_cancelled", "CANCEL", 1, "DECLINED"),
        ("registration_confirmed", "REQUEST", 2, "ACCEPTED"),
    ]


def test_perhaps_holds_no_place_and_keeps_one_that_is_there(session, official):
    session.capacity = 1
    session.save(update_fields=["capacity"])
    undecided = inviting.invite(session, GUEST, by=official)
    answering.say_perhaps(undecided, by=None)
    holder = RegistrationFactory(session=session)

    assert answering.accept(undecided, by=None).status == "waitlisted"
    kept = registration.answer(holder, partstat="TENTATIVE", by=holder.user)

    assert (kept.status, kept.partstat) == ("confirmed", "TENTATIVE")
    assert told("ana@example.com")[-1] == ("registration_waitlisted", "")


def test_the_invited_hear_of_changes_and_of_the_cancellation(session, official):
    inviting.invite(session, GUEST, by=official)
    starts = wall(60)

    scheduling.reschedule(
        Session.objects.get(), zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1),
        by=official,
    )  # fmt: skip
    scheduling.cancel(Session.objects.get(), reason="A storm.", by=official)

    assert [row[:3] for row in told("ana@example.com")] == [
        ("session_invitation", "REQUEST", 0),
        ("session_rescheduled", "REQUEST", 1),
        ("session_cancelled", "CANCEL", 2),
    ]


def test_who_is_invited_to_a_draft_is_told_when_it_is_scheduled(us, tw, official):
    draft = SessionFactory()
    inviting.invite(draft, GUEST, by=official)
    assert told("ana@example.com") == []

    starts = wall(30)
    scheduling.schedule(
        draft, zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1), by=official
    )

    assert [row[:2] for row in told("ana@example.com")] == [("session_invitation", "REQUEST")]


def test_whose_address_is_proved_to_be_an_accounts_is_invited_as_that_person(client, session, official, sme):
    EmailAddress.objects.create(user=sme, email="sara@work.example", verified=True)

    invitation = inviting.invite(session, Guest(address="SARA@work.example", name="Sara"), by=official)

    assert (invitation.user, invitation.address) == (sme, "")
    client.force_login(sme)
    assert "/en/dialogues/invitations/" in client.get(session.get_absolute_url()).content.decode()
    place = registration.register(session, user=sme, by=sme)
    assert SessionInvitation.objects.get().registration == place


def test_an_invitation_opens_a_session_among_the_parties_and_its_closed_registration(client, session, official, sme):
    Session.objects.update(is_public=False)
    session.refresh_from_db()
    registration.set_limits(
        session, opens_at=None, closes_at=session.starts_at - timedelta(days=300), capacity=None, quotas={}, by=official
    )
    invitation = inviting.invite(session, Guest(user=sme, role="speaker"), by=official)
    client.force_login(sme)
    assert client.get(session.get_absolute_url()).status_code == 404

    client.post(link(invitation), {"answer": "yes"})

    assert Registration.objects.get().role == "speaker"
    assert client.get(session.get_absolute_url()).status_code == 200


def test_nobody_is_invited_twice_or_when_registered(session, official, sme):
    inviting.invite(session, GUEST, by=official)
    RegistrationFactory(session=session, user=sme)

    for guest, code in [
        (Guest(address="Ana@Example.com", name="Ana"), "already_invited"),
        (Guest(user=sme), "already_registered"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            inviting.invite(session, guest, by=official)
        assert refusal.value.code == code
    for guest, field in [
        (Guest(address="not an address", name="A"), "address"),
        (Guest(address="b@example.com", name="Win at http://spam.example"), "name"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            inviting.invite(session, guest, by=official)
        assert list(refusal.value.error_dict) == [field]
    assert SessionInvitation.objects.count() == 1


def test_an_organization_is_invited_whole_or_by_one_contact(session, official):
    firm = OrganizationFactory(code="TW")
    member, manager, gone = UserFactory(), UserFactory(), UserFactory(is_active=False)
    for person, role in ((member, "member"), (manager, "manager"), (gone, "manager")):
        join(person, firm, role=role)

    (contact,) = inviting.invite_organization(session, firm, everyone=False, by=official)
    rest = inviting.invite_organization(session, firm, everyone=True, by=official)

    assert (contact.user, [invitation.user for invitation in rest]) == (manager, [member])
    assert answering.accept(contact, by=manager).economy_id == "TW"
    with pytest.raises(ValidationError) as refusal:
        inviting.invite_organization(session, OrganizationFactory(), everyone=True, by=official)
    assert refusal.value.code == "nobody"


def test_the_place_goes_over_to_the_colleague_and_to_nobody_who_waits(client, session, official):
    session.capacity = 1
    session.save(update_fields=["capacity"])
    invitation = inviting.invite(session, GUEST, by=official)
    answering.accept(invitation, by=None)
    waits = registration.register(session, user=UserFactory(sme_in="US"), by=official)

    response = client.post(
        reverse("dialogues:invitation-pass-on", args=[linking.invitation_token(invitation)]),
        {"name": "Luis", "address": "luis@example.com"},
    )
    assert response.status_code == 302

    colleague = SessionInvitation.objects.get(address="luis@example.com")
    waits.refresh_from_db()
    assert (colleague.registration.status, colleague.registration.partstat) == ("confirmed", "NEEDS-ACTION")
    assert waits.status == "waitlisted"
    assert Registration.objects.get(address="ana@example.com").partstat == "DELEGATED"
    assert told("luis@example.com") == [("session_invitation", "REQUEST", 1, "NEEDS-ACTION")]
    assert told("ana@example.com")[-1][:2] == ("registration_cancelled", "CANCEL")
    assert Notification.objects.get(address="luis@example.com").context["passed_on_by"] == "Ana Pérez"

    answering.decline(colleague, by=None)
    waits.refresh_from_db()
    assert waits.status == "confirmed"


def test_an_invitation_is_passed_on_twice_at_most_and_never_by_a_used_link(session, official):
    rows = [inviting.invite(session, GUEST, by=official)]
    for name in ("b", "c"):
        rows.append(answering.pass_on(rows[-1], address=f"{name}@example.com", name=name, by=None))

    for row, code in ((rows[0], "not_open"), (rows[-1], "passed_on_too_often")):
        with pytest.raises(ValidationError) as refusal:
            answering.pass_on(row, address="d@example.com", name="d", by=None)
        assert refusal.value.code == code
    assert told("ana@example.com")[-1][:2] == ("invitation_closed", "CANCEL")


def test_a_withdrawn_invitation_gives_its_place_back_and_its_link_is_useless(client, session, official):
    session.capacity = 1
    session.save(update_fields=["capacity"])
    invitation = inviting.invite(session, GUEST, by=official)
    answering.accept(invitation, by=None)
    waits = registration.register(session, user=UserFactory(), by=official)
    path = link(invitation)

    inviting.withdraw(invitation, by=official)

    waits.refresh_from_db()
    assert waits.status == "confirmed"
    assert client.get(path).status_code == 404
    assert client.post(path, {"answer": "yes"}).status_code == 404
    again = inviting.invite(session, GUEST, by=official)
    sequences = [row[2] for row in told("ana@example.com")]
    assert sequences == sorted(sequences)
    assert told("ana@example.com")[-1] == ("session_invitation", "REQUEST", sequences[-2] + 1, "NEEDS-ACTION")
    assert client.get(link(again)).status_code == 200


def test_sending_it_again_makes_the_older_link_useless(client, session, official):
    invitation = inviting.invite(session, GUEST, by=official)
    old = link(invitation)

    inviting.invite_again(invitation, by=official)

    assert client.get(old).status_code == 404
    assert client.get(link(invitation)).status_code == 200
    assert len(told("ana@example.com")) == 2


@pytest.mark.parametrize("token", ["x", "a:b:c", "WzEsMF0:1abc:xyz"])
def test_a_wrong_link_gets_a_page_that_helps(client, session, token):
    for address in (f"/en/dialogues/invitations/{token}/", f"/en/dialogues/invitations/{token}/pass-on/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "newer mail" in response.content.decode()


def test_after_the_session_the_link_says_that_it_is_over(client, session, official):
    invitation = inviting.invite(session, GUEST, by=official)
    path = link(invitation)

    with time_machine.travel(session.ends_at + timedelta(minutes=1)):
        page = client.get(path).content.decode()
        client.post(path, {"answer": "yes"})

    assert "This session is over" in page
    assert 'name="answer"' not in page
    assert not Registration.objects.exists()


def test_the_link_asks_what_everybody_is_asked(client, session, official):
    question = QuestionFactory(session=session, is_required=True)
    path = link(inviting.invite(session, GUEST, by=official))

    refused = client.post(path, {"answer": "yes"})
    assert refused.status_code == 200
    assert not Registration.objects.exists()
    client.post(path, {"answer": "yes", f"question_{question.pk}": "By train"})

    assert Registration.objects.get().replies.get().value == "By train"
    assert client.post(path, {"answer": "nonsense\x00"}).status_code == 400


def test_a_template_brings_its_invitees_into_the_next_session(session, official, sme):
    inviting.invite_all(session, [GUEST, Guest(user=sme, role="speaker")], by=official)
    inviting.withdraw(SessionInvitation.objects.get(user=sme), by=official)
    later = SessionFactory(dialogue=session.dialogue)

    inviting.copy(session, later, by=official)
    inviting.copy(session, later, by=official)

    (copied,) = later.invitations.all()
    assert (copied.address, copied.name, copied.language) == ("ana@example.com", "Ana Pérez", "es")


@pytest.mark.django_db(transaction=True)
def test_a_link_clicked_twice_at_once_gives_one_place(us, tw):
    session = SessionFactory(scheduled=True)
    invitation = SessionInvitationFactory(session=session)
    barrier, outcomes = threading.Barrier(2), []

    def click():
        try:
            row = SessionInvitation.objects.select_related("session").get(pk=invitation.pk)
            barrier.wait(10)
            outcomes.append(answering.accept(row, by=None).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert outcomes == ["confirmed", "confirmed"]
    assert Registration.objects.count() == 1
