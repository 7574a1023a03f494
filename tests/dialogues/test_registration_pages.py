"""The pages around places: registering, one's own place, and what the secretariat sets, asks, invites and notes."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues import inviting, linking, registration
from dialogues.models import Registration, SessionInvitation
from dialogues.views import answering as answering_views
from portal import limits
from portal.languages import Language
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    QuestionFactory,
    RegistrationFactory,
    SessionFactory,
    SessionInvitationFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True, join_url="https://join.example/room")


def url(name, session, *more):
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk, *more])


def text(response):
    return response.content.decode()


def test_a_firm_registers_with_its_needs_and_changes_its_mind(client, session, sme):
    meal = QuestionFactory(session=session, choice=True, is_required=True)
    why = QuestionFactory(session=session, label_en="Why do you come?")
    firm = sme.active_memberships[0].organization
    client.force_login(sme)

    refused = client.post(url("session-register", session), {"organization": firm.pk, "access_needs": "A ramp"})
    assert f'href="#id_question_{meal.pk}_group"' in text(refused)
    assert "A ramp" in text(refused)
    client.post(
        url("session-register", session),
        {"organization": firm.pk, "access_needs": "A ramp", "interpretation": "zh-hant", f"question_{meal.pk}": "0"},
    )
    place = Registration.objects.get()
    assert (place.organization, place.access_needs, place.interpretation) == (firm, "A ramp", "zh-hant")

    page = text(client.get(url("place-detail", session)))
    assert "You have a place" in page
    assert "A ramp" in page
    client.post(
        url("place-detail", session),
        {f"question_{meal.pk}": "2", f"question_{why.pk}": "To listen", "access_needs": ""},
    )
    client.post(url("place-answer", session), {"answer": "perhaps"})

    place.refresh_from_db()
    assert (place.access_needs, place.partstat, place.status) == ("", "TENTATIVE", "confirmed")
    assert {reply.question: reply.value for reply in place.replies.all()} == {meal: "2", why: "To listen"}
    assert client.post(url("place-answer", session), {"answer": "no"}).url == url("session-unregister", session)
    assert client.post(url("place-answer", session), {"answer": "x"}).status_code == 302


def test_the_page_says_when_one_would_wait_and_where_one_stands(client, session, sme, official):
    registration.set_limits(session, opens_at=None, closes_at=None, capacity=1, quotas={"US": 1}, by=official)
    RegistrationFactory(session=session, economy_id="US")
    client.force_login(sme)

    assert "Join the waiting list" in text(client.get(session.get_absolute_url()))
    assert "All places are taken" in text(client.get(url("session-register", session)))
    client.post(url("session-register", session), {"organization": ""})

    page = text(client.get(session.get_absolute_url()))
    assert "You are the next one." in page
    assert "join.example" not in page


@pytest.mark.parametrize(("opens", "closes", "said"), [(1, 2, "has not opened yet"), (-2, -1, "has closed")])
def test_outside_its_days_registration_says_so(client, session, sme, official, *, opens, closes, said):
    now = session.starts_at - timedelta(days=5)
    registration.set_limits(
        session, opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes), capacity=None,
        quotas={}, by=official,
    )  # fmt: skip

    with time_machine.travel(now):
        client.force_login(sme)
        page = text(client.get(url("session-register", session)))
        assert "Register for the session</a>" not in text(client.get(session.get_absolute_url()))
        client.post(url("session-register", session), {"organization": ""})

    assert f"Registration {said}" in page
    assert not Registration.objects.exists()


def test_people_check_themselves_in(client, session):
    mine = RegistrationFactory(session=session)
    guest = SessionInvitationFactory(session=session)
    path = linking.invitation_path(guest)
    client.post(path, {"answer": "yes"})
    client.force_login(mine.user)
    assert "Check in</button>" not in text(client.get(url("place-detail", session)))

    with time_machine.travel(session.starts_at):
        client.force_login(mine.user)
        assert "Check in</button>" in text(client.get(url("place-detail", session)))
        client.post(url("place-check-in", session))
        client.logout()
        assert "Check in</button>" in text(client.get(path))
        client.post(reverse("dialogues:invitation-check-in", args=[linking.invitation_token(guest)]))

    assert [place.attended for place in Registration.objects.all()] == [True, True]


def test_the_secretariat_sets_days_places_and_quotas_by_the_clock_of_the_session(client, session, official):
    client.force_login(official)
    address = url("registration-set", session)

    refused = client.post(address, {"opens_at": "2099-05-02T09:00", "closes_at": "2099-05-01T09:00", "capacity": "-1"})
    assert set(refused.context["form"].errors) == {"capacity"}
    refused = client.post(address, {"opens_at": "2099-05-02T09:00", "closes_at": "2099-05-01T09:00"})
    assert set(refused.context["form"].errors) == {"closes_at"}
    client.post(address, {"opens_at": "2099-05-01T09:00", "capacity": "40", "quota_US": "15", "quota_TW": ""})

    session.refresh_from_db()
    assert session.registration_opens_at.isoformat() == "2099-05-01T01:00:00+00:00"  # 09:00 in Taipei
    assert (session.capacity, list(session.quotas.values_list("economy", "places"))) == (40, [("US", 15)])
    assert 'value="2099-05-01T09:00"' in text(client.get(address))


def test_the_secretariat_writes_its_questions(client, session, official):
    client.force_login(official)
    new = url("question-add", session)

    assert "choices" in text(client.post(new, {"kind": "choice", "label_en": "Meal", "choices_en": "Fish"}))
    client.post(new, {"kind": "choice", "label_en": "Meal", "choices_en": "Fish\nMeat", "is_required": "on"})
    client.post(new, {"kind": "yes_no", "label_en": "Visit?"})
    meal, visit = session.questions.all()
    client.post(url("question-move", session, visit.pk))
    client.post(url("question-revise", session, meal.pk), {"label_en": "Which meal?", "choices_en": "Fish\nMeat\nNone"})
    page = text(client.get(url("registration-set", session)))
    client.post(url("question-remove", session, visit.pk))

    assert page.index("Visit?") < page.index("Which meal?")
    (left,) = session.questions.all()
    assert (left.label_en, left.is_required, left.order) == ("Which meal?", False, 1)


def test_the_secretariat_invites_a_person_and_an_organization(client, session, official):
    firm = OrganizationFactory(chamber=True, name="Cámara de Puebla", code="TW")
    for role in ("manager", "member"):
        join(UserFactory(), firm, role=role)
    client.force_login(official)
    address = url("invitation-list", session)
    person = {"name": "Ana", "address": "ana@example.com", "language": "es", "role": "speaker"}

    client.post(address, person)
    assert "invited already" in text(client.post(address, person))
    found = client.get(address, {"q": "puebla"})
    assert "Cámara de Puebla" in text(found)
    client.post(
        url("invitation-organization", session), {"organization": firm.pk, "everyone": "everyone", "role": "observer"}
    )
    client.post(url("invitation-organization", session), {"organization": "x\x00", "everyone": "z"})

    assert SessionInvitation.objects.count() == 3
    ana = SessionInvitation.objects.get(address="ana@example.com")
    client.post(url("invitation-again", session, ana.pk))
    client.post(url("invitation-withdraw", session, ana.pk))
    ana.refresh_from_db()
    assert (ana.status, ana.generation, ana.role) == ("withdrawn", 1, "speaker")
    for bad in ({"q": "\x00"}, {"page": "-1"}, {"page": "abc"}, {"q": "%"}):
        assert client.get(address, bad).status_code == 200


def test_the_secretariat_finds_people_notes_who_is_there_and_gives_places_back(client, session, official):
    session.capacity = 1
    session.save(update_fields=["capacity"])
    there = RegistrationFactory(session=session, user=UserFactory(full_name="Ana There"), access_needs="A ramp")
    waits = registration.register(session, user=UserFactory(full_name="Walt Waits"), by=official)
    client.force_login(official)
    address = url("people-list", session)

    page = text(client.get(address))
    assert "A ramp" in page
    assert page.index("Ana There") < page.index("Walt Waits")
    assert "Walt" not in text(client.get(address, {"q": "ana"}))
    assert "Ana" not in text(client.get(address, {"state": "waitlisted"}))
    for bad in ({"state": "x"}, {"economy": "ÿ\x00"}, {"page": "0"}, {"page": "999999"}, {"q": "\x00"}):
        assert client.get(address, bad).status_code == 200
    with time_machine.travel(session.starts_at):
        client.force_login(official)
        response = client.post(url("person-attended", session, there.pk) + "?state=confirmed", {"attended": "yes"})
        assert response.url == f"{address}?state=confirmed"
    there.refresh_from_db()
    assert there.attended
    client.post(url("person-cancel", session, there.pk))
    waits.refresh_from_db()
    assert waits.status == "confirmed"


def test_lists_ask_as_little_for_three_as_for_one(client, session, official):
    """Compared, because the head of an official's page asks for what waits on her desk besides."""
    question = QuestionFactory(session=session)
    client.force_login(official)
    client.get(url("people-list", session))
    asked = []

    for count in (1, 2):
        for _ in range(count):
            user = UserFactory(sme_in="TW")
            organization = user.active_memberships[0].organization
            place = RegistrationFactory(session=session, user=user, organization=organization, economy_id="TW")
            place.replies.create(question=question, value="Yes")
            SessionInvitationFactory(session=session)
            QuestionFactory(session=session)
        with CaptureQueriesContext(connection) as queries:
            for name in ("people-list", "invitation-list", "registration-set"):
                client.get(url(name, session))
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_too_many_answers_from_one_place_are_refused_and_change_nothing(client, session):
    path = linking.invitation_path(SessionInvitationFactory(session=session))
    here = "192.0.2.77"

    for _ in range(answering_views.AN_HOUR):
        limits.take("session-invitation", here, at_most=answering_views.AN_HOUR, seconds=60)

    assert client.post(path, {"answer": "yes"}, REMOTE_ADDR=here).status_code == 429
    assert not Registration.objects.exists()
    assert client.post(path, {"answer": "yes"}, REMOTE_ADDR="192.0.2.78").status_code == 302


def test_an_invitation_waits_on_the_desk_until_it_is_answered(client, session, sme, official):
    invitation = inviting.invite(session, inviting.Guest(user=sme), by=official)
    client.force_login(sme)
    path = linking.invitation_path(invitation)

    assert "/dialogues/invitations/" in text(client.get(reverse("desk")))
    client.post(path, {"answer": "no"})
    assert "/dialogues/invitations/" not in text(client.get(reverse("desk")))
    assert Notification.objects.filter(recipient=sme).latest("pk").calendar_method == "CANCEL"


@pytest.mark.parametrize("language", Language.values)
def test_pages_are_rendered_in_every_language(client, session, official, language):
    place = RegistrationFactory(session=session, user=official)
    QuestionFactory(session=session, choice=True)
    invitation = SessionInvitationFactory(session=session)
    client.force_login(official)

    paths = [
        url(name, session)
        for name in ("place-detail", "registration-set", "question-add", "invitation-list", "people-list")
    ]
    paths += [linking.invitation_path(invitation), url("people-table", session), url("session-register", session)]
    for path in paths:
        response = client.get(path.replace("/en/", f"/{language}/", 1))
        assert response.status_code == (302 if "register" in path else 200), path
    assert place.status == "confirmed"


def test_a_place_freed_by_a_deleted_account_goes_to_who_waits(session):
    session.capacity = 1
    session.save(update_fields=["capacity"])
    leaver = RegistrationFactory(session=session).user
    waits = registration.register(session, user=UserFactory(), by=None)

    leaver.delete()
    assert registration.fill_free_places() == 1
    assert registration.fill_free_places() == 0

    waits.refresh_from_db()
    assert waits.status == "confirmed"
