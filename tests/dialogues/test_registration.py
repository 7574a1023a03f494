"""Taking part: who may, once each, and what her own calendar is told."""

import threading
from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from dialogues import registration, scheduling
from dialogues.models import Registration, Session
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.dialogues import DialogueFactory, RegistrationFactory, SessionFactory, wall

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True, join_url="https://join.example/room")


def promised(user):
    """(kind, method, SEQUENCE) of a person's messages, in order."""
    found = []
    for row in Notification.objects.filter(recipient=user).order_by("pk"):
        (event,) = icalendar.Calendar.from_ical(row.calendar_body).walk("VEVENT")
        found.append((row.kind.partition("/")[2], row.calendar_method, int(event["SEQUENCE"])))
    return found


def test_a_person_gets_a_confirmed_place_and_a_calendar_entry(session, sme):
    organization = sme.active_memberships[0].organization

    place = registration.register(session, user=sme, organization=organization, by=sme)

    assert (place.status, place.partstat, place.role) == ("confirmed", "ACCEPTED", "observer")
    assert place.organization == organization
    assert promised(sme) == [("registration_confirmed", "REQUEST", 0)]


def test_officials_of_the_parties_come_as_delegates(session, official, official_mx):
    assert registration.register(session, user=official, by=official).role == "delegate"
    assert registration.register(session, user=official_mx, by=official_mx).role == "observer"


def test_registering_twice_is_refused(session, sme):
    registration.register(session, user=sme, by=sme)

    with pytest.raises(ValidationError) as refusal:
        registration.register(session, user=sme, by=sme)

    assert refusal.value.code == "already_registered"
    assert len(promised(sme)) == 1


@pytest.mark.parametrize("state", ["draft", "held", "past", "cancelled"])
def test_only_what_is_scheduled_takes_registrations(us, tw, sme, state):
    made = {
        "draft": {},
        "held": {"held": True},
        "past": {"past": True},
        "cancelled": {"scheduled": True, "status": "cancelled"},
    }
    session = SessionFactory(**made[state])

    with pytest.raises(ValidationError) as refusal:
        registration.register(session, user=sme, by=sme)

    assert refusal.value.code == "closed"


def test_a_session_that_is_over_takes_no_registrations_even_if_nobody_marked_it(session, sme):
    with time_machine.travel(session.ends_at + timedelta(minutes=1)), pytest.raises(ValidationError) as refusal:
        registration.register(session, user=sme, by=sme)

    assert refusal.value.code == "closed"


def test_a_session_for_officials_takes_only_them(us, tw, sme, official):
    session = SessionFactory(scheduled=True, is_public=False)

    with pytest.raises(PermissionDenied):
        registration.register(session, user=sme, by=sme)
    assert registration.register(session, user=official, by=official).role == "delegate"


def test_nobody_registers_for_an_organization_she_does_not_belong_to(session, sme):
    with pytest.raises(ValidationError) as refusal:
        registration.register(session, user=sme, organization=OrganizationFactory(), by=sme)

    assert refusal.value.code == "organization"


def test_cancelling_takes_it_out_of_her_calendar_alone(session, sme, sme_tw):
    mine = registration.register(session, user=sme, by=sme)
    registration.register(session, user=sme_tw, by=sme_tw)

    mine = registration.cancel_registration(mine, by=sme)

    assert (mine.status, mine.partstat) == ("cancelled", "DECLINED")
    assert promised(sme)[-1] == ("registration_cancelled", "CANCEL", 1)
    assert [kind for kind, _m, _s in promised(sme_tw)] == ["registration_confirmed"]
    text = Notification.objects.filter(recipient=sme).order_by("pk").last().calendar_body
    assert "STATUS:CANCELLED" not in text
    assert sme_tw.email not in text
    assert "join.example" not in text


def test_who_cancelled_hears_of_no_further_change(session, sme, official):
    mine = registration.register(session, user=sme, by=sme)
    registration.cancel_registration(mine, by=sme)

    starts = wall(60)
    scheduling.reschedule(
        Session.objects.get(), zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1),
        by=official,
    )  # fmt: skip

    assert promised(sme)[-1][0] == "registration_cancelled"


def test_who_comes_back_gets_a_higher_number_than_her_cancellation(session, sme):
    for _ in range(2):
        place = registration.register(session, user=sme, by=sme)
        registration.cancel_registration(place, by=sme)
    registration.register(session, user=sme, by=sme)

    numbers = [sequence for _kind, _method, sequence in promised(sme)]
    assert numbers == sorted(set(numbers))
    assert Registration.objects.filter(user=sme).count() == 3


def test_a_place_is_cancelled_once(session, sme):
    place = registration.register(session, user=sme, by=sme)
    registration.cancel_registration(place, by=sme)

    with pytest.raises(ValidationError) as refusal:
        registration.cancel_registration(place, by=sme)

    assert refusal.value.code == "illegal_move"


def test_rescheduling_keeps_the_answer_of_the_registered(session, sme, official):
    registration.register(session, user=sme, by=sme)
    starts = wall(60)

    scheduling.reschedule(
        session, zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1), by=official
    )

    row = Notification.objects.filter(recipient=sme).order_by("pk").last()
    (event,) = icalendar.Calendar.from_ical(row.calendar_body).walk("VEVENT")
    assert (row.kind, event["ATTENDEE"].params["PARTSTAT"]) == ("dialogues/session_rescheduled", "ACCEPTED")


def test_who_still_waits_for_confirmation_is_told_but_gets_no_link(session, official):
    waiting = RegistrationFactory(session=session, status="pending", partstat="NEEDS-ACTION").user
    starts = wall(60)

    scheduling.reschedule(
        session, zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1), by=official
    )

    row = Notification.objects.get(recipient=waiting)
    assert "join.example" not in row.calendar_body.replace("\r\n ", "")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_give_one_place(us, tw):
    session, user = SessionFactory(scheduled=True), UserFactory()
    barrier = threading.Barrier(2)
    outcomes = []

    def click():
        try:
            barrier.wait(10)
            registration.register(session, user=user, by=user)
            outcomes.append("registered")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["already_registered", "registered"]
    assert Registration.objects.count() == 1
    assert Notification.objects.count() == 1


VERBS = ["reschedule", "revise", "register", "unregister", "cancel"]


class CalendarsOfEverybody(HypothesisTestCase):
    """Whatever happens to a session, every person's calendar can follow it."""

    @settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(st.sampled_from(VERBS), max_size=8))
    def test_one_uid_and_numbers_that_bring_back_what_was_cancelled(self, steps):
        official, person = UserFactory(official_of="TW"), UserFactory()
        session = SessionFactory(dialogue=DialogueFactory())
        starts = wall(30)
        times = {"zone": "Asia/Taipei", "starts_local": starts, "ends_local": starts + timedelta(hours=1)}
        session = scheduling.schedule(session, **times, by=official)
        for number, step in enumerate(steps):
            self.take(step, number, Session.objects.get(pk=session.pk), official, person)

        for user in (official, person):
            self.check(user, session.uid)

    def take(self, step, number, session, official, person):
        starts = wall(40 + number)
        verbs = {
            "reschedule": lambda: scheduling.reschedule(
                session, zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1), by=official
            ),
            "revise": lambda: scheduling.revise_session(
                session, titles={"en": session.title_en}, venue=f"Room {number}", by=official
            ),
            "register": lambda: registration.register(session, user=person, by=person),
            "unregister": lambda: registration.cancel_registration(
                session.registrations.open().get(user=person), by=person
            ),
            "cancel": lambda: scheduling.cancel(session, reason="Because.", by=official),
        }
        try:
            verbs[step]()
        except (ValidationError, Registration.DoesNotExist):
            return  # not possible now: nothing may have been promised, which check() sees

    def check(self, user, uid):
        last, was = -1, ""
        for row in Notification.objects.filter(recipient=user).order_by("pk"):
            (event,) = icalendar.Calendar.from_ical(row.calendar_body).walk("VEVENT")
            sequence = int(event["SEQUENCE"])
            assert event["UID"] == uid
            assert sequence >= last
            assert sequence > last or (was, row.calendar_method) == ("REQUEST", "REQUEST")
            last, was = sequence, row.calendar_method


@pytest.mark.django_db
def test_an_official_who_left_her_agency_loses_a_session_among_the_parties_at_once(client, us, tw):
    session = SessionFactory(scheduled=True, is_public=False, join_url="https://join.example/closed")
    leaver, stays = UserFactory(official_of="US"), UserFactory(official_of="TW")
    for person in (leaver, stays):
        registration.register(session, user=person, by=person)
    leaver.memberships.update(status="ended")
    leaver.forget_memberships()
    Notification.objects.all().delete()

    starts = wall(60)
    scheduling.reschedule(
        session, zone="Asia/Taipei", starts_local=starts, ends_local=starts + timedelta(hours=1), by=stays
    )

    assert [row.recipient for row in Notification.objects.all()] == [stays]
    client.force_login(leaver)
    assert client.get(session.get_absolute_url()).status_code == 404
    client.force_login(stays)
    assert "join.example/closed" in client.get(session.get_absolute_url()).content.decode()
