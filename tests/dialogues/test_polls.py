"""Finding a date: who is asked, what she answers without an account, who is reminded, and how the date is set."""

import threading
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from dialogues import choosing, desk, fairness, poll_links, polls, reminding, scheduling, tallying
from dialogues.models import Session, SlotPoll
from dialogues.polls import Person
from portal.activity.models import Activity
from portal.languages import reading_as
from portal.notifications import mails
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import DialogueFactory, SessionFactory, wall

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_monday():
    """Far from holidays: what is a month away is a working day for everyone."""
    with time_machine.travel("2027-03-01 02:00Z"):
        yield


@pytest.fixture
def official_tw(tw):
    return UserFactory(full_name="陳官員", official_of="TW", language="zh-hant", time_zone="Asia/Taipei")


@pytest.fixture
def draft(us, tw):
    return SessionFactory(dialogue=DialogueFactory())


def later(days, hour=1):
    """A moment some days from now; 01:00 UTC is 09:00 in Taipei, on a weekday."""
    return wall(days, hour).replace(tzinfo=UTC)


def opened(session, by, **changes):
    """A poll with two times, about a month away, that asks ``by`` and a chamber's Ana."""
    asked = {
        "zone": "Asia/Taipei",
        "minutes": 120,
        "starts": [later(30), later(37)],
        "people": [Person(user=by), Person(address="Ana@chamber.example", name="Ana Ruiz", economy="US")],
        "respond_by": timezone.now() + timedelta(days=10),
        "note": "Half a day would do.",
    }
    return polls.open_poll(session, **asked | changes, by=by)


def everybody(*users):
    """These people and somebody without an account."""
    return [*(Person(user=user) for user in users), Person(address="a@b.example")]


def kinds(**whom):
    rows = Notification.objects.filter(kind__contains="/poll_", **whom).order_by("pk")
    return [row.kind.removeprefix("dialogues/poll_") for row in rows]


def bare(poll):
    return poll.invitees.get(address="ana@chamber.example")


def everything(poll, answer="yes"):
    return dict.fromkeys(poll.slots.values_list("pk", flat=True), answer)


def test_opening_a_poll_prices_its_times_and_sends_everybody_her_own_link(draft, official, official_tw):
    people = [Person(user=official), Person(user=official_tw), Person(address="Ana@Chamber.example", name="Ana  Ruiz")]
    poll = opened(draft, official, people=[*people, *people], starts=[later(37), later(30), later(30)])

    draft.refresh_from_db()
    assert draft.status == "polling"
    slots = list(poll.slots.all())
    assert [slot.starts_at for slot in slots] == [later(30), later(37)]
    assert slots[0].inconvenience["TW"] == 0
    assert slots[0].inconvenience["US"] > 0  # an evening or a night there
    assert [(row.user, row.address, row.economy_id) for row in poll.invitees.all()] == [
        (official, "", "US"),
        (official_tw, "", "TW"),
        (None, "ana@chamber.example", None),
    ]
    paths = {row.context["url"] for row in Notification.objects.filter(kind="dialogues/poll_opened")}
    assert len(paths) == 3
    assert any(path.startswith("/zh-hant/") for path in paths)
    assert not Notification.objects.exclude(calendar_body="").exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts": []}, "slots"),
        ({"starts": [datetime(2027, 4, 1, tzinfo=UTC) + timedelta(hours=number) for number in range(201)]}, "slots"),
        ({"starts": [datetime(2027, 2, 26, tzinfo=UTC)]}, "past"),
        ({"minutes": 0}, "length"),
        ({"people": []}, "invitees"),
        ({"people": [Person(address="nobody")]}, "invalid"),
        ({"people": [Person(address="a@b.example", name="See https://x.example")]}, "name"),
        ({"people": [Person(address=f"p{number}@b.example") for number in range(201)]}, "invitees"),
        ({"respond_by": datetime(2027, 2, 26, tzinfo=UTC)}, "respond_by"),
        ({"respond_by": datetime(2027, 5, 1, tzinfo=UTC)}, "respond_by"),
        ({"zone": "Mars/Olympus"}, "unknown_zone"),
    ],
)
def test_a_poll_that_makes_no_sense_is_refused_and_leaves_nothing_behind(draft, official, changes, code):
    with pytest.raises(ValidationError) as refusal:
        opened(draft, official, **changes)

    assert refusal.value.code == code
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not Notification.objects.exists()


@time_machine.travel("2027-10-01 00:00Z", tick=False)
def test_a_time_in_the_night_the_clocks_are_changed_is_refused(draft, official):
    twice = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)  # 01:30 in New York, for the first time

    with pytest.raises(ValidationError) as refusal:
        opened(draft, official, zone="America/New_York", starts=[twice])

    assert refusal.value.code == "ambiguous"


def test_a_session_looks_for_a_date_once_at_a_time(draft, official):
    opened(draft, official)

    with pytest.raises(ValidationError) as refusal:
        opened(draft, official)

    assert refusal.value.code == "illegal_move"


def test_answers_replace_the_earlier_ones_and_the_last_person_makes_the_organizer_hear_of_it_once(draft, official):
    poll = opened(draft, official)
    first, second = poll.slots.all()
    ana, mine = bare(poll), poll.invitees.get(user=official)

    polls.answer(ana, answers={first.pk: "yes", second.pk: "no"}, comment=" Not on the 2nd. ", by=None)
    assert kinds(recipient=official) == ["opened"]
    polls.answer(ana, answers={second.pk: "if_need_be"}, by=None)
    polls.answer(mine, answers={first.pk: "yes"}, by=official)
    polls.answer(mine, answers={first.pk: "no"}, by=official)

    poll.refresh_from_db()
    assert list(ana.availabilities.values_list("slot", "answer")) == [(second.pk, "if_need_be")]
    assert poll.all_answered_at is not None
    assert kinds(recipient=official) == ["opened", "all_answered"]
    assert Activity.objects.filter(verb="poll_answered", actor=None).count() == 2


def test_only_real_answers_to_times_of_this_poll_are_taken_until_the_deadline(draft, official, us):
    poll, other = opened(draft, official), opened(SessionFactory(dialogue=draft.dialogue), official)
    ana, foreign = bare(poll), other.slots.first()

    for answers, code in (({}, "empty"), ({foreign.pk: "yes"}, "unknown"), (everything(poll, "maybe"), "unknown")):
        with pytest.raises(ValidationError) as refusal:
            polls.answer(ana, answers=answers, by=None)
        assert refusal.value.code == code
    with time_machine.travel(poll.respond_by), pytest.raises(ValidationError) as refusal:
        polls.answer(ana, answers=everything(poll), by=None)
    assert refusal.value.code == "too_late"
    ana.refresh_from_db()
    assert ana.answered_at is None


def test_reminders_go_three_days_and_one_day_before_only_to_who_has_not_answered(draft, official, official_tw):
    poll = opened(
        draft, official, people=[Person(user=official), Person(user=official_tw), Person(address="a@b.example")]
    )
    polls.answer(poll.invitees.get(user=official), answers=everything(poll), by=official)

    for days in (4, 2.9, 2.5, 0.9, 0.5):
        with time_machine.travel(poll.respond_by - timedelta(days=days)):
            reminding.remind()

    assert kinds(recipient=official_tw) == ["opened", "reminder", "reminder"]
    assert kinds(address="a@b.example") == ["opened", "reminder", "reminder"]
    assert kinds(recipient=official) == ["opened"]
    with time_machine.travel(poll.respond_by + timedelta(minutes=5)):
        reminding.remind()
        reminding.remind()
    assert kinds(recipient=official) == ["opened", "deadline_passed"]
    row = Notification.objects.get(kind="dialogues/poll_deadline_passed")
    assert row.context["silent"] == 2


def test_who_was_asked_only_now_is_not_reminded_in_the_same_breath_and_more_time_begins_anew(draft, official):
    poll = opened(draft, official, people=[Person(address="a@b.example")])

    with time_machine.travel(poll.respond_by - timedelta(days=2)):
        polls.invite(poll, [Person(address="late@b.example"), Person(address="A@b.example")], by=official)
        reminding.remind()
        assert kinds(address="late@b.example") == ["opened"]
        assert kinds(address="a@b.example") == ["opened", "reminder"]
        poll = polls.set_deadline(poll, poll.respond_by + timedelta(days=5), by=official)
        reminding.remind()
        assert kinds(address="a@b.example") == ["opened", "reminder"]
    with time_machine.travel(poll.respond_by - timedelta(days=3)):
        reminding.remind()
    assert kinds(address="a@b.example") == ["opened", "reminder", "reminder"]
    assert kinds(address="late@b.example") == ["opened", "reminder"]


def test_asking_more_people_makes_the_answers_incomplete_again_and_taking_off_completes_them(draft, official):
    poll = opened(draft, official, people=[Person(address="a@b.example")])
    polls.answer(poll.invitees.get(), answers=everything(poll), by=None)

    [added] = polls.invite(poll, [Person(address="late@b.example")], by=official)
    poll.refresh_from_db()
    assert poll.all_answered_at is None
    polls.take_off(added, by=official)

    poll.refresh_from_db()
    assert poll.all_answered_at is not None
    assert kinds(recipient=official) == ["all_answered", "all_answered"]
    with pytest.raises(ValidationError) as refusal:
        polls.take_off(poll.invitees.get(), by=official)
    assert refusal.value.code == "invitees"


def test_a_new_link_makes_the_old_one_useless_and_keeps_the_answers(draft, official):
    poll = opened(draft, official)
    ana = bare(poll)
    polls.answer(ana, answers=everything(poll), by=None)
    old = poll_links.token(ana)
    assert poll_links.read(old) == ana

    ana = polls.invite_again(ana, by=official)

    assert poll_links.read(old) is None
    assert poll_links.read(poll_links.token(ana)) == ana
    assert ana.availabilities.count() == 2
    assert kinds(address="ana@chamber.example") == ["opened", "opened"]
    for forged in ("nonsense", "1:1", signing.dumps([ana.pk, 1]), signing.dumps("x", salt="other")):
        assert poll_links.read(forged) is None


def test_choosing_a_time_schedules_the_session_by_the_polls_clock_and_invites_who_was_asked(
    draft, official, official_tw
):
    people = [Person(user=official), Person(address="ana@chamber.example", name="Ana Ruiz", language="es")]
    poll = opened(draft, official, people=people)
    slot = poll.slots.last()

    session = choosing.choose(poll, slot, by=official_tw)

    assert (session.status, session.zone, session.starts_at) == ("scheduled", "Asia/Taipei", slot.starts_at)
    assert session.starts_local == wall(37, 9)
    poll.refresh_from_db()
    assert (poll.status, poll.chosen) == ("chosen", slot)
    for whom in ({"recipient": official}, {"recipient": official_tw}, {"address": "ana@chamber.example"}):
        [row] = Notification.objects.filter(**whom).exclude(calendar_body="")
        event = icalendar.Calendar.from_ical(row.calendar_body).walk("VEVENT")[0]
        assert row.calendar_method == "REQUEST"
        assert event["DTSTART"].dt == slot.starts_at
    assert session.invitations.get().address == "ana@chamber.example"
    assert "withdrawn" not in kinds()
    with pytest.raises(ValidationError) as refusal:
        polls.answer(bare(poll), answers=everything(poll), by=None)
    assert refusal.value.code == "not_open"


def test_a_time_of_another_poll_or_one_that_has_passed_is_not_chosen(draft, official):
    poll, other = opened(draft, official), opened(SessionFactory(dialogue=draft.dialogue), official)

    with pytest.raises(ValidationError) as refusal:
        choosing.choose(poll, other.slots.first(), by=official)
    assert refusal.value.code == "slot"
    with time_machine.travel(later(31)), pytest.raises(ValidationError):
        choosing.choose(poll, poll.slots.first(), by=official)
    poll.refresh_from_db()
    assert poll.status == "open"


def test_withdrawing_makes_a_draft_again_and_tells_who_was_asked(draft, official):
    poll = opened(draft, official)

    polls.withdraw(poll, by=official)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert kinds(address="ana@chamber.example") == ["opened", "withdrawn"]
    with time_machine.travel(poll.respond_by - timedelta(days=1)):
        reminding.remind()
    assert "reminder" not in kinds()
    assert opened(draft, official).status == "open"


@pytest.mark.parametrize("way", ["schedule", "cancel"])
def test_a_session_that_is_scheduled_or_cancelled_otherwise_ends_its_poll(draft, official, way):
    poll = opened(draft, official)

    if way == "schedule":
        times = {"zone": "Asia/Taipei", "starts_local": wall(40), "ends_local": wall(40, 11)}
        scheduling.schedule(draft, **times, by=official)
    else:
        scheduling.cancel(draft, reason="No budget.", by=official)

    poll.refresh_from_db()
    assert poll.status == "withdrawn"
    assert kinds(address="ana@chamber.example") == ["opened", "withdrawn"]


def test_the_tally_counts_names_parties_without_anybody_and_says_what_the_answers_speak_for(
    draft, official, official_tw
):
    poll = opened(
        draft, official, people=[Person(user=official), Person(user=official_tw), Person(address="a@b.example")]
    )
    assert tallying.tally(poll).best is None
    first, second = poll.slots.all()
    polls.answer(poll.invitees.get(user=official), answers={first.pk: "yes", second.pk: "if_need_be"}, by=official)
    polls.answer(poll.invitees.get(user=official_tw), answers={first.pk: "no", second.pk: "yes"}, by=official_tw)

    tally = tallying.tally(poll)

    rows = {row.slot: row for row in tally.rows}
    assert rows[first].counts == {"open": 1, "yes": 1, "if_need_be": 0, "no": 1}
    assert rows[first].missing == ["Taiwan"]
    assert rows[second].missing == []
    assert tally.best.slot == second
    assert tally.answered == 2
    assert [burden.name for burden in rows[first].burdens] == ["Taiwan", "United States"]


def test_counting_answers_costs_the_same_however_many_there_are(draft, official, django_assert_num_queries):
    people = [Person(address=f"p{number}@b.example") for number in range(20)]
    poll = opened(draft, official, people=people, starts=[later(30) + timedelta(hours=n) for n in range(40)])
    for invitee in poll.invitees.all():
        polls.answer(invitee, answers=everything(poll), by=None)
    poll = SlotPoll.objects.select_related("session__dialogue__agreement").get(pk=poll.pk)

    with django_assert_num_queries(4):  # people, answers, times, Parties
        tally = tallying.tally(poll)

    assert len(tally.rows) == 40


def test_the_desk_asks_for_an_answer_and_then_for_the_choice(draft, official, official_tw):
    poll = opened(draft, official, people=[Person(user=official_tw)])

    def titles(user):
        user.__dict__.pop("active_memberships", None)
        return [waiting.title.partition(":")[0] for waiting in desk.waiting_for(user)]

    assert titles(official_tw) == ["Say which dates suit you"]
    assert titles(official) == []
    polls.answer(poll.invitees.get(), answers=everything(poll), by=official_tw)
    assert titles(official_tw) == ["Choose the date"]
    assert titles(official) == ["Choose the date"]
    choosing.choose(poll, poll.slots.first(), by=official)
    assert titles(official) == []


@pytest.mark.parametrize("kind", ["opened", "reminder", "withdrawn", "all_answered", "deadline_passed"])
def test_every_mail_says_what_it_is_about_and_leads_on(draft, official, official_tw, kind):
    starts = [later(30) + timedelta(hours=number) for number in range(14)]
    poll = opened(draft, official, people=[Person(user=official_tw)], starts=starts)
    if kind == "withdrawn":
        polls.withdraw(poll, by=official)
    elif kind == "all_answered":
        polls.answer(poll.invitees.get(), answers=everything(poll), by=official_tw)
    else:
        with time_machine.travel(poll.respond_by + timedelta(hours=1 if kind == "deadline_passed" else -12)):
            reminding.remind()
    row = Notification.objects.filter(kind=f"dialogues/poll_{kind}").get()

    with reading_as(row.addressee):
        mail = mails.compose(row, mails.subject(row))

    assert draft.title in mail.subject
    assert draft.dialogue.title_en in mail.body
    assert "{{" not in mail.body + mail.alternatives[0].content
    if kind in {"opened", "reminder"}:
        assert "/polls/" in mail.body
        assert "09:00" in mail.body  # by her own clock
        assert mail.body.count("\n- ") == 12
        assert "Half a day would do." in mail.body


def test_correcting_the_zone_keeps_the_clock_and_moves_the_moment_in_every_calendar(draft, official, official_tw):
    session = SessionFactory(dialogue=draft.dialogue, scheduled=True, zone="America/New_York")
    was = session.starts_at

    session = scheduling.correct_zone(session, zone="Asia/Taipei", seen_interval=session.interval, by=official)

    assert (session.zone, session.starts_local, session.sequence) == ("Asia/Taipei", wall(), 1)
    assert session.starts_at < was
    row = Notification.objects.get(kind="dialogues/session_zone_corrected", recipient=official_tw)
    event = icalendar.Calendar.from_ical(row.calendar_body).walk("VEVENT")[0]
    assert (event["SEQUENCE"], event["DTSTART"].dt) == (1, session.starts_at)
    with reading_as(official):
        mine = Notification.objects.get(kind="dialogues/session_zone_corrected", recipient=official)
        body = mails.compose(mine, mails.subject(mine)).body
    assert "New York" in body
    assert "Taipei" in body
    assert Activity.objects.filter(verb="zone_corrected").count() == 1


def test_another_name_for_the_same_clock_changes_the_zone_and_troubles_nobody(draft, official):
    session = SessionFactory(dialogue=draft.dialogue, scheduled=True, zone="America/New_York")

    session = scheduling.correct_zone(session, zone="America/Toronto", by=official)

    assert (session.zone, session.sequence) == ("America/Toronto", 0)
    assert not Notification.objects.exists()


def test_a_zone_is_not_corrected_to_the_same_to_nonsense_unseen_or_without_a_date(draft, official):
    session = SessionFactory(dialogue=draft.dialogue, scheduled=True)

    for changes, code in (
        ({"zone": session.zone}, "unchanged"),
        ({"zone": "Mars/Olympus"}, "unknown_zone"),
        ({"zone": "UTC", "seen_interval": "another"}, "changed_meanwhile"),
    ):
        with pytest.raises(ValidationError) as refusal:
            scheduling.correct_zone(session, **changes, by=official)
        errors = refusal.value.error_dict["zone"] if hasattr(refusal.value, "error_dict") else [refusal.value]
        assert [error.code for error in errors] == [code]
    with pytest.raises(ValidationError) as refusal:
        scheduling.correct_zone(draft, zone="UTC", by=official)
    assert refusal.value.code == "illegal_move"


@time_machine.travel("2027-01-04 00:00Z", tick=False)
def test_a_clock_that_the_corrected_zone_does_not_show_is_refused_at_the_zone(draft, official):
    local = datetime(2027, 3, 14, 2, 30)  # noqa: DTZ001 -- a wall clock
    session = SessionFactory(dialogue=draft.dialogue, scheduled=True, local=local)

    with pytest.raises(ValidationError) as refusal:
        scheduling.correct_zone(session, zone="America/New_York", by=official)

    assert [error.code for error in refusal.value.error_dict["zone"]] == ["nonexistent"]
    session.refresh_from_db()
    assert session.zone == "Asia/Taipei"


@pytest.mark.django_db(transaction=True)
def test_of_two_last_answers_at_once_one_makes_it_complete_and_of_two_choices_one_is_refused(us, tw):
    official = UserFactory(official_of="US")
    poll = opened(SessionFactory(dialogue=DialogueFactory()), official)
    slots, invitees = list(poll.slots.all()), list(poll.invitees.all())
    answers = everything(poll)

    together(lambda n: polls.answer(invitees[n], answers=answers, by=None))
    refused = together(lambda n: choosing.choose(poll, slots[n], by=official))

    assert kinds(recipient=official).count("all_answered") == 1
    assert [error.code for error in refused] == ["illegal_move"]
    session, poll = Session.objects.get(), SlotPoll.objects.get()
    assert (session.status, session.starts_at) == ("scheduled", poll.chosen.starts_at)


def together(do):
    """Do 0 and 1 at the same time; return the refusals."""
    begin, refused = threading.Barrier(2), []

    def run(number):
        begin.wait(10)
        try:
            do(number)
        except ValidationError as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused


def test_closed_accounts_are_neither_reminded_nor_invited(draft, official, outsider):
    poll = opened(draft, official, people=[Person(user=official), Person(user=outsider)])
    outsider.is_active = False
    outsider.save(update_fields=["is_active"])

    with time_machine.travel(poll.respond_by - timedelta(hours=12)):
        reminding.remind()
    session = choosing.choose(poll, poll.slots.first(), by=official)

    assert kinds(recipient=outsider) == ["opened"]
    assert not session.invitations.exists()


def test_an_address_that_somebody_proved_to_be_hers_is_asked_as_her_account(draft, official, sme_tw):
    sme_tw.emailaddress_set.create(email=sme_tw.email, verified=True, primary=True)

    poll = opened(draft, official, people=[Person(address=sme_tw.email.upper()), Person(user=sme_tw)])

    [invitee] = poll.invitees.all()
    assert (invitee.user, invitee.economy_id) == (sme_tw, "TW")


class TestFairness:
    def past(self, dialogue, hour, days, **changes):
        """A session at ``hour`` in Taipei, some days ago, two hours long."""
        return SessionFactory(dialogue=dialogue, held=True, local=wall(-days, hour), **changes)

    def test_who_had_the_bad_hours_is_said_in_words(self, draft):
        dialogue = draft.dialogue
        self.past(dialogue, 10, 60, title_en="Earlier")
        self.past(dialogue, 22, 30, title_en="Last")

        found = fairness.ledger(dialogue)

        assert [entry.session.title for entry in found.entries] == ["Last", "Earlier"]
        assert found.totals["US"] > 0
        assert found.excess[min(found.totals, key=found.totals.get)] == 0
        first, second = fairness.sentences(found)
        assert first == "In the last session (Last) the bad hours fell to Taiwan (at night)."
        assert second == "Over the last 2 sessions Taiwan bore 56% of the inconvenience."
        assert fairness.consequence(found) == "Times that are easier for Taiwan therefore come first."

    def test_a_session_to_come_counts_from_the_day_it_is_scheduled_but_not_for_its_own_date(self, draft):
        session = SessionFactory(dialogue=draft.dialogue, scheduled=True, local=wall(30, 22), title_en="Soon")

        assert fairness.sentences(fairness.ledger(draft.dialogue)) == [
            "In the next session (Soon) the bad hours fall to Taiwan (at night)."
        ]
        assert fairness.ledger(draft.dialogue, leaving_out=session).entries == []

    def test_without_hours_on_record_nobody_is_ahead_and_in_person_or_cancelled_sessions_do_not_count(self, draft):
        dialogue = draft.dialogue
        self.past(dialogue, 22, 10, format="in_person")
        self.past(dialogue, 22, 10, status="cancelled")
        SessionFactory(dialogue=dialogue, past=True)

        found = fairness.ledger(dialogue)

        assert found.entries == []
        assert fairness.sentences(found)[0].startswith("No session with a known hour")
        assert fairness.consequence(found) == ""

    def test_a_session_among_the_parties_is_not_told_to_strangers(self, draft, official, outsider):
        self.past(draft.dialogue, 22, 10, is_public=False)

        assert fairness.ledger(draft.dialogue, user=outsider).entries == []
        assert len(fairness.ledger(draft.dialogue, user=official).entries) == 1
