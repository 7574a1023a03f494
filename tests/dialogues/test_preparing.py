"""The next session begins as the last one was: its agenda, what was left open, who and how many come."""

import pytest

from dialogues import agenda, preparing, scheduling
from dialogues.models import Registration
from portal.activity.log import timeline
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    DialogueFactory,
    IssueFactory,
    RegistrationFactory,
    SessionFactory,
    wall,
)
from tests.factories.reference import economy, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def last(us, tw):
    """The third session, held, about three things."""
    session = SessionFactory(
        dialogue=DialogueFactory(), held=True, local=wall(-4), number=3, format="virtual", capacity=80, is_public=False
    )
    AgendaItemFactory(session=session, order=1, title_en="Opening", minutes=10, presenter="The host", note_en="Welcome")
    AgendaItemFactory(session=session, order=2, title_en="Customs", minutes=45, presenter="Ms Lin", note_en="Why")
    AgendaItemFactory(session=session, order=3, title_en="Parcels")
    return session


def items(session):
    return {item.title_en: item for item in session.agenda_items.all()}


def prepare(last, official, **options):
    chosen = {"items": [item.pk for item in last.agenda_items.all()]} | options
    return preparing.prepare_next(last, titles={"en": "Fourth"}, by=official, **chosen)


def test_the_frame_of_the_agenda_and_how_it_meets_are_taken_over(last, official):
    items(last)["Opening"].topics.add(topic())

    session = prepare(last, official, host=economy("US"), join_url="")

    assert (session.number, session.status, session.title_en) == (4, "draft", "Fourth")
    assert (session.format, session.capacity, session.is_public) == ("virtual", 80, False)
    assert session.host == economy("US")
    assert list(session.agenda_items.values_list("title_en", "order", "minutes")) == [
        ("Opening", 1, 10), ("Customs", 2, 45), ("Parcels", 3, 30),
    ]  # fmt: skip
    opening = items(session)["Opening"]
    assert (opening.presenter, opening.note, opening.times_carried, opening.carried_from) == ("", "", 0, None)
    assert [one.slug for one in opening.topics.all()] == ["customs-procedures"]


def test_what_was_left_open_comes_back_whole_and_is_counted_each_time(last, official):
    customs = items(last)["Customs"]
    waiting, settled = (
        IssueFactory(dialogue=last.dialogue, on_agenda=True),
        IssueFactory(dialogue=last.dialogue, answered=True),
    )
    customs.issues.set([waiting, settled])
    agenda.leave_open(last, items=[customs.pk], by=official)

    fourth = prepare(last, official)
    again = items(fourth)["Customs"]
    again.is_left_open = True
    again.save()
    fifth = preparing.prepare_next(fourth, titles={"en": "Fifth"}, items=[again.pk], by=official)

    assert (again.presenter, again.note_en, again.carried_from, again.times_carried) == ("Ms Lin", "Why", customs, 1)
    assert list(again.issues.all()) == [waiting]
    assert items(fifth)["Customs"].times_carried == 2
    assert next(iter(timeline(fourth))).data["carried"] == 1


def test_an_item_about_issues_that_was_concluded_is_not_proposed_again(last):
    items(last)["Parcels"].issues.add(IssueFactory(dialogue=last.dialogue, committed=True))

    proposed = {one.item.title_en: one.is_proposed for one in preparing.candidates(last)}

    assert proposed == {"Opening": True, "Customs": True, "Parcels": False}


def test_quotas_and_questions_come_along_only_when_asked_for(last, official):
    last.quotas.create(economy=economy("TW"), places=40)
    last.questions.create(order=1, kind="choice", label_en="Which?", label_zh_hant="哪個？", choices_en="A\nB")

    assert not prepare(last, official).quotas.exists()
    session = prepare(last, official, copies_quotas=True, copies_questions=True)

    assert list(session.quotas.values_list("economy", "places")) == [("TW", 40)]
    question = session.questions.get()
    assert (question.kind, question.label_en, question.label_zh_hant, question.choices_en) == (
        "choice",
        "Which?",
        "哪個？",
        "A\nB",
    )
    assert last.questions.count() == 1


def test_whoever_had_a_place_is_invited_and_told_only_when_the_session_is_scheduled(
    last, official, sme, mailoutbox, django_capture_on_commit_callbacks
):
    interpreter, gone = UserFactory(), UserFactory(is_active=False)
    RegistrationFactory(session=last, user=sme)
    RegistrationFactory(session=last, user=interpreter, role="interpreter")
    RegistrationFactory(session=last, user=gone)
    RegistrationFactory(session=last, user=UserFactory(official_of="TW"), role="delegate")
    RegistrationFactory(session=last, user=UserFactory(), status="waitlisted")
    Registration.objects.create(session=last, address="guest@example.com", address_name="Gu Est", status="confirmed")

    with django_capture_on_commit_callbacks(execute=True):
        session = prepare(last, official, invites_people=True)
    assert mailoutbox == []
    with django_capture_on_commit_callbacks(execute=True):
        scheduling.schedule(session, zone="UTC", starts_local=wall(60), ends_local=wall(60, hour=11), by=official)

    invited = {(row.user, row.address, row.role) for row in session.invitations.all()}
    assert invited == {
        (sme, "", "observer"), (interpreter, "", "interpreter"), (None, "guest@example.com", "observer"),
    }  # fmt: skip
    told = {address for message in mailoutbox for address in message.to}
    assert any("guest@example.com" in address for address in told)


def test_the_last_session_is_the_latest_that_was_not_cancelled_and_that_the_official_sees(last, official, sme):
    dialogue = last.dialogue
    SessionFactory(dialogue=dialogue, number=9, status="cancelled")
    draft = SessionFactory(dialogue=dialogue, number=4)

    assert preparing.last_session(dialogue, official) == draft
    assert preparing.last_session(dialogue, sme) is None  # the third one is for officials
    assert preparing.last_session(DialogueFactory(), official) is None
