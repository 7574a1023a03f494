"""What is still missing for a session, whose turn it is, and what of it stands on an official's desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialogues import confirming, desk, readiness
from dialogues.models import Document
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    IssueFactory,
    MinutesFactory,
    RegistrationFactory,
    SessionFactory,
    wall,
)
from tests.factories.reference import economy

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory()


@pytest.fixture
def bare(dialogue):
    """In ten days, hosted by Taiwan, with nothing prepared."""
    return SessionFactory(dialogue=dialogue, scheduled=True, local=wall(10), host=economy("TW"))


def codes(session, at=None):
    return [found.code for found in readiness.check(session, at).findings]


def only(session, code):
    return next(found for found in readiness.check(session).findings if found.code == code)


def test_what_a_bare_session_lacks_and_whose_turn_each_is(bare):
    found = {one.code: one.turn for one in readiness.check(bare).findings}

    assert set(found) == {"not_confirmed", "no_venue", "no_join_link", "no_channel", "no_agenda"}
    assert found["no_venue"] == found["no_join_link"] == found["no_agenda"] == {"TW"}
    turns = [one.turn for one in readiness.check(bare).findings if one.code == "not_confirmed"]
    assert sorted(turns, key=sorted) == [{"TW"}, {"US"}]


def test_a_session_with_everything_lacks_nothing(bare, official):
    bare.venue, bare.join_url = "Taipei", "https://meet.example/1"
    bare.save()
    for code in bare.working_languages:
        bare.channels.create(language=code, url=f"https://meet.example/{code}")
    AgendaItemFactory(session=bare, title_en="Customs", title_zh_hant="通關", presenter="Ms Lin", minutes=60)
    confirming.confirm(bare, economy("US"), by=official)
    confirming.confirm(bare, economy("TW"), by=UserFactory(official_of="TW"))

    assert codes(bare) == []


def test_an_item_without_presenter_length_or_a_title_in_a_working_language_is_named(bare):
    AgendaItemFactory(session=bare, title_en="Customs", minutes=None, presenter="")

    assert {"no_presenter", "no_minutes", "untranslated_item"} <= set(codes(bare))
    assert only(bare, "untranslated_item").text == "“Customs” has no title in Traditional Chinese."
    assert only(bare, "no_presenter").url.endswith(f"/agenda/{bare.agenda_items.get().pk}/")


def test_several_items_that_lack_the_same_are_one_line(bare):
    for number, title in enumerate(("Customs", "Parcels"), 1):
        AgendaItemFactory(session=bare, order=number, title_en=title, presenter="")

    assert only(bare, "no_presenter").text == "“Customs”, “Parcels” have no presenter."
    assert only(bare, "no_presenter").url.endswith("/agenda/")
    assert codes(bare).count("untranslated_item") == 1


def test_an_agenda_longer_than_the_session_is_told_in_minutes(bare):
    AgendaItemFactory(session=bare, minutes=125)

    assert only(bare, "overrun").text == "The agenda takes 5 minutes more than the session."


def test_a_paper_is_missed_in_the_language_it_does_not_have_and_one_taken_off_is_not(bare):
    paper = Document.objects.create(session=bare, title_en="Draft rules")
    Document.objects.create(session=bare, title_en="Old", removed_at=timezone.now())
    paper.versions.create(language="en", number=1, filename="a.pdf", content_type="application/pdf", size=1, digest="0")

    assert only(bare, "paper_missing").text == "“Draft rules” is missing in Traditional Chinese."
    assert codes(bare).count("paper_missing") == 1


def test_an_issue_on_a_public_item_needs_a_public_text(bare):
    for visibility, issue in (
        ("public", IssueFactory(dialogue=bare.dialogue, on_agenda=True)),
        ("public", IssueFactory(dialogue=bare.dialogue, on_agenda=True, public=True)),
        ("officials", IssueFactory(dialogue=bare.dialogue, on_agenda=True)),
    ):
        AgendaItemFactory(session=bare, visibility=visibility).issues.add(issue)

    assert codes(bare).count("issue_not_public") == 1


def test_full_places_and_quotas_are_told_with_who_waits(bare):
    bare.capacity = 1
    bare.save()
    bare.quotas.create(economy=economy("US"), places=1)
    RegistrationFactory(session=bare, economy=economy("US"))
    RegistrationFactory(session=bare, economy=economy("US"), status="waitlisted")

    assert only(bare, "full").text == "Every place is taken; 1 person waits."
    assert only(bare, "quota_full").turn == {"US"}


def test_what_is_missing_in_the_last_week_is_pressing_and_comes_first(dialogue):
    soon = SessionFactory(dialogue=dialogue, scheduled=True, local=wall(4))
    Document.objects.create(session=soon, title_en="Paper")
    soon.capacity = 1
    soon.save()
    RegistrationFactory(session=soon)

    late = [found.is_late for found in readiness.check(soon).findings]
    assert late == sorted(late, reverse=True)
    assert late[0]
    assert not late[-1]


def test_nothing_is_looked_at_before_21_days_or_after_30(dialogue, bare):
    begins, ends = bare.moments
    for at, looked_at in (
        (begins - timedelta(days=21, minutes=1), False),
        (begins - timedelta(days=21), True),
        (ends + timedelta(days=30), True),
        (ends + timedelta(days=30, minutes=1), False),
    ):
        assert (readiness.check(bare, at) is not None) is looked_at
    for other in (SessionFactory(dialogue=dialogue), SessionFactory(dialogue=dialogue, past=True)):
        assert readiness.check(other) is None


def test_afterwards_minutes_attendance_decisions_and_commitments_are_asked_for(dialogue, official):
    held = SessionFactory(dialogue=dialogue, held=True, local=wall(-4), host=economy("US"))
    RegistrationFactory(session=held)
    AgendaItemFactory(session=held, kind="decision", order=1)
    AgendaItemFactory(session=held, kind="decision", order=2, is_left_open=True)
    AgendaItemFactory(session=held, kind="decision", order=3).decisions.create(session=held, text_en="Yes.")
    CommitmentFactory(session=held, text_en="One form.")

    assert sorted(codes(held)) == [
        "no_attendance",
        "no_decision",
        "no_lead",
        "no_minutes_yet",
        "untranslated_commitment",
    ]
    assert only(held, "no_minutes_yet").turn == {"US"}


def test_minutes_that_are_circulated_wait_for_each_party_that_has_not_signed(dialogue):
    held = SessionFactory(dialogue=dialogue, held=True, local=wall(-4))
    circulated = MinutesFactory(session=held, status="circulated")
    circulated.sign_offs.create(economy=economy("US"))

    assert only(held, "not_signed_off").turn == {"TW"}


def test_a_session_that_ran_out_of_its_time_is_to_be_marked_as_held(dialogue):
    over = SessionFactory(dialogue=dialogue, scheduled=True, local=wall(-4))

    assert only(over, "not_held").is_late


def test_the_desk_has_one_line_for_a_session_with_what_is_on_her_side(bare, official, official_mx, sme):
    (line,) = desk_lines(official)

    assert line.title == f"Get ready: {bare.title} – 1 thing is missing on your side"
    assert line.url.endswith(f"/sessions/{bare.pk}/readiness/")
    assert line.due_at == bare.starts_at
    assert [one.title.rpartition("–")[2] for one in desk_lines(UserFactory(official_of="TW"))] == [
        " 5 things are missing on your side"
    ]
    assert desk_lines(official_mx) == desk_lines(sme) == []


def test_sessions_from_sources_owe_nothing_and_the_minutes_stand_on_the_desk_only_once(dialogue, official):
    SessionFactory(dialogue=dialogue, held=True, local=wall(-4), announced_at=None)
    assert desk_lines(official) == []

    held = SessionFactory(dialogue=dialogue, held=True, local=wall(-4))
    assert [found.code for found in readiness.check(held).findings] == ["no_minutes_yet"]
    assert desk_lines(official) == []  # the minutes have a line of their own


def test_three_sessions_ask_as_little_as_one(dialogue, official):
    def fill():
        session = SessionFactory(dialogue=dialogue, scheduled=True, local=wall(10))
        AgendaItemFactory(session=session).issues.add(IssueFactory(dialogue=dialogue))
        Document.objects.create(session=session, title_en="Paper")
        CommitmentFactory(session=session)
        RegistrationFactory(session=session)
        MinutesFactory(session=session).sign_offs.create(economy=economy("US"))

    asked = []
    for person in (official, UserFactory(official_of="US")):
        fill()
        with CaptureQueriesContext(connection) as queries:
            readiness.watched_by(person)
        asked.append(len(queries))
        fill()

    assert asked[0] == asked[1]


def desk_lines(user):
    return [one for one in desk.waiting_for(user) if one.title.startswith(("Get ready", "After "))]
