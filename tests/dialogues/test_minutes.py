"""Minutes, decisions, commitments: written together, published once, never changed after."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from dialogues import commitments, desk, minutes, scheduling
from dialogues.models import Commitment, Decision, Minutes
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import CommitmentFactory, MinutesFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(us, tw):
    return SessionFactory(held=True)


def write(session, seen, by, **texts):
    return minutes.write(session, texts=texts or {"en": "Said."}, seen_revision=seen, by=by)


def test_each_save_raises_the_revision(held, official):
    assert [write(held, seen, official).revision for seen in (0, 1, 2)] == [1, 2, 3]
    assert Minutes.objects.count() == 1


def test_a_stale_save_is_refused_and_overwrites_nothing(held, official):
    write(held, 0, official, en="First")

    with pytest.raises(ValidationError) as refusal:
        write(held, 0, UserFactory(official_of="TW"), en="Second")

    assert refusal.value.code == "changed_meanwhile"
    assert Minutes.objects.get().text_en == "First"


def test_languages_are_kept_apart(held, official):
    found = write(held, 0, official, **{"en": "Opening", "zh-hant": "開幕"})

    found.refresh_from_db()
    assert (found.text_en, found.text_zh_hant) == ("Opening", "開幕")


@pytest.mark.parametrize("trait", [{}, {"scheduled": True}, {"held": True, "status": "closed"}])
def test_minutes_are_written_from_the_beginning_to_the_closing(us, tw, official, trait):
    with pytest.raises(ValidationError) as refusal:
        write(SessionFactory(**trait), 0, official)

    assert refusal.value.code == "not_begun"


def test_publishing_tells_the_registered_and_the_officials_once(held, official, sme):
    RegistrationFactory(session=held, user=sme)
    RegistrationFactory(session=held, user=official)
    gone = RegistrationFactory(session=held, status="cancelled").user
    write(held, 0, official)

    published = minutes.publish(held, seen_revision=1, by=official)

    assert (published.status, published.version) == ("published", 1)
    told = Notification.objects.filter(kind="dialogues/minutes_published")
    assert sorted(told.values_list("recipient", flat=True)) == sorted([sme.pk, official.pk])
    assert gone.pk not in told.values_list("recipient", flat=True)


def test_minutes_of_a_session_in_progress_are_not_published(us, tw, official):
    session = SessionFactory(running=True)
    write(session, 0, official)

    with pytest.raises(ValidationError) as refusal:
        minutes.publish(session, seen_revision=1, by=official)

    assert refusal.value.code == "not_held"


def test_empty_minutes_are_not_published(held, official):
    write(held, 0, official, en="  ")

    with pytest.raises(ValidationError) as refusal:
        minutes.publish(held, seen_revision=1, by=official)

    assert refusal.value.code == "empty"


def test_after_publication_nothing_more_is_written_added_or_removed(held, official):
    write(held, 0, official)
    decision = minutes.add_decision(held, texts={"en": "Go."}, by=official)
    minutes.publish(held, seen_revision=1, by=official)

    for verb in (
        lambda: write(held, 1, official),
        lambda: minutes.publish(held, seen_revision=1, by=official),
        lambda: minutes.add_decision(held, texts={"en": "Stop."}, by=official),
        lambda: minutes.remove(decision, by=official),
    ):
        with pytest.raises(ValidationError) as refusal:
            verb()
        assert refusal.value.code == "published"


def test_the_database_itself_keeps_published_minutes_as_they_are(us, tw):
    published = MinutesFactory(published=True)

    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        Minutes.objects.filter(pk=published.pk).update(text_en="Other words.")


def test_decisions_and_commitments_are_public_with_the_minutes(held, official, sme):
    write(held, 0, official)
    minutes.add_decision(held, texts={"en": "Go."}, by=official)
    owner = official.active_memberships[0].organization
    minutes.add_commitment(held, texts={"en": "Do it."}, owner=owner, due_on=date(2099, 1, 1), by=official)
    assert not Decision.objects.visible_to(sme).exists()
    assert Commitment.objects.visible_to(official).count() == 1

    minutes.publish(held, seen_revision=1, by=official)

    assert Decision.objects.visible_to(sme).count() == 1
    assert Commitment.objects.visible_to(sme).count() == 1


def test_a_decision_needs_words(held, official):
    with pytest.raises(ValidationError) as refusal:
        minutes.add_decision(held, texts={"en": " "}, by=official)

    assert refusal.value.code == "required"


def test_a_held_session_is_closed_when_its_minutes_are_out(held, official):
    write(held, 0, official)
    minutes.publish(held, seen_revision=1, by=official)

    assert scheduling.close(held, by=official).status == "closed"


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_who_save_at_once_one_is_told(us, tw):
    session = SessionFactory(held=True)
    writers = [UserFactory(official_of="US"), UserFactory(official_of="TW")]
    barrier = threading.Barrier(2)
    outcomes = []

    def save(writer):
        try:
            barrier.wait(10)
            write(session, 0, writer, en=f"By {writer.pk}")
            outcomes.append("saved")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["changed_meanwhile", "saved"]
    assert Minutes.objects.get().revision == 1


# --- Commitments --------------------------------------------------------------------------------


def test_a_commitment_is_begun_and_kept(us, tw, official):
    commitment = commitments.begin(CommitmentFactory(), by=official)
    commitment = commitments.finish(commitment, by=official)

    assert (commitment.status, commitment.finished_at is not None) == ("done", True)
    with pytest.raises(ValidationError) as refusal:
        commitments.drop(commitment, reason="Too late.", by=official)
    assert refusal.value.code == "illegal_move"


def test_dropping_a_commitment_needs_a_reason(us, tw, official):
    commitment = CommitmentFactory()

    with pytest.raises(ValidationError) as refusal:
        commitments.drop(commitment, reason=" ", by=official)
    assert refusal.value.code == "reason"
    assert commitments.drop(commitment, reason="No money.", by=official).dropped_because == "No money."


@pytest.mark.parametrize(
    ("status", "days", "overdue"),
    [("open", -1, True), ("in_progress", -1, True), ("open", 0, False), ("done", -1, False)],
)
def test_overdue_means_unfinished_and_past_its_day(us, tw, status, days, overdue):
    commitment = CommitmentFactory(status=status, due_on=timezone.localdate() + timedelta(days=days))

    assert commitment.is_overdue is overdue
    assert Commitment.objects.overdue().exists() is overdue


# --- The desk -----------------------------------------------------------------------------------


def titles(found):
    return [one.title for one in found]


def test_the_desk_asks_officials_for_dates_and_minutes_of_their_dialogues(us, tw, official, official_mx, sme):
    draft = SessionFactory(title_en="Undated")
    SessionFactory(dialogue=draft.dialogue, held=True, title_en="Unwritten")
    SessionFactory(dialogue=draft.dialogue, past=True, title_en="From a source")
    done = MinutesFactory(published=True, session=SessionFactory(dialogue=draft.dialogue, held=True))

    assert titles(desk.waiting_for(official)) == ["Set a date: Undated", "Publish the minutes: Unwritten"]
    assert done.session.title not in " ".join(titles(desk.waiting_for(official)))
    assert desk.waiting_for(official_mx) == []
    assert desk.waiting_for(sme) == []


def test_the_desk_reminds_the_owners_people_of_what_is_overdue(us, tw, chamber, sme):
    owner = chamber.active_memberships[0].organization
    due = timezone.localdate() - timedelta(days=3)
    CommitmentFactory(owner=owner, published=True, due_on=due, text_en="Late")
    CommitmentFactory(owner=owner, published=True, text_en="In time")

    (waiting,) = desk.waiting_for(chamber)
    assert (waiting.title, waiting.due_at.date()) == ("Commitment overdue: Late", due)
    assert desk.waiting_for(sme) == []


def test_the_desk_shows_what_is_coming_to_whom_it_concerns(us, tw, official, sme, outsider):
    session = SessionFactory(scheduled=True, title_en="Next")
    RegistrationFactory(session=session, user=sme)

    assert titles(desk.coming_for(sme)) == ["Next"]
    assert titles(desk.coming_for(official)) == ["Next"]
    assert desk.coming_for(outsider) == []
    with time_machine.travel(session.ends_at + timedelta(minutes=1)):
        assert desk.coming_for(sme) == []
