"""Scheduling, moving and cancelling: who hears of it, and what her calendar is told."""

import threading
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from dialogues import registration, scheduling
from dialogues.models import Session
from portal.activity.models import Activity
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import DialogueFactory, RegistrationFactory, SessionFactory, wall

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory()


@pytest.fixture
def official_tw(tw):
    return UserFactory(
        full_name="陳官員", official_of="TW", language="zh-hant", time_zone="Asia/Taipei", email="chen@moea.example"
    )


@pytest.fixture
def draft(dialogue):
    return SessionFactory(dialogue=dialogue, number=1, join_url="https://join.example/secret")


def at(text):
    return datetime.fromisoformat(text)


def times(days=30, hour=9, length=2, zone="Asia/Taipei"):
    starts = wall(days, hour)
    return {"zone": zone, "starts_local": starts, "ends_local": starts + timedelta(hours=length)}


def entries(user):
    """Calendar messages promised to a person, in order: (method, event, text)."""
    found = []
    for row in Notification.objects.filter(recipient=user).exclude(calendar_body="").order_by("pk"):
        calendar = icalendar.Calendar.from_ical(row.calendar_body)
        assert calendar["METHOD"] == row.calendar_method
        found.append((row.calendar_method, calendar.walk("VEVENT")[0], row.calendar_body))
    return found


def kinds(user):
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def test_a_draft_gets_the_next_number_and_tells_nobody(dialogue, official):
    SessionFactory(dialogue=dialogue, number=4)

    session = scheduling.create_session(dialogue, titles={"en": "Fifth", "zh-hant": "第五屆"}, by=official)

    assert (session.number, session.status, session.title_zh_hant) == (5, "draft", "第五屆")
    assert not Notification.objects.exists()


def test_a_session_needs_a_title_in_some_language(dialogue, official):
    with pytest.raises(ValidationError) as refusal:
        scheduling.create_session(dialogue, titles={"en": "  ", "zh-hant": ""}, by=official)

    assert refusal.value.code == "required"


def test_the_host_must_be_a_party(dialogue, official, mx):
    with pytest.raises(ValidationError) as refusal:
        scheduling.create_session(dialogue, titles={"en": "A"}, host=mx, by=official)

    assert set(refusal.value.message_dict) == {"host"}


def test_scheduling_keeps_clock_zone_and_moment(draft, official):
    session = scheduling.schedule(
        draft,
        zone="Asia/Taipei",
        starts_local=at("2027-05-14T09:00"),
        ends_local=at("2027-05-14T11:00"),
        by=official,
    )

    session.refresh_from_db()
    assert session.starts_local == at("2027-05-14T09:00")
    assert session.starts_at == datetime(2027, 5, 14, 1, 0, tzinfo=UTC)
    assert (session.zone, session.starts_on.isoformat(), session.sequence) == ("Asia/Taipei", "2027-05-14", 0)


def test_scheduling_tells_officials_of_both_parties_once_each(draft, official, official_tw, official_mx, sme):
    join(official, OrganizationFactory(agency=True, code="US"))

    scheduling.schedule(draft, **times(), by=official)

    assert kinds(official) == ["dialogues/session_scheduled"]
    assert kinds(official_tw) == ["dialogues/session_scheduled"]
    assert kinds(official_mx) == []
    assert kinds(sme) == []


def test_officials_of_unverified_agencies_are_not_told(draft, official):
    hopeful = UserFactory()
    join(hopeful, OrganizationFactory(agency=True, pending=True, code="US"))

    scheduling.schedule(draft, **times(), by=official)

    assert kinds(hopeful) == []


def test_the_invitation_names_only_its_recipient(draft, official, official_tw):
    session = scheduling.schedule(draft, **times(), by=official)

    ((method, event, text),) = entries(official_tw)
    assert method == "REQUEST"
    assert event["UID"] == session.uid
    assert event["SEQUENCE"] == 0
    assert event["DTSTART"].dt == session.starts_at
    assert event["ATTENDEE"] == "mailto:chen@moea.example"
    assert official.email not in text


def test_officials_get_the_link_to_join_with_the_invitation(draft, official):
    scheduling.schedule(draft, **times(), by=official)

    ((_method, event, _text),) = entries(official)
    assert "https://join.example/secret" in event["DESCRIPTION"]


def test_moving_it_twice_sends_two_messages_with_rising_numbers_and_one_uid(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)
    session = scheduling.reschedule(session, **times(31), by=official)
    session = scheduling.reschedule(session, **times(34), by=official)

    found = entries(official)
    assert [event["SEQUENCE"] for _m, event, _t in found] == [0, 1, 2]
    assert {event["UID"] for _m, event, _t in found} == {session.uid}
    assert [event["DTSTART"].dt for _m, event, _t in found][2] == session.starts_at
    assert len({event["DTSTART"].dt for _m, event, _t in found}) == 3


def test_each_message_about_a_move_says_the_time_it_was_sent_for(
    draft, official, mailoutbox, django_capture_on_commit_callbacks
):
    official.time_zone = "Asia/Taipei"
    official.save(update_fields=["time_zone"])
    session = scheduling.schedule(draft, **times(30, hour=9), by=official)
    with django_capture_on_commit_callbacks(execute=True):
        session = scheduling.reschedule(session, **times(30, hour=14), by=official)
        scheduling.reschedule(session, **times(30, hour=16), by=official)

    moves = [mail for mail in mailoutbox if mail.subject.startswith("New time")]
    assert len(moves) == 2
    assert "14:00–16:00" in moves[0].body
    assert "It was planned for" in moves[0].body
    assert "09:00–11:00" in moves[0].body
    assert "16:00–18:00" in moves[1].body


def test_a_wrong_zone_is_corrected_by_keeping_the_clock(draft, official):
    session = scheduling.schedule(draft, **times(zone="Asia/Taipei"), by=official)

    moved = scheduling.reschedule(session, **times(zone="America/New_York"), by=official)

    assert moved.starts_local == session.starts_local
    assert moved.starts_at - session.starts_at >= timedelta(hours=12)


def test_moving_it_to_the_time_it_has_is_refused(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)

    with pytest.raises(ValidationError) as refusal:
        scheduling.reschedule(session, **times(), by=official)

    assert refusal.value.code == "unchanged"
    assert len(entries(official)) == 1


def test_an_official_who_saw_an_older_time_does_not_move_it_unawares(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)
    scheduling.reschedule(session, **times(31), by=official, seen_interval=session.interval)

    with pytest.raises(ValidationError) as refusal:
        scheduling.reschedule(session, **times(32), by=official, seen_interval=session.interval)

    assert refusal.value.code == "changed_meanwhile"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_local": wall(29)}, "ends_local"),
        ({"starts_local": wall(-10), "ends_local": wall(30)}, "starts_local"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused_at_its_field(draft, official, change, field):
    with pytest.raises(ValidationError) as refusal:
        scheduling.schedule(draft, **(times() | change), by=official)

    assert set(refusal.value.message_dict) == {field}
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not Notification.objects.exists()


@time_machine.travel(datetime(2027, 1, 10, tzinfo=UTC), tick=False)
def test_a_time_in_the_gap_of_a_spring_night_is_refused_at_its_field(draft, official):
    with pytest.raises(ValidationError) as refusal:
        scheduling.schedule(
            draft,
            zone="America/New_York",
            starts_local=at("2027-03-14T02:30"),
            ends_local=at("2027-03-14T05:00"),
            by=official,
        )

    assert set(refusal.value.message_dict) == {"starts_local"}


def test_cancelling_takes_it_out_of_calendars_and_says_why(
    draft, official, official_tw, mailoutbox, django_capture_on_commit_callbacks
):
    session = scheduling.schedule(draft, **times(), by=official)
    participant = RegistrationFactory(session=session).user
    with django_capture_on_commit_callbacks(execute=True):
        session = scheduling.cancel(session, reason="A typhoon is coming.", by=official)

    for person in (official, official_tw, participant):
        method, event, _text = entries(person)[-1]
        assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 1, "CANCELLED")
        assert event["UID"] == session.uid
    bodies = [mail.body for mail in mailoutbox if mail.to[0].endswith(f"<{participant.email}>")]
    assert len(bodies) == 1
    assert "A typhoon is coming." in bodies[0]


def test_a_draft_nobody_heard_of_is_cancelled_in_silence_and_stays_unseen(draft, official, sme):
    session = scheduling.cancel(draft, reason="A mistake.", by=official)

    assert not Notification.objects.exists()
    assert session.sequence == 0
    assert not Session.objects.visible_to(sme).exists()


def test_cancelling_needs_a_reason(draft, official):
    with pytest.raises(ValidationError) as refusal:
        scheduling.cancel(draft, reason="  ", by=official)

    assert refusal.value.code == "reason"


@pytest.mark.parametrize("trait", ["held", "past"])
def test_what_is_over_is_not_moved_cancelled_or_changed(dialogue, official, trait):
    session = SessionFactory(dialogue=dialogue, **{trait: True})

    for verb in (
        lambda: scheduling.schedule(session, **times(), by=official),
        lambda: scheduling.reschedule(session, **times(), by=official),
        lambda: scheduling.cancel(session, reason="No.", by=official),
        lambda: scheduling.revise_session(session, titles={"en": "Other"}, by=official),
    ):
        with pytest.raises(ValidationError):
            verb()


def test_a_new_place_goes_to_calendars_but_a_new_language_does_not(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)
    titles = {"en": session.title_en}

    session = scheduling.revise_session(session, titles=titles, working_languages=["en"], by=official)
    assert session.sequence == 0
    session = scheduling.revise_session(session, titles=titles, venue="Taipei", by=official)

    assert session.sequence == 1
    assert kinds(official) == ["dialogues/session_scheduled", "dialogues/session_revised"]
    assert entries(official)[-1][1]["LOCATION"] == "Taipei"


def test_saving_without_a_change_tells_nobody(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)

    scheduling.revise_session(session, titles={"en": session.title_en}, venue=session.venue, by=official)

    assert kinds(official) == ["dialogues/session_scheduled"]


def test_a_session_is_held_only_after_it_began(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)

    with pytest.raises(ValidationError) as refusal:
        scheduling.mark_held(session, by=official)
    assert refusal.value.code == "not_yet"

    with time_machine.travel(session.starts_at + timedelta(hours=3)):
        assert scheduling.mark_held(session, by=official).status == "held"


def test_a_session_is_closed_only_with_published_minutes(dialogue, official):
    session = SessionFactory(dialogue=dialogue, held=True)

    with pytest.raises(ValidationError) as refusal:
        scheduling.close(session, by=official)

    assert refusal.value.code == "no_minutes"


def test_every_verb_leaves_a_row(draft, official):
    session = scheduling.schedule(draft, **times(), by=official)
    session = scheduling.reschedule(session, **times(31), by=official)
    scheduling.cancel(session, reason="Why not.", by=official)

    assert list(Activity.objects.order_by("pk").values_list("verb", "actor")) == [
        ("scheduled", official.pk),
        ("rescheduled", official.pk),
        ("cancelled", official.pk),
    ]


def test_a_mail_carries_the_calendar_part_with_its_method(
    draft, official, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        scheduling.schedule(draft, **times(), by=official)

    (mail,) = mailoutbox
    parts = {part.get_content_type(): part for part in mail.message().walk()}
    assert parts["text/calendar"].get_param("method") == "REQUEST"


def test_the_mail_is_in_the_recipients_language_and_time(
    draft, official, official_tw, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        scheduling.schedule(draft, **times(30, hour=9), by=official)

    mail = next(mail for mail in mailoutbox if "chen@moea.example" in mail.to[0])
    assert "09:00–11:00" in mail.body
    assert "臺灣" in mail.body
    assert "美國" in mail.body


@pytest.mark.django_db(transaction=True)
def test_of_two_officials_who_schedule_the_same_draft_at_once_one_is_refused(us, tw, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    session = SessionFactory()
    officials = [UserFactory(official_of="US"), UserFactory(official_of="TW")]
    barrier = threading.Barrier(2)
    outcomes = []

    def attempt(person, days):
        try:
            barrier.wait(10)
            scheduling.schedule(session, **times(days), by=person)
            outcomes.append("scheduled")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(who, 30 + 7 * n)) for n, who in enumerate(officials)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["illegal_move", "scheduled"]
    assert Notification.objects.count() == 2


def test_registering_after_scheduling_brings_the_session_into_her_calendar(draft, official, sme):
    session = scheduling.schedule(draft, **times(), by=official)

    registration.register(session, user=sme, by=sme)

    ((method, event, text),) = entries(sme)
    assert (method, event["SEQUENCE"], event["ATTENDEE"].params["PARTSTAT"]) == ("REQUEST", 0, "ACCEPTED")
    assert "https://join.example/secret" in text.replace("\r\n ", "")


def test_a_rollback_takes_the_promise_back(draft, official):
    with transaction.atomic():
        scheduling.schedule(draft, **times(), by=official)
        transaction.set_rollback(True)

    assert not Notification.objects.exists()
