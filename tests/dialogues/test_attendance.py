"""Checking in, counting, the list for a spreadsheet; and the questions to everybody."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from dialogues import attendance, questions, registration
from dialogues.models import Question
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import QuestionFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True)


def refused(verb, *args, **wanted):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **wanted)
    return refusal.value.code


def test_people_check_in_from_half_an_hour_before_until_the_end(session):
    place = RegistrationFactory(session=session)
    doors = session.starts_at - timedelta(minutes=30)

    with time_machine.travel(doors - timedelta(seconds=1), tick=False):
        assert refused(attendance.check_in, place, by=place.user) == "too_early"
    with time_machine.travel(session.ends_at + timedelta(seconds=1), tick=False):
        assert refused(attendance.check_in, place, by=place.user) == "over"
    with time_machine.travel(doors, tick=False):
        place = attendance.check_in(place, by=place.user)
        assert (place.attended, place.checked_in_at) == (True, doors)
    with time_machine.travel(session.starts_at, tick=False):
        assert attendance.check_in(place, by=place.user).checked_in_at == doors


def test_only_who_has_a_place_checks_in(session):
    waits = RegistrationFactory(session=session, status="waitlisted")

    with time_machine.travel(session.starts_at, tick=False):
        assert refused(attendance.check_in, waits, by=waits.user) == "not_confirmed"
        assert refused(attendance.mark, waits, attended=True, by=None) == "not_confirmed"


def test_the_secretariat_notes_who_was_there_until_the_session_is_closed(session, official):
    place = RegistrationFactory(session=session)
    assert refused(attendance.mark, place, attended=True, by=official) == "too_early"

    with time_machine.travel(session.ends_at + timedelta(days=3), tick=False):
        assert attendance.mark(place, attended=True, by=official).attended is True
        absent = attendance.mark(place, attended=False, by=official)
        assert (absent.attended, absent.checked_in_at) == (False, None)
        session.status = "closed"
        session.save(update_fields=["status"])
        assert refused(attendance.mark, place, attended=True, by=official) == "closed"


def test_attendance_is_counted_by_economy_and_kind_without_names(session, us, tw):
    for person, attended in [
        (UserFactory(sme_in="TW"), True),
        (UserFactory(sme_in="TW"), None),
        (UserFactory(official_of="US"), True),
    ]:
        organization = person.active_memberships[0].organization
        RegistrationFactory(
            session=session, user=person, organization=organization, economy=organization.economy, attended=attended
        )
    RegistrationFactory(session=session)
    RegistrationFactory(session=session, status="waitlisted")

    rows = attendance.counted(session)

    assert {(row.economy and row.economy.pk, row.kind, row.confirmed, row.attended) for row in rows} == {
        ("US", "agency", 1, 1), ("TW", "sme", 2, 1), (None, "", 1, 0),
    }  # fmt: skip
    assert rows[-1].economy is None
    assert sum(row.attended for row in attendance.by_economy(session)) == 2


def test_the_list_for_a_spreadsheet_holds_no_formula_and_no_address(client, session, official):
    person = UserFactory(full_name="=HYPERLINK(evil)")
    question = QuestionFactory(session=session, choice=True, label_en="@Dinner")
    place = RegistrationFactory(session=session, user=person, access_needs="+1 seat")
    place.replies.create(question=question, value="1")
    client.force_login(official)

    response = client.get(reverse("dialogues:people-table", args=[session.dialogue.slug, session.pk]))

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    cells = rows[0] + rows[1]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert rows[1][-1] == "Meat"
    assert "example.com" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_questions_are_asked_in_order_and_answered_by_number(session, official, sme):
    meal = questions.add(
        session, kind="choice", labels={"en": "Meal", "zh-hant": "餐點"},
        choices={"en": "Fish\nMeat", "zh-hant": "魚\n\n肉"}, is_required=True, by=official,
    )  # fmt: skip
    visit = questions.add(session, kind="yes_no", labels={"en": "Visit the plant?"}, by=official)

    for answers, code in [({}, "required"), ({meal.pk: "2"}, "invalid_choice"), ({meal.pk: "-1"}, "invalid_choice")]:
        with pytest.raises(ValidationError) as refusal:
            registration.register(session, user=sme, answers=answers, by=sme)
        assert refusal.value.error_dict[f"question_{meal.pk}"][0].code == code
    place = registration.register(session, user=sme, answers={meal.pk: "1", visit.pk: "yes"}, by=sme)

    reply = place.replies.get(question=meal)
    assert questions.in_words(reply) == "Meat"
    with translation.override("zh-hant"):
        assert questions.in_words(reply) == "肉"
    assert questions.move_up(visit, by=official).order < Question.objects.get(pk=meal.pk).order
    registration.revise(place, interpretation="", access_needs="", answers={meal.pk: "0"}, by=sme)
    assert list(place.replies.values_list("question", "value")) == [(meal.pk, "0")]


def test_what_people_have_answered_stays_asked(session, official):
    question = QuestionFactory(session=session, choice=True)
    RegistrationFactory(session=session).replies.create(question=question, value="2")
    labels = {"en": "Which meal?"}

    assert refused(questions.remove, question, by=official) == "answered"
    fewer = {"en": "Fish\nMeat", "zh-hant": "魚\n肉"}
    assert refused(questions.revise, question, labels=labels, choices=fewer, by=official) == "answered"
    more = {"en": "Fish\nMeat\nNeither\nBoth", "zh-hant": "魚\n肉\n都不要\n都要"}
    assert questions.revise(question, labels=labels, choices=more, by=official).choices_en.endswith("Both")


@pytest.mark.parametrize("choices", [{}, {"en": "One"}, {"en": "A\nB", "fr": "A\nB\nC"}, {"en": "x\n" * 31}])
def test_choices_are_equally_many_in_every_language(session, official, choices):
    assert refused(questions.add, session, kind="choice", labels={"en": "?"}, choices=choices, by=official) == "choices"


def test_a_template_brings_its_questions_into_the_next_session(session, official):
    QuestionFactory.create_batch(2, session=session)
    question = QuestionFactory(session=session, choice=True)
    later = SessionFactory(dialogue=session.dialogue)

    assert (questions.copy(session, later, by=official), questions.copy(session, later, by=official)) == (3, 0)
    copied = later.questions.last()
    assert (copied.choices_zh_hant, copied.label_en) == (question.choices_zh_hant, question.label_en)
    questions.remove(later.questions.first(), by=official)
    assert list(later.questions.values_list("order", flat=True)) == [1, 2]
