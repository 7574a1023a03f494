"""Commitments: kept, moved, dropped, reported upon; and who is reminded when."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from dialogues import chasing, commitments, desk
from dialogues.models import Commitment, CommitmentUpdate, DueChange
from dialogues.tasks import remind_of_commitments
from portal.activity.log import timeline
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    IssueFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db

DUE = dt.date(2027, 5, 14)


@pytest.fixture
def agency(us, tw):
    return OrganizationFactory(agency=True, code="US", name="Commerce")


@pytest.fixture
def promise(agency):
    with time_machine.travel("2027-01-01", tick=False):
        return CommitmentFactory(owner=agency, published=True, due_on=DUE, text_en="Publish the form")


@pytest.fixture
def keeper(agency):
    person = UserFactory(full_name="Kim Keeper", time_zone="America/New_York")
    join(person, agency, role="member")
    return person


def refusal(verb, *args, **facts):
    with pytest.raises(ValidationError) as refused:
        verb(*args, **facts)
    return refused.value.code


# --- Moving the day -----------------------------------------------------------------------------


@time_machine.travel("2027-05-01 12:00Z", tick=False)
def test_a_day_is_moved_with_a_reason_and_every_change_stays(promise, keeper):
    later, again = dt.date(2027, 6, 30), dt.date(2027, 8, 1)

    commitments.change_due(promise, due_on=later, reason=" Elections. ", by=keeper)
    promise = commitments.change_due(promise, due_on=again, reason="The printer.", by=keeper)

    assert (promise.first_due_on, promise.due_on) == (DUE, again)
    changes = DueChange.objects.filter(commitment=promise).values_list("was", "became", "reason", "by")
    assert list(changes) == [(DUE, later, "Elections.", keeper.pk), (later, again, "The printer.", keeper.pk)]
    assert [entry.data["reason"] for entry in timeline(promise)] == ["The printer.", "Elections."]


@time_machine.travel("2027-05-01 12:00Z", tick=False)
def test_a_day_is_not_moved_without_a_reason_to_the_same_or_a_past_day_or_after_the_end(promise, keeper):
    day = dt.date(2027, 6, 30)

    def move(on=day, reason="Elections.", **more):
        return refusal(commitments.change_due, promise, due_on=on, reason=reason, by=keeper, **more)

    assert move(reason="  ") == "reason"
    assert move(on=DUE) == "same"
    assert move(on=dt.date(2027, 4, 30)) == "past"
    assert move(seen_due_on=dt.date(2027, 5, 1)) == "changed_meanwhile"
    commitments.finish(promise, by=keeper)
    assert move() == "finished"
    assert not DueChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_the_same_day_one_is_told_that_the_other_did(promise, keeper):
    outcomes = []

    def move(days):
        try:
            commitments.change_due(
                promise, due_on=timezone.localdate() + dt.timedelta(days), reason="Late.", by=keeper, seen_due_on=DUE
            )
            outcomes.append("moved")
        except ValidationError as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=[days]) for days in (400, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["changed_meanwhile", "moved"]
    assert DueChange.objects.count() == 1


# --- Progress, and who sees to it ---------------------------------------------------------------


def test_progress_is_noted_until_it_is_dropped_and_its_evidence_is_an_address(promise, keeper):
    note = {"language": "en", "by": keeper}

    commitments.report(promise, text=" The form is at the printer. ", evidence_url="https://example.org/form", **note)
    commitments.finish(promise, by=keeper)
    commitments.report(promise, text="It is out.", **note)

    notes = CommitmentUpdate.objects.filter(commitment=promise)
    assert [update.text for update in notes] == ["It is out.", "The form is at the printer."]
    with pytest.raises(ValidationError) as refused:
        commitments.report(promise, text="x", evidence_url="javascript:alert(1)", **note)
    assert set(refused.value.message_dict) == {"evidence_url"}
    with pytest.raises(ValidationError) as refused:
        commitments.report(promise, text="  ", **note)
    assert set(refused.value.message_dict) == {"text"}
    dropped = commitments.drop(CommitmentFactory(published=True), reason="No money.", by=keeper)
    assert refusal(commitments.report, dropped, text="Still.", **note) == "dropped"


def test_who_is_named_to_see_to_it_is_of_the_owner_and_hears_of_it(promise, keeper, sme, mailoutbox):
    colleague = UserFactory(full_name="Cleo Colleague")
    join(colleague, promise.owner)

    assert refusal(commitments.name_lead, promise, lead=sme, by=keeper) == "not_theirs"
    promise = commitments.name_lead(promise, lead=colleague, by=keeper)
    commitments.name_lead(promise, lead=colleague, by=keeper)
    commitments.name_lead(promise, lead=keeper, by=keeper)

    deliver_due()
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        ([f"Cleo Colleague <{colleague.email}>"], "Yours to see to: Publish the form")
    ]
    assert f"/commitments/{promise.pk}/" in mailoutbox[0].body
    assert commitments.name_lead(promise, lead=None, by=keeper).lead is None


def test_whoever_raised_the_issue_behind_it_hears_of_each_step_once_it_is_public(agency, keeper, sme):
    session = SessionFactory(held=True)
    item = AgendaItemFactory(session=session)
    firm = sme.active_memberships[0].organization
    item.issues.add(IssueFactory(dialogue=session.dialogue, organization=firm, filed_by=sme, committed=True))
    promise = CommitmentFactory(session=session, agenda_item=item, owner=agency)

    def steps():
        return Notification.objects.filter(recipient=sme).count()

    commitments.begin(promise, by=keeper)
    assert steps() == 0
    Commitment.objects.update(published_at=timezone.now())
    promise.refresh_from_db()
    commitments.report(promise, text="Half done.", language="en", by=keeper)
    assert steps() == 1
    commitments.finish(promise, by=keeper)
    assert steps() == 2


# --- Reminders ----------------------------------------------------------------------------------


def at(day, hour=9, zone="America/New_York"):
    """The clock on the wall in ``zone``, on a day counted from the one it is due."""
    wall = dt.datetime.combine(DUE + dt.timedelta(day), dt.time(hour), tzinfo=ZoneInfo(zone))
    return time_machine.travel(wall.astimezone(dt.UTC), tick=False)


def told(since=0):
    rows = Notification.objects.filter(kind__startswith="dialogues/commitment_").order_by("pk")[since:]
    return [(row.recipient.full_name, row.kind.rpartition("_")[2], row.key.rpartition("/")[2]) for row in rows]


@pytest.fixture
def house(promise, keeper, agency):
    """Besides the keeper a manager of the owner, another agency of its economy, and an official of the other Party."""
    manager = UserFactory(full_name="Max Manager")
    join(manager, agency)
    UserFactory(full_name="Olivia Official", official_of="US")
    UserFactory(full_name="Tai Official", official_of="TW")
    return promise


def every_few_hours(first, last):
    for day in range(first, last + 1):
        for hour in range(0, 24, 6):
            with at(day, hour):
                chasing.remind()


def test_the_keepers_hear_14_and_3_days_before_and_when_it_is_late_then_managers_then_officials(house):
    every_few_hours(-20, 70)

    assert sorted(told(), key=lambda one: (int(one[2]), one[0])) == [
        ("Kim Keeper", "due", "-14"),
        ("Max Manager", "due", "-14"),
        ("Kim Keeper", "due", "-3"),
        ("Max Manager", "due", "-3"),
        ("Kim Keeper", "overdue", "1"),
        ("Max Manager", "overdue", "1"),
        ("Max Manager", "overdue", "7"),
        ("Kim Keeper", "overdue", "14"),
        ("Max Manager", "overdue", "14"),
        ("Olivia Official", "overdue", "14"),
    ]


def test_with_a_lead_she_alone_is_reminded_until_her_managers_are(house, keeper):
    Commitment.objects.update(lead=keeper)

    every_few_hours(-14, 10)

    assert told() == [
        ("Kim Keeper", "due", "-14"),
        ("Kim Keeper", "due", "-3"),
        ("Kim Keeper", "overdue", "1"),
        ("Max Manager", "overdue", "7"),
    ]


def test_a_lead_who_left_is_not_reminded_her_colleagues_are(house, outsider):
    Commitment.objects.update(lead=outsider)

    with at(-14):
        chasing.remind()

    assert {name for name, *_rest in told()} == {"Kim Keeper", "Max Manager"}


def test_a_moved_day_moves_its_reminders_and_what_is_done_has_none(house, keeper):
    with at(-14):
        assert chasing.remind() == 2
        assert chasing.remind() == 0
        commitments.change_due(house, due_on=DUE + dt.timedelta(20), reason="Elections.", by=keeper)
    with at(-3):
        assert chasing.remind() == 0
    with at(6):
        assert chasing.remind() == 2
        commitments.finish(house, by=keeper)
    with at(40):
        assert chasing.remind() == 0


def test_a_clock_that_stood_still_goes_on_with_the_latest_reminder_alone(house):
    with at(8):
        chasing.remind()

    assert sorted(told()) == [("Kim Keeper", "overdue", "1"), ("Max Manager", "overdue", "7")]


def test_nobody_is_reminded_before_her_morning_or_of_what_is_not_public(house, agency):
    CommitmentFactory(owner=agency, due_on=DUE, published=False)
    with at(-14, hour=7):
        chasing.remind()
    assert told() == [("Max Manager", "due", "-14")]  # reads by UTC, where it is eleven
    with at(-14, hour=8):
        chasing.remind()
    assert len(told()) == 2


def test_what_nobody_in_its_own_economy_answers_for_comes_to_the_officials_of_every_party(house, mx):
    Commitment.objects.update(owner=OrganizationFactory(chamber=True, code="MX"))

    with at(14):
        chasing.remind()

    assert {name for name, *_rest in told()} >= {"Olivia Official", "Tai Official"}


def test_the_mails_say_what_is_due_when_and_why_they_come(house):
    with at(-14):
        remind_of_commitments()
        deliver_due()
    with at(14):
        remind_of_commitments()
        deliver_due()

    before = next(letter for letter in mail.outbox if "Kim Keeper" in letter.to[0])
    assert before.subject == "Due on 14 May 2027: Publish the form"
    assert "Commerce promised in" in before.body
    after = next(letter for letter in mail.outbox if "Olivia Official" in letter.to[0])
    assert after.subject == "Overdue since 14 May 2027: Publish the form"
    assert "because you are an official in" in after.body
    assert f"/commitments/{house.pk}/" in after.body


# --- The desk -----------------------------------------------------------------------------------


def test_it_waits_on_the_desk_of_who_sees_to_it_then_of_all_then_of_the_officials(house, keeper, official, sme):
    def desks():
        people = [keeper, house.owner.memberships.get(user__full_name="Max Manager").user, official, sme]
        return [len([one for one in desk.waiting_for(person) if "Publish the form" in one.title]) for person in people]

    Commitment.objects.update(lead=keeper)
    with at(-20):
        assert desks() == [0, 0, 0, 0]
    with at(-14):
        assert desks() == [1, 0, 0, 0]
    with at(2):
        assert desks() == [1, 1, 0, 0]
    with at(15):
        assert desks() == [1, 1, 1, 0]


def test_what_was_promised_behind_closed_doors_is_on_no_desk_of_officials_who_were_not_there(official, mx):
    """Their economy's organization lets it lie; but the session is neither public nor of their dialogue."""
    session = SessionFactory(held=True, is_public=False, dialogue=DialogueFactory(parties=("MX", "CA")))
    late = timezone.localdate() - dt.timedelta(days=20)
    CommitmentFactory(session=session, published=True, due_on=late, text_en="Publish the form")

    def is_waiting():
        return any("Publish the form" in one.title for one in desk.waiting_for(official))

    assert not is_waiting()
    session.dialogue.parties.add(official.active_memberships[0].organization.economy)
    assert is_waiting()
