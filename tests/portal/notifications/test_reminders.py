"""Every kind of reminder is computed from the rows: a moved date moves it, and a clock that stood still tells once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

import dialogues.tasks
import partners.tasks
import portal.focal.tasks
import resources.tasks
from dialogues.models import CandidateSlot, Commitment, Invitee, Issue, Registration, Session, SlotPoll
from partners.models import CompanyProfile, ExpressionOfInterest, Introduction, PartnerRequest, Vouch
from portal.focal.models import CONFIRMED_WITHIN, FocalPoint
from portal.notifications import digests, preferences
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from resources.models import Resource
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import CommitmentFactory, DialogueFactory, IssueFactory, SessionFactory
from tests.factories.focal import FocalPointFactory
from tests.factories.partners import (
    CompanyProfileFactory,
    InterestFactory,
    IntroductionFactory,
    PartnerRequestFactory,
    VouchFactory,
)
from tests.factories.resources import ResourceFactory

#: A Monday without holidays near the days that count; everybody's clock here is UTC, and it is three in the afternoon.
TODAY = date(2027, 1, 11)
#: The day that all is about at first, a Friday.
DAY = TODAY + timedelta(days=60)
#: The Friday that it is moved to.
LATER = DAY + timedelta(days=42)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


class Reminder:
    """One kind of reminder: on which days before its day it comes (negative: after it), and how its world is made."""

    days: tuple[int, ...]
    kinds: tuple[str, ...]
    #: What its reader has got in all when the clock stands still for ten days from the first of them on.
    after_ten_days = 1
    #: Whether its mail is about this one day; others list all there is on a morning, or ask for what was so far.
    names_a_day = True

    def make(self):
        """Make the world with ``DAY`` in it; return who is reminded."""
        raise NotImplementedError

    def move(self, day):
        raise NotImplementedError

    def run(self):
        """What beat calls."""
        raise NotImplementedError


class OfSession(Reminder):
    days, kinds = (14, 3, 1), ("dialogues/session_near",)

    def make(self):
        session = SessionFactory(scheduled=True, zone="UTC", local=noon(DAY).replace(tzinfo=None))
        Session.objects.update(announced_at=LONG_AGO)
        speaker = UserFactory()
        Registration.objects.create(
            session=session, user=speaker, role="speaker", status="confirmed", created_at=LONG_AGO
        )
        return speaker

    def move(self, day):
        wall, hours = noon(day).replace(tzinfo=None), timedelta(hours=2)
        Session.objects.update(
            starts_local=wall,
            ends_local=wall + hours,
            starts_at=noon(day),
            ends_at=noon(day) + hours,
            starts_on=day,
            ends_on=day,
        )

    def run(self):
        dialogues.tasks.remind_of_sessions()


class OfPoll(Reminder):
    days, kinds = (3, 1), ("dialogues/poll_reminder",)
    after_ten_days = 0  # the time to answer is over

    def make(self):
        session = SessionFactory(status="polling", dialogue=DialogueFactory())
        organizer, asked = UserFactory(official_of="US"), UserFactory()
        poll = SlotPoll.objects.create(
            session=session, zone="UTC", minutes=60, respond_by=noon(DAY), opened_by=organizer
        )
        starts = noon(LATER + timedelta(days=90))
        CandidateSlot.objects.create(poll=poll, starts_at=starts, ends_at=starts + timedelta(hours=1))
        Invitee.objects.create(poll=poll, user=asked, asked_at=LONG_AGO)
        return self.reader(organizer, asked)

    def reader(self, organizer, asked):
        return asked

    def move(self, day):
        SlotPoll.objects.update(respond_by=noon(day))

    def run(self):
        dialogues.tasks.remind_of_polls()


class OfPollDeadline(OfPoll):
    days, kinds = (0,), ("dialogues/poll_deadline_passed",)
    after_ten_days = 1

    def reader(self, organizer, asked):
        return organizer


class OfCommitment(Reminder):
    days, kinds = (14, 3, -1), ("dialogues/commitment_due", "dialogues/commitment_overdue")

    def make(self):
        keeper, owner = UserFactory(), OrganizationFactory()
        join(keeper, owner, role="member")
        CommitmentFactory(owner=owner, published=True, due_on=DAY)
        return keeper

    def move(self, day):
        Commitment.objects.update(due_on=day)

    def run(self):
        dialogues.tasks.remind_of_commitments()


class OfIssue(Reminder):
    days, kinds = (7, -1, -7), ("dialogues/issues_due",)  # five working days before, and five after it
    names_a_day = False

    def make(self):
        IssueFactory(
            dialogue=DialogueFactory(),
            acknowledged=True,
            submitted_at=LONG_AGO,
            acknowledge_by=LONG_AGO.date(),
            answer_by=DAY,
        )
        return UserFactory(official_of="TW")

    def move(self, day):
        Issue.objects.update(answer_by=day)

    def run(self):
        dialogues.tasks.remind_of_issues()


class OfReview(Reminder):
    days, kinds = (30, 7, 0, -14, -30), ("resources/review_due",)
    names_a_day = False

    def make(self):
        agency, publisher = OrganizationFactory(agency=True), UserFactory()
        join(publisher, agency)
        ResourceFactory(published=True, publisher=agency, review_due_on=DAY)
        return publisher

    def move(self, day):
        Resource.objects.update(review_due_on=day)

    def run(self):
        resources.tasks.remind_of_reviews()


class OfLastDay(Reminder):
    """Of a resource that ends."""

    days, kinds = (14,), ("resources/resource_expires_soon",)

    def make(self):
        agency, publisher = OrganizationFactory(agency=True), UserFactory()
        join(publisher, agency)
        ResourceFactory(published=True, publisher=agency, expires_on=DAY, review_due_on=LATER + timedelta(days=365))
        return publisher

    def move(self, day):
        Resource.objects.update(expires_on=day)

    def run(self):
        resources.tasks.expire_due()


class OfInterest(Reminder):
    days, kinds = (2,), ("partners/interest_reminder",)  # after ten days that it ended without an answer

    def make(self):
        owner, company = UserFactory(), OrganizationFactory()
        join(owner, company)
        request = PartnerRequestFactory(published=True, company=company, closes_on=LATER + timedelta(days=300))
        InterestFactory(request=request, answer_due_at=noon(DAY) + timedelta(hours=3))
        return owner

    def move(self, day):
        ExpressionOfInterest.objects.update(answer_due_at=noon(day) + timedelta(hours=3))

    def run(self):
        partners.tasks.expire_due()


class OfClosingDay(Reminder):
    """Of a partner request; after ten days that it has closed."""

    days, kinds = (7,), ("partners/request_closes_soon",)

    def make(self):
        owner, company = UserFactory(), OrganizationFactory()
        join(owner, company)
        PartnerRequestFactory(published=True, published_at=LONG_AGO, company=company, closes_on=DAY)
        return owner

    def move(self, day):
        PartnerRequest.objects.update(closes_on=day)

    def run(self):
        partners.tasks.expire_due()
        partners.tasks.tell_of_closing()


class OfVouch(Reminder):
    days, kinds = (30, 7), ("partners/vouch_ends",)

    def make(self):
        chamber, person = OrganizationFactory(chamber=True), UserFactory()
        join(person, chamber)
        VouchFactory(chamber=chamber, expires_on=DAY)
        return person

    def move(self, day):
        Vouch.objects.update(expires_on=day)

    def run(self):
        partners.tasks.keep_up_chambers()


class OfIntroduction(Reminder):
    """What became of it, counted from the day it was made."""

    days, kinds = (-30, -90, -180), ("partners/outcome_asked",)
    names_a_day = False

    def make(self):
        introduction = IntroductionFactory(accepted_at=noon(DAY))
        owner = UserFactory()
        join(owner, introduction.interest.company)
        return owner

    def move(self, day):
        Introduction.objects.update(accepted_at=noon(day))

    def run(self):
        partners.tasks.ask_what_became()


class OfProfile(Reminder):
    """A year after its last change, which is so long before ``DAY``."""

    days, kinds = (0,), ("partners/profile_asked",)
    names_a_day = False

    def make(self):
        profile, owner = CompanyProfileFactory(), UserFactory()
        join(owner, profile.organization)
        self.move(DAY)
        return owner

    def move(self, day):
        CompanyProfile.objects.update(changed_at=noon(day) - timedelta(days=365))

    def run(self):
        partners.tasks.keep_profiles()


class OfOffice(Reminder):
    days, kinds = (30, 7), ("accounts/offices_lapse",)
    names_a_day = False

    def make(self):
        agency, person = OrganizationFactory(agency=True), UserFactory()
        join(person, agency)
        FocalPointFactory(organization=agency, confirmed_at=noon(DAY) - CONFIRMED_WITHIN)
        return person

    def move(self, day):
        FocalPoint.objects.update(confirmed_at=noon(day) - CONFIRMED_WITHIN)

    def run(self):
        portal.focal.tasks.remind_of_offices()


KINDS = [
    OfSession,
    OfPoll,
    OfPollDeadline,
    OfCommitment,
    OfIssue,
    OfReview,
    OfLastDay,
    OfInterest,
    OfClosingDay,
    OfVouch,
    OfIntroduction,
    OfProfile,
    OfOffice,
]


@pytest.fixture
def clock(time_machine):
    """The clock is at three in the afternoon of a day."""

    def at(day):
        time_machine.move_to(noon(day) + timedelta(hours=3), tick=False)

    at(TODAY)
    return at


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def reminder(request, us, mx, tw, clock):
    return request.param()


@pytest.fixture
def reader(reminder):
    return reminder.make()


def told(reminder, reader):
    """How many of its reminders were promised to its reader."""
    return Notification.objects.filter(recipient=reader, kind__in=reminder.kinds).count()


def days_of(reminder, day):
    return [day - timedelta(days=before) for before in reminder.days]


def run_on(days, reminder, clock):
    for day in sorted(days):
        clock(day)
        reminder.run()


def test_it_comes_on_its_days_and_once_however_often_beat_runs(reminder, reader, clock):
    for number, day in enumerate(days_of(reminder, DAY)):
        run_on([day - timedelta(days=1)], reminder, clock)
        assert told(reminder, reader) == number
        run_on([day, day], reminder, clock)
        assert told(reminder, reader) == number + 1


def test_of_a_day_that_moved_away_it_comes_for_the_new_day_and_not_for_the_old(reminder, reader, clock):
    first = days_of(reminder, LATER)[0]
    run_on([days_of(reminder, DAY)[0] - timedelta(days=1)], reminder, clock)
    reminder.move(LATER)

    run_on([day for day in days_of(reminder, DAY) if day < first], reminder, clock)
    assert told(reminder, reader) == 0
    run_on([first, first], reminder, clock)
    assert told(reminder, reader) == 1


def test_of_a_day_that_came_nearer_it_comes_at_once_and_no_more_for_the_old(reminder, reader, clock):
    run_on([TODAY], reminder, clock)
    assert told(reminder, reader) == 0
    nearer = TODAY + timedelta(days=1 + reminder.days[0])
    reminder.move(nearer)

    run_on([TODAY + timedelta(days=1)], reminder, clock)
    assert told(reminder, reader) == 1
    old = [day for day in days_of(reminder, DAY) if day > TODAY + timedelta(days=1)]
    run_on([*days_of(reminder, nearer)[1:], *old], reminder, clock)
    assert told(reminder, reader) == len(reminder.days)


def test_after_ten_days_without_beat_one_message_comes_the_latest_that_is_due(reminder, reader, clock):
    back = days_of(reminder, DAY)[0] + timedelta(days=10)
    run_on([back, back], reminder, clock)

    assert Notification.objects.filter(recipient=reader).count() == reminder.after_ten_days


def test_after_a_standstill_until_the_last_of_its_days_only_that_one_comes(reminder, reader, clock):
    last = days_of(reminder, DAY)[-1]
    run_on([last, last], reminder, clock)

    assert told(reminder, reader) == 1


#: The others tell what is so on the morning they are promised.
@pytest.mark.parametrize("reminder", [kind for kind in KINDS if kind.names_a_day], indirect=True)
def test_what_has_not_left_when_its_day_moves_does_not_leave(reminder, reader, clock):
    run_on(days_of(reminder, DAY)[:1], reminder, clock)
    reminder.move(LATER)

    deliver_due()

    row = Notification.objects.get(recipient=reader, kind__in=reminder.kinds)
    assert (row.status, row.subject) == ("replaced", "")
    assert [letter for letter in mail.outbox if reader.email in letter.to[0]] == []


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_promise_it_once(reminder, reader, clock):
    clock(days_of(reminder, DAY)[0])
    gate, failures = threading.Barrier(2), []

    def run():
        gate.wait()
        try:
            reminder.run()
        except Exception as failure:  # noqa: BLE001 -- shown by the assertion below
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _beat in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert told(reminder, reader) == 1


def test_a_reminder_that_waits_for_the_morning_is_in_no_digest_once_its_day_has_moved(db, clock):
    reminder = OfCommitment()
    keeper = reminder.make()
    preferences.choose(wanted={"dialogues": "daily"}, by=keeper)
    first, second = days_of(reminder, DAY)[:2]
    run_on([first], reminder, clock)
    deliver_due()
    assert Notification.objects.get().status == "waiting"
    reminder.move(LATER)

    clock(first + timedelta(days=3))  # a Monday
    digests.plan()
    digests.send_due()

    row = Notification.objects.get()
    assert (row.status, row.subject) == ("replaced", "")
    assert mail.outbox == []
    assert row.digest is None
    assert timezone.now().date() < second
