"""A message to many: to whom, in which language, by which way; sent off, halted, resumed, discarded."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialogues.models import IssueFollower, Registration
from portal.accounts.models import User
from portal.activity.models import Activity
from portal.notifications import audiences, inbox, mailing, mailing_outlook, preferences
from portal.notifications.delivery import deliver_due
from portal.notifications.mailing_outlook import Channel
from portal.notifications.mailing_text import Text
from portal.notifications.models import Category, Deliverability, Mailing, Notification, Queue
from portal.notifications.outbox import Address
from portal.notifications.preferences import Subscriber
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    DialogueFactory,
    IssueFactory,
    RegistrationFactory,
    SessionFactory,
    SessionInvitationFactory,
)
from tests.portal.notifications.postbox import Postbox

pytestmark = pytest.mark.django_db
Status = Mailing.Status
Delivery = Notification.Status
TEXTS = {"en": Text("Room 5", "We meet in **room 5**."), "zh-hant": Text("五號室", "我們在**五號室**開會。")}


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True, title_en="Fifth session")


def write(obj, by, *, audience="session", parts=("confirmed",), texts=TEXTS, fallback="en"):
    return mailing.prepare(audiences.by_name(audience), obj, parts=list(parts), texts=texts, fallback=fallback, by=by)


def send(row, by):
    return mailing.release(row, seen=mailing_outlook.of(row).mark, by=by)


def people_of(row):
    return {one.identity for one in audiences.addressees(row)}


def states(row):
    return Counter(row.rows.values_list("status", flat=True))


def refusal(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as caught:
        verb(*args, **kwargs)
    return caught.value.code


def register(session, count, **fields):
    return [RegistrationFactory(session=session, user=UserFactory(**fields)) for _ in range(count)]


# --- Who gets it


def test_each_part_of_a_session_is_who_it_says(session, official, sme, sme_tw, chamber, outsider):
    RegistrationFactory(session=session, user=sme, attended=True)
    RegistrationFactory(session=session, user=sme_tw, status="waitlisted")
    RegistrationFactory(session=session, user=outsider, status="cancelled")
    SessionInvitationFactory(session=session, user=None, address="Ana@example.com", language="es")
    found = {part: people_of(write(session, official, parts=[part])) for part in ("confirmed", "waiting", "invited")}
    assert found == {"confirmed": {sme.email}, "waiting": {sme_tw.email}, "invited": {"ana@example.com"}}
    assert people_of(write(session, official, parts=["attended"])) == {sme.email}
    assert people_of(write(session, official, parts=["officials"])) == {official.email}


def test_of_a_draft_nobody_invited_hears(us, tw, official):
    session = SessionFactory()
    SessionInvitationFactory(session=session, user=None, address="ana@example.com", language="es")
    assert people_of(write(session, official, parts=["invited"])) == set()


def test_members_of_a_dialogue_are_its_officials_its_participants_and_who_raised_issues(session, official, sme, sme_tw):
    dialogue = session.dialogue
    RegistrationFactory(session=session, user=sme)
    author = UserFactory(sme_in="US")
    IssueFactory(dialogue=dialogue, acknowledged=True, filed_by=author)
    IssueFactory(dialogue=dialogue, filed_by=sme_tw, status="withdrawn")
    long_ago = SessionFactory(dialogue=dialogue, past=True)
    RegistrationFactory(session=long_ago, user=UserFactory())
    RegistrationFactory(session=SessionFactory(scheduled=True), user=UserFactory())
    found = {
        part: people_of(write(dialogue, official, audience="dialogue", parts=[part]))
        for part in ("officials", "participants", "voices")
    }
    assert found == {"officials": {official.email}, "participants": {sme.email}, "voices": {author.email}}


def test_of_an_issue_those_who_raised_it_and_those_who_follow_it(us, tw, official, outsider):
    firm = UserFactory(sme_in="US")
    organization = firm.active_memberships[0].organization
    issue = IssueFactory(
        dialogue=DialogueFactory(), acknowledged=True, public=True, filed_by=firm, organization=organization
    )
    for person in (outsider, firm):
        IssueFollower.objects.create(issue=issue, user=person)
    assert people_of(write(issue, official, audience="issue", parts=["concerned"])) == {firm.email}
    assert people_of(write(issue, official, audience="issue", parts=["followers"])) == {outsider.email}


def test_who_is_in_two_parts_gets_it_once_and_an_account_goes_before_its_address(session, official, us):
    RegistrationFactory(session=session, user=official)
    SessionInvitationFactory(session=session, user=None, address=official.email.upper(), language="es")
    row = write(session, official, parts=["officials", "invited", "confirmed"])
    (one,) = audiences.addressees(row)
    assert (one.person, one.part) == (official, "confirmed")
    send(row, official)
    assert row.rows.get().recipient == official


# --- Before it goes


def test_the_outlook_tells_languages_ways_and_numbers(session, official):
    readers = register(session, 2) + register(session, 1, language="zh-hant") + register(session, 3, language="fr")
    muted, weekly, dead, spam = (place.user for place in readers[:4])
    preferences.choose(wanted={"dialogues": "never"}, by=muted)
    preferences.choose(wanted={"dialogues": "weekly"}, by=weekly)
    Deliverability.objects.create(address=dead.email.upper(), state="bounces")
    Deliverability.objects.create(address=spam.email, state="complained")
    SessionInvitationFactory(session=session, user=None, address="ana@example.com", language="es")
    SessionInvitationFactory(session=session, user=None, address="luz@example.com", language="es")
    preferences.switch(Subscriber(Category.DIALOGUES, address="Luz@example.com"), on=False)

    outlook = mailing_outlook.of(write(session, official, parts=["confirmed", "invited"], fallback="zh-hant"))
    assert outlook.people == 8
    assert [(part.code, count) for part, count in outlook.parts] == [("confirmed", 6), ("invited", 2)]
    assert {(line.language, line.people, line.text.language) for line in outlook.languages} == {
        ("en", 2, "en"),
        ("zh-hant", 1, "zh-hant"),
        ("es", 2, "zh-hant"),
        ("fr", 3, "zh-hant"),
    }
    # What organizers write does not wait for a weekly digest: the session may be over.
    assert dict(outlook.channels) == {Channel.MAIL: 4, Channel.INBOX: 2, Channel.BOUNCES: 1, Channel.NOTHING: 1}
    assert Notification.objects.count() == 0


FATES = {
    Channel.MAIL: Delivery.SENT,
    Channel.DIGEST: Delivery.WAITING,
    Channel.INBOX: Delivery.MUTED,
    Channel.NOTHING: Delivery.MUTED,
    Channel.BOUNCES: Delivery.BOUNCED,
}


@pytest.mark.parametrize("kind", ["session", "dialogue"])
@pytest.mark.parametrize("state", ["works", "bounces", "complained"])
@pytest.mark.parametrize("choice", ["immediately", "daily", "weekly", "never"])
def test_what_the_outlook_promises_is_what_the_delivery_does(session, official, mailoutbox, kind, state, choice):
    place, bare = register(session, 1)[0], Address("ana@example.com", "es")
    RegistrationFactory(session=session, user=None, address=bare.email, address_language="es")
    preferences.choose(wanted={"dialogues": choice}, by=place.user)
    preferences.switch(Subscriber(Category.DIALOGUES, address=bare.email), on=choice != "never")
    for address in (place.user.email, bare.email):
        Deliverability.objects.create(address=address, state=state)
    obj = session if kind == "session" else session.dialogue
    row = write(obj, official, audience=kind, parts=["confirmed" if kind == "session" else "participants"])

    people = audiences.addressees(row)
    foreseen = dict(zip((one.identity for one in people), mailing_outlook.channels(row, people), strict=True))
    send(row, official)
    deliver_due()
    became = {one.addressee.email.lower(): one.status for one in row.rows.all()}
    assert became == {address: FATES[channel] for address, channel in foreseen.items()}
    assert len(mailoutbox) == list(foreseen.values()).count(Channel.MAIL)


def test_a_sample_reads_as_the_mail_will_and_sends_nothing(session, official, mailoutbox):
    row = write(session, official)
    mail = mailing_outlook.sample(row, language="es", reader=official)
    assert mail.subject == "Room 5"
    assert "Esta" not in mail.subject
    assert "We meet in **room 5**." in mail.body
    assert "<strong>room 5</strong>" in mail.alternatives[0][0]
    assert f"/es/notifications/messages/{row.uid}/" in mail.body
    assert mailing_outlook.sample(row, language="zh-hant", reader=official).subject == "五號室"
    assert (mailoutbox, Notification.objects.count()) == ([], 0)


@pytest.mark.parametrize("people", [3, 30])
def test_an_outlook_costs_no_more_for_many(session, official, people, django_assert_num_queries):
    register(session, people)
    row = write(session, official)
    row = Mailing.objects.get(pk=row.pk)
    audiences.addressees(row)  # what it is about, once
    with django_assert_num_queries(4):
        outlook = mailing_outlook.of(row)
    assert outlook.people == people


# --- Writing


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parts": []}, "parts"),
        ({"parts": ["confirmed", "everybody"]}, "parts"),
        ({"texts": {}}, "text"),
        ({"texts": {"en": Text("Room", "")}}, "half"),
        ({"fallback": "fr"}, "fallback"),
    ],
)
def test_what_is_not_whole_is_not_kept(session, official, change, code):
    assert refusal(write, session, official, **change) == code
    assert Mailing.objects.count() == 0


def test_a_draft_is_written_in_the_name_of_the_agency_and_changed_by_who_saw_the_latest(session, official):
    row = write(session, official)
    assert row.organization == official.active_memberships[0].organization
    new = {"en": Text("Room 6", "Room 6, not 5.")}
    row = mailing.revise(row, parts=["officials"], texts=new, fallback="en", seen=0, by=official)
    assert (row.revision, row.parts, [text.subject for text in row.texts.all()]) == (1, ["officials"], ["Room 6"])
    again = {"parts": ["officials"], "texts": new, "fallback": "en", "by": official}
    assert refusal(mailing.revise, row, seen=0, **again) == "changed"
    send(row, official)
    assert refusal(mailing.revise, row, seen=1, **again) == "sent"


# --- Sending off


def test_everybody_gets_it_in_her_language_and_reads_it_in_the_inbox(session, official, sme, sme_tw, mailoutbox):
    RegistrationFactory(session=session, user=sme)
    RegistrationFactory(session=session, user=sme_tw)
    RegistrationFactory(session=session, user=None, address="ana@example.com", address_language="es")
    row = write(session, official)
    assert list(Mailing.objects.visible_to(sme)) == []
    row = send(row, official)
    assert (row.status, row.released_by) == (Status.GOING, official)
    deliver_due()
    english, chinese, spanish = sorted(
        mailoutbox, key=lambda mail: (mail.to[0] != f"{sme.full_name} <{sme.email}>", mail.subject != "五號室")
    )
    assert "Dear Sara Smith," in english.body
    assert official.full_name in english.body
    assert str(row.organization) in english.body
    assert "You are registered for this session." in english.body
    assert (chinese.subject, "我們在**五號室**開會。" in chinese.body) == ("五號室", True)
    assert "We meet in **room 5**." in spanish.body
    assert "/notifications/messages/" not in spanish.body, "that page asks to sign in"
    assert '<div lang="en">' in spanish.alternatives[0][0]
    hers = Notification.objects.visible_to(sme_tw).get()
    assert (hers.subject, hers.url) == ("五號室", f"/zh-hant/notifications/messages/{row.uid}/")
    assert hers.queue == Queue.BULK
    assert list(Mailing.objects.visible_to(sme)) == [row]
    assert {one.verb for one in Activity.objects.filter(actor=official)} == {"mailing_prepared", "mailing_sent"}


def test_what_changed_since_she_looked_is_not_sent_unseen(session, official, sme, sme_tw):
    RegistrationFactory(session=session, user=sme)
    row = write(session, official)
    seen = mailing_outlook.of(row).mark
    place = RegistrationFactory(session=session, user=sme_tw)
    assert refusal(mailing.release, row, seen=seen, by=official) == "changed"
    place.delete()
    mailing.revise(row, parts=row.parts, texts={"en": Text("Other", "Other")}, fallback="en", seen=0, by=official)
    assert refusal(mailing.release, row, seen=seen, by=official) == "changed"
    row.refresh_from_db()
    assert (row.status, Notification.objects.count()) == (Status.DRAFT, 0)


def test_nothing_is_sent_to_nobody_and_nothing_twice(session, official, sme):
    row = write(session, official)
    assert refusal(send, row, official) == "nobody"
    RegistrationFactory(session=session, user=sme)
    send(row, official)
    assert refusal(send, row, official) == "illegal_move"
    assert Notification.objects.count() == 1


def test_people_hear_of_one_thing_three_times_a_day_at_most(session, official, official_mx, time_machine):
    register(session, 1)
    for _ in range(3):
        send(write(session, official), official)
    fourth = write(session, official)
    assert refusal(send, fourth, official) == "often"
    other = SessionFactory(scheduled=True, dialogue=session.dialogue)
    register(other, 1)
    send(write(other, official), official)
    time_machine.move_to(timezone.now() + mailing.DAY)
    send(fourth, official)


def test_an_official_sends_ten_a_day_at_most(official, us, tw):
    sessions = [SessionFactory(scheduled=True) for _ in range(11)]
    for session in sessions:
        register(session, 1)
    for session in sessions[:10]:
        send(write(session, official), official)
    assert refusal(send, write(sessions[10], official), official) == "often"


def test_five_thousand_people_cost_as_many_queries_as_five_and_what_has_left_at_a_halt_is_counted(session, official):
    def released(count, name):
        users = User.objects.bulk_create(
            User(email=f"{name}-{number}@example.com", full_name=f"P {number}", language="en")
            for number in range(count)
        )
        target = SessionFactory(scheduled=True, dialogue=session.dialogue)
        registrations = [RegistrationFactory.build(session=target, user=user) for user in users]
        type(registrations[0]).objects.bulk_create(registrations)
        row = write(target, official)
        seen = mailing_outlook.of(row).mark
        with CaptureQueriesContext(connection) as queries:
            mailing.release(row, seen=seen, by=official)
        assert row.rows.filter(status=Delivery.PENDING).count() == count
        touched = [one for one in queries if "notifications_notification" in one["sql"]]
        return row, len(queries), len(touched)

    _row, warm, _touched = released(5, "warm")
    _row, few, touched_by_few = released(5, "few")
    Notification.objects.all().delete()
    row, many, touched_by_many = released(5000, "many")
    assert few == many <= warm
    assert touched_by_few == touched_by_many == 1, "all rows are one statement"

    deliver_due(5)
    row = mailing.halt(row, by=official)
    assert states(row) == {"sent": 5, "held": 4995}
    progress = mailing_outlook.progress(row)
    assert (progress.people, progress.left, progress.held, progress.pending) == (5000, 5, 4995, 0)
    mailing.resume(row, by=official)
    assert states(row) == {"sent": 5, "pending": 4995}


def test_a_person_without_an_account_is_promised_it_by_her_name_in_her_language(session, official):
    Registration.objects.create(
        session=session,
        address="Ana@example.com",
        address_name="Ana Ruiz",
        address_language="es",
        status="confirmed",
        partstat="ACCEPTED",
    )
    promised = send(write(session, official), official).rows.get()
    assert (promised.recipient, promised.address, promised.address_name) == (None, "Ana@example.com", "Ana Ruiz")
    assert (promised.address_language, promised.rhythm, promised.queue) == ("es", "immediately", Queue.BULK)


# --- Halting


def test_halted_nothing_more_leaves_and_resumed_it_goes_on_from_there(session, official, mailoutbox):
    register(session, 5)
    row = send(write(session, official), official)
    deliver_due(2)
    row = mailing.halt(row, by=official)
    assert deliver_due() == 0
    assert (row.status, states(row), len(mailoutbox)) == (Status.HALTED, {"sent": 2, "held": 3}, 2)
    row = mailing.resume(row, by=official)
    deliver_due()
    assert (row.status, states(row), len(mailoutbox)) == (Status.GOING, {"sent": 5}, 5)
    assert len({mail.to[0] for mail in mailoutbox}) == 5


def test_discarded_the_rest_never_leaves(session, official, mailoutbox):
    register(session, 3)
    row = send(write(session, official), official)
    deliver_due(1)
    assert refusal(mailing.discard, row, by=official) == "illegal_move"
    mailing.halt(row, by=official)
    row = mailing.discard(row, by=official)
    assert deliver_due() == 0
    assert (row.status, states(row)) == (Status.DISCARDED, {"sent": 1, "held": 2})
    assert refusal(mailing.resume, row, by=official) == "illegal_move"
    progress = mailing_outlook.progress(row)
    assert (progress.people, progress.left, progress.held, progress.done) == (3, 1, 2, 1)


def test_a_discarded_draft_is_not_sent(session, official, sme):
    RegistrationFactory(session=session, user=sme)
    row = write(session, official)
    mailing.discard(row, by=official)
    assert refusal(send, row, official) == "illegal_move"


def test_a_halt_takes_the_message_out_of_the_inbox_of_who_has_not_read_it(session, official, mailoutbox):
    dialogue = session.dialogue
    reader, other = (place.user for place in register(session, 2))
    for person in (reader, other):
        preferences.choose(wanted={"dialogues": "weekly"}, by=person)
    row = send(write(dialogue, official, audience="dialogue", parts=["participants"]), official)
    deliver_due()
    assert states(row) == {"waiting": 2}
    inbox.mark_read(Notification.objects.visible_to(reader).get(), by=reader)

    mailing.halt(row, by=official)
    assert {one.recipient: one.status for one in row.rows.all()} == {reader: "muted", other: "held"}
    assert Notification.objects.visible_to(reader).count() == 1
    assert Notification.objects.visible_to(other).count() == 0
    assert list(Mailing.objects.visible_to(other)) == []
    mailing.resume(row, by=official)
    deliver_due()
    assert {one.recipient: one.status for one in row.rows.all()} == {reader: "muted", other: "waiting"}


# --- At the same moment


@pytest.fixture
def postbox(settings):
    with Postbox() as postbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", postbox.port
        yield postbox


def in_threads(*verbs):
    """Run them side by side; what each returned or raised."""
    outcomes = []

    def run(verb):
        try:
            outcomes.append(verb())
        except ValidationError as refused:
            outcomes.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[verb]) for verb in verbs]
    for thread in threads:
        thread.start()
    return threads, outcomes


def by_later_hands(verb):
    """Commit what it does, but let nobody deliver it yet: in tests the hint after a commit delivers at once."""
    with transaction.atomic():
        done = verb()
        Notification.objects.update(due_at=timezone.now() + timedelta(hours=1))
    Notification.objects.update(due_at=timezone.now())
    return done


def send_by_later_hands(row, by):
    return by_later_hands(lambda: send(row, by))


def is_in_hand(row):
    with transaction.atomic():
        return not row.rows.select_for_update(skip_locked=True).exists()


@pytest.mark.django_db(transaction=True)
def test_halted_while_workers_send_every_row_is_sent_or_held_and_what_is_held_was_not_sent(postbox, official):
    session = SessionFactory(scheduled=True)
    register(session, 60)
    row = write(session, official)
    postbox.seconds_each = 0.02
    send_by_later_hands(row, official)
    workers, _counts = in_threads(deliver_due, deliver_due, deliver_due)
    while len(postbox.mails) < 10:
        time.sleep(0.005)
    mailing.halt(row, by=official)
    at_halt = states(row)
    for worker in workers:
        worker.join(60)
    assert states(row) == at_halt, "after the halt nothing changes any more"
    assert set(at_halt) == {"sent", "held"}
    assert (at_halt["sent"], at_halt["sent"] + at_halt["held"]) == (len(postbox.mails), 60)
    assert len(set(postbox.ids)) == len(postbox.ids)
    by_later_hands(lambda: mailing.resume(row, by=official))
    assert deliver_due() == at_halt["held"]
    assert (states(row), len(set(postbox.ids)), len(postbox.ids)) == ({"sent": 60}, 60, 60)


@pytest.mark.django_db(transaction=True)
def test_what_came_back_from_a_busy_server_during_a_halt_is_held_too(postbox, official):
    session = SessionFactory(scheduled=True)
    (place,) = register(session, 1)
    row = write(session, official)
    send_by_later_hands(row, official)
    postbox.seconds_each, postbox.answer = 3.0, "451 later"
    (worker,), _counts = in_threads(deliver_due)
    until = time.monotonic() + 60
    while not is_in_hand(row):
        assert time.monotonic() < until
        time.sleep(0.01)
    mailing.halt(row, by=official)
    worker.join(60)
    held = row.rows.get()
    assert (held.status, held.attempts, held.subject, held.recipient) == ("held", 1, "", place.user)


@pytest.mark.django_db(transaction=True)
def test_of_two_officials_who_send_the_same_draft_one_does(postbox, official, us):
    session = SessionFactory(scheduled=True)
    register(session, 20)
    other = UserFactory(official_of="US")
    row = write(session, official, parts=["confirmed", "officials"])
    seen = mailing_outlook.of(row).mark
    threads, outcomes = in_threads(
        lambda: mailing.release(row, seen=seen, by=official), lambda: mailing.release(row, seen=seen, by=other)
    )
    for thread in threads:
        thread.join(60)
    assert sorted(str(type(one).__name__) for one in outcomes) == ["Mailing", "str"]
    assert "illegal_move" in outcomes
    assert row.rows.count() == 22


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_are_in_each_other_s_mailing_do_not_wait_for_ever(postbox, official, us):
    other = UserFactory(official_of="US")
    rows = []
    for by in (official, other):
        session = SessionFactory(scheduled=True)
        register(session, 150)
        rows.append((write(session, by, parts=["confirmed", "officials"]), by))
    marks = [mailing_outlook.of(row).mark for row, _by in rows]
    threads, outcomes = in_threads(
        lambda: mailing.release(rows[0][0], seen=marks[0], by=official),
        lambda: mailing.release(rows[1][0], seen=marks[1], by=other),
    )
    for thread in threads:
        thread.join(60)
    assert [type(one).__name__ for one in outcomes] == ["Mailing", "Mailing"]
