"""The clocks of issues: what is owed by when, who is reminded, and how quickly each Party answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from dialogues import clocking, desk, triage, urging
from dialogues.models import Issue
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import CommitmentFactory, DialogueFactory, IssueFactory, SessionFactory
from tests.factories.reference import economy

pytestmark = pytest.mark.django_db

#: A Monday without holidays anywhere near it, noon in UTC.
MONDAY = datetime(2027, 3, 8, 12, tzinfo=UTC)


def day(number, hour=12):
    """So many days after the Monday."""
    return MONDAY.replace(hour=hour) + timedelta(days=number)


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory()


def filed(dialogue, concerns="TW", **details):
    """Submitted on the Monday; an acknowledgement is owed by the next one, an answer four weeks later."""
    owed = {"acknowledge_by": date(2027, 3, 15), "answer_by": date(2027, 4, 12)}
    place = economy(concerns) if concerns else None
    return IssueFactory(dialogue=dialogue, concerns=place, submitted_at=MONDAY, **owed, **details)


def test_a_clock_counts_working_days_to_the_acknowledgement_then_to_the_answer(dialogue):
    issue = filed(dialogue)

    clock = clocking.of(issue, now=MONDAY)
    assert (clock.is_answer, clock.due_on, clock.days_left, clock.tone) == (False, date(2027, 3, 15), 5, "neutral")
    assert clocking.of(issue, now=day(4)).label == "1 working day left"
    assert clocking.of(issue, now=day(7)).label == "Due today"
    assert clocking.of(issue, now=day(8)).label == "1 working day overdue"
    issue.status = "acknowledged"
    assert clocking.of(issue, now=day(8)).due_on == date(2027, 4, 12)
    issue.status = "answered"
    assert clocking.of(issue, now=day(8)) is None


def test_a_weekend_after_the_day_is_late_too(dialogue):
    issue = filed(dialogue)
    issue.acknowledge_by = date(2027, 3, 12)  # a Friday

    assert clocking.of(issue, now=day(5)).label == "1 working day overdue"


def test_the_day_is_that_of_the_partys_capital(dialogue):
    late = datetime(2027, 3, 8, 20, tzinfo=UTC)  # Tuesday in Taipei

    assert clocking.dates(filed(dialogue), late) == (date(2027, 3, 16), date(2027, 4, 22))
    assert clocking.dates(filed(dialogue, concerns=None), late)[0] == date(2027, 3, 15)


def test_each_partys_medians_count_from_filing(dialogue, django_assert_num_queries):
    for answered in (2, 10, 60):
        at = day(answered)
        filed(dialogue, status="answered", acknowledged_at=day(1), answered_at=at)
    filed(dialogue, status="acknowledged", acknowledged_at=day(3))
    filed(dialogue, concerns=None)
    for left_out in ("draft", "withdrawn"):
        filed(dialogue, status=left_out)
    filed(dialogue, status="duplicate", duplicate_of=Issue.objects.first())

    dialogue.refresh_from_db()
    with django_assert_num_queries(2):
        clocks = clocking.by_party(dialogue, now=day(90))

    found = {clock.economy.code if clock.economy else "": clock for clock in clocks}
    taiwan = found["TW"]
    assert (taiwan.filed, taiwan.answered, taiwan.on_time, taiwan.overdue) == (4, 3, 2, 1)
    assert (taiwan.acknowledge_days, taiwan.answer_days) == (1, 8)
    assert (found["US"].filed, found["US"].answer_days) == (0, None)
    assert (found[""].filed, found[""].overdue) == (1, 1)


def told(person):
    """What each mail to a person told of: (reference, overdue or soon)."""
    mails = Notification.objects.filter(kind=urging.KIND, recipient=person).order_by("pk")
    return [[(row["reference"], part) for part in ("overdue", "soon") for row in one.context[part]] for one in mails]


def sweep(first, last):
    for number in range(first, last + 1):
        for hour in (12, 20):
            with time_machine.travel(day(number, hour), tick=False):
                urging.remind()


def test_officials_are_reminded_once_at_each_stage_and_all_parties_in_the_end(dialogue):
    hers = UserFactory(full_name="Tai", official_of="TW", time_zone="Asia/Taipei")
    other = UserFactory(full_name="Olivia", official_of="US", time_zone="America/New_York")
    issue = filed(dialogue, reference="D0-2027-001")

    for first in (0, 4, 7, 14):
        sweep(first, first + 1)

    assert told(hers) == [
        [("D0-2027-001", "soon")],
        [("D0-2027-001", "overdue")],
        [("D0-2027-001", "overdue")],
    ]
    assert told(other) == [[("D0-2027-001", "overdue")]]

    Issue.objects.filter(pk=issue.pk).update(status="acknowledged")
    sweep(31, 32)
    assert told(hers)[3:] == [[("D0-2027-001", "soon")]], "the other clock is another matter"
    with time_machine.travel(day(34)):
        triage.answer(Issue.objects.get(), texts={"en": "So."}, by=hers)
    sweep(40, 40)
    assert len(told(hers)) == 4


def test_after_a_standstill_the_latest_stage_alone_is_told_and_several_in_one_mail(dialogue):
    hers = UserFactory(official_of="TW", time_zone="Asia/Taipei")
    UserFactory(official_of="MX")
    filed(dialogue, reference="D0-2027-001")
    filed(dialogue, reference="D0-2027-002", concerns=None)
    filed(dialogue, reference="D0-2027-003", concerns="US", status="acknowledged")

    sweep(20, 21)

    assert told(hers) == [[("D0-2027-001", "overdue"), ("D0-2027-002", "overdue")]]


def test_where_a_party_has_no_officials_the_others_are_reminded(dialogue):
    other = UserFactory(official_of="US")
    filed(dialogue, reference="D0-2027-001")

    sweep(8, 8)

    assert told(other) == [[("D0-2027-001", "overdue")]]


def test_the_mail_names_no_filed_text(dialogue):
    UserFactory(official_of="TW", language="zh-hant", email="tai@agency.example")
    issue = filed(dialogue, reference="D0-2027-001", title="Our secret")
    filed(dialogue, reference="D0-2027-002", public=True, public_title_zh_hant="單一表格")
    sweep(9, 9)

    with time_machine.travel(day(9)):
        deliver_due()

    letter = mail.outbox[0]
    assert "D0-2027-001" in letter.body
    assert "單一表格" in letter.body
    assert issue.title not in letter.body


def test_desks_show_what_waits_with_its_clock(dialogue):
    hers, other = UserFactory(official_of="TW"), UserFactory(official_of="US")
    issue = filed(dialogue, reference="D0-2027-001", title="Two forms")
    awaiting = filed(dialogue, status="answered", public_status="awaiting", public_by=other, title="Three forms")
    session = SessionFactory(dialogue=dialogue, past=True)
    item = session.agenda_items.create(title_en="Forms", order=1)
    done = filed(dialogue, status="committed", title="Four forms")
    item.issues.add(done)
    kept = CommitmentFactory(session=session, agenda_item=item, published=True)

    def titles(person):
        person.__dict__.pop("active_memberships", None)
        return [row.title for row in desk.waiting_for(person) if "forms" in row.title]

    assert titles(hers) == [
        "Acknowledge the issue: D0-2027-001 Two forms",
        f"Approve the public text: {awaiting.reference} Three forms",
    ]
    assert titles(other) == [], "not about her Party, and she wrote the text"
    due = [row.due_at.date() for row in desk.waiting_for(hers) if row.url == issue.get_absolute_url()]
    assert due == [date(2027, 3, 15)]
    type(kept).objects.update(status="done")
    assert titles(hers)[-1] == f"Say what came of the issue: {done.reference} Four forms"
