"""What officials do with an issue, and who hears of it."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from dialogues import triage
from dialogues.models import Issue
from portal.activity.log import timeline
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import AgendaItemFactory, DialogueFactory, IssueFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory()


@pytest.fixture
def firm(us):
    return OrganizationFactory(name="Smith Bikes")


@pytest.fixture
def raiser(firm):
    person = UserFactory(full_name="Rosa Raiser", language="es")
    join(person, firm)
    return person


@pytest.fixture
def issue(dialogue, firm, raiser):
    return IssueFactory(dialogue=dialogue, organization=firm, filed_by=raiser, reference="D0-2026-901")


@pytest.fixture
def official_tw(tw):
    return UserFactory(full_name="陳官員", official_of="TW", language="zh-hant", time_zone="Asia/Taipei")


def steps(user):
    """What of the thread a person was told, in order."""
    rows = Notification.objects.filter(recipient=user, kind="dialogues/issue_step").order_by("pk")
    return [row.context["step"] for row in rows]


def kinds(user):
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def refusal(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as found:
        verb(*args, **kwargs)
    return found.value.code


def test_acknowledging_and_answering_stops_the_clock_and_tells_who_raised_it(issue, official, raiser):
    issue = triage.acknowledge(issue, by=official)
    assert (issue.status, issue.acknowledged_at is None) == ("acknowledged", False)

    issue = triage.answer(issue, texts={"en": "Use form 7.", "zh-hant": "請用表七。"}, by=official)

    assert (issue.status, issue.answer_zh_hant, issue.is_running) == ("answered", "請用表七。", False)
    assert issue.answered_at >= issue.acknowledged_at
    assert steps(raiser) == ["acknowledged", "answered"]
    assert timeline(issue).first().data["texts"] == {"en": "Use form 7.", "zh-hant": "請用表七。"}


def test_an_answer_before_any_acknowledgement_is_both(issue, official):
    answered = triage.answer(issue, texts={"en": "Use form 7."}, by=official)

    assert answered.acknowledged_at == answered.answered_at


def test_only_officials_of_the_parties_may_and_never_with_a_draft(issue, official, official_mx, raiser, sme):
    for person in (raiser, sme, official_mx):
        with pytest.raises(PermissionDenied):
            triage.acknowledge(issue, by=person)
    with pytest.raises(PermissionDenied):
        triage.answer(IssueFactory(dialogue=issue.dialogue, draft=True), texts={"en": "No."}, by=official)


@pytest.mark.parametrize(
    ("verb", "texts"), [(triage.answer, "texts"), (triage.decline, "reasons"), (triage.resolve, "outcomes")]
)
def test_an_answer_a_refusal_and_an_outcome_need_words(issue, official, verb, texts):
    Issue.objects.update(status="on_agenda")

    assert refusal(verb, issue, **{texts: {"en": "  ", "es": ""}}, by=official) == "required"
    issue.refresh_from_db()
    assert issue.status == "on_agenda"


def test_declining_ends_it_with_a_reason(issue, official, raiser):
    declined = triage.decline(issue, reasons={"en": "A matter of the courts."}, by=official)

    assert (declined.status, declined.declined_because) == ("declined", "A matter of the courts.")
    assert declined.answered_at is not None
    assert steps(raiser) == ["declined"]
    assert refusal(triage.answer, declined, texts={"en": "But"}, by=official) == "illegal_move"


def test_it_goes_on_an_agenda_and_comes_off_it_again(issue, official, raiser):
    session = SessionFactory(dialogue=issue.dialogue, scheduled=True)
    issue = triage.put_on_agenda(issue, session=session, by=official)

    item = session.agenda_items.get()
    assert (issue.status, item.title_en, item.visibility) == ("on_agenda", issue.title, "officials")
    assert refusal(triage.put_on_agenda, issue, session=session, by=official) == "on_it_already"

    issue = triage.take_off_agenda(issue, item=item, by=official)
    assert (issue.status, issue.agenda_items.count()) == ("acknowledged", 0)
    assert refusal(triage.take_off_agenda, issue, item=item, by=official) == "unknown_item"
    issue = triage.put_on_agenda(issue, session=session, item=item, by=official)
    assert (issue.status, list(issue.agenda_items.all())) == ("on_agenda", [item])
    assert steps(raiser) == ["on_agenda", "off_agenda", "on_agenda"]


def test_on_two_agendas_it_stays_on_the_agenda_when_it_leaves_one(issue, official, raiser):
    first, second = SessionFactory.create_batch(2, dialogue=issue.dialogue)
    triage.put_on_agenda(issue, session=first, by=official)
    issue = triage.put_on_agenda(issue, session=second, by=official)

    issue = triage.take_off_agenda(issue, item=first.agenda_items.get(), by=official)

    assert issue.status == "on_agenda"
    assert steps(raiser) == ["on_agenda", "on_agenda"]
    mails = Notification.objects.filter(recipient=raiser)
    assert all("session" not in mail.context for mail in mails), "a draft session is not named to a firm"


def test_an_agenda_of_another_dialogue_or_another_sessions_item_is_refused(issue, official):
    elsewhere = SessionFactory(dialogue=DialogueFactory())
    here = SessionFactory(dialogue=issue.dialogue)
    item = AgendaItemFactory(session=SessionFactory(dialogue=issue.dialogue))

    assert refusal(triage.put_on_agenda, issue, session=elsewhere, by=official) == "other_dialogue"
    assert refusal(triage.put_on_agenda, issue, session=here, item=item, by=official) == "unknown_item"
    issue.refresh_from_db()
    assert issue.status == "submitted"


def test_referring_acknowledges_and_tells_the_agency(issue, official, official_tw, raiser, firm):
    agency = official_tw.active_memberships[0].organization

    issue = triage.refer(issue, agency=agency, note="Customs knows.", by=official)

    assert (issue.status, issue.referred_to, issue.is_running) == ("acknowledged", agency, True)
    assert kinds(official_tw) == ["dialogues/issue_referred"]
    assert steps(raiser) == ["referred"]
    assert refusal(triage.refer, issue, agency=agency, note="", by=official) == "already"
    assert refusal(triage.refer, issue, agency=firm, note="", by=official) == "agency"
    answered = triage.answer(issue, texts={"en": "Done."}, by=official_tw)
    other = OrganizationFactory(agency=True, code="US")
    assert refusal(triage.refer, answered, agency=other, note="", by=official) == "illegal_move"


def test_merging_takes_endorsements_followers_and_people_along(issue, official, raiser, outsider, sme_tw):
    into = IssueFactory(dialogue=issue.dialogue, public=True, acknowledged=True)
    behind, both = OrganizationFactory.create_batch(2)
    issue.endorsements.create(organization=behind, note="Us too.")
    issue.endorsements.create(organization=both)
    into.endorsements.create(organization=both, note="There already.")
    issue.followers.create(user=outsider)
    into.followers.create(user=sme_tw)

    issue = triage.merge(issue, into=into, by=official)

    assert (issue.status, issue.duplicate_of) == ("duplicate", into)
    there = dict(into.endorsements.values_list("organization", "note"))
    assert there == {both.pk: "There already.", behind.pk: "Us too.", issue.organization_id: ""}
    assert {row.user for row in into.followers.all()} == {outsider, sme_tw}
    assert not issue.endorsements.exists()
    triage.answer(into, texts={"en": "So."}, by=official)
    assert steps(raiser) == ["merged", "answered"]
    assert Notification.objects.filter(recipient=raiser).last().context["through"] == issue.reference
    assert steps(outsider) == steps(sme_tw) == ["answered"], "what was not public had no followers to tell"


def test_a_firm_that_speaks_through_its_chamber_is_not_named_by_a_merge(issue, official):
    chamber = OrganizationFactory(chamber=True)
    Issue.objects.filter(pk=issue.pk).update(identity="chamber", chamber=chamber)
    into = IssueFactory(dialogue=issue.dialogue, public=True)

    triage.merge(issue, into=into, by=official)

    assert [row.organization for row in into.endorsements.all()] == [chamber]


def test_what_others_cannot_read_takes_in_nothing_they_follow(issue, official):
    public = IssueFactory(dialogue=issue.dialogue, public=True)
    settled = IssueFactory(dialogue=issue.dialogue, answered=True)
    elsewhere = IssueFactory(dialogue=DialogueFactory())

    assert refusal(triage.merge, public, into=issue, by=official) == "not_public"
    assert refusal(triage.merge, issue, into=issue, by=official) == "same"
    assert refusal(triage.merge, issue, into=settled, by=official) == "not_running"
    assert refusal(triage.merge, issue, into=elsewhere, by=official) == "other_dialogue"


def test_merged_twice_the_first_one_follows_too(issue, official, raiser):
    middle, last = (IssueFactory(dialogue=issue.dialogue) for _number in range(2))

    triage.merge(issue, into=middle, by=official)
    triage.merge(middle, into=last, by=official)

    issue.refresh_from_db()
    assert issue.duplicate_of == last
    triage.acknowledge(last, by=official)
    assert steps(raiser) == ["merged", "merged", "acknowledged"]


def test_opening_again_asks_the_officials_for_another_answer(issue, official, raiser, sme):
    answered = triage.answer(issue, texts={"en": "Use form 7."}, by=official)
    with pytest.raises(PermissionDenied):
        triage.reopen(answered, reason="No.", by=sme)
    assert refusal(triage.reopen, answered, reason=" ", by=raiser) == "reason"

    issue = triage.reopen(answered, reason="There is no form 7.", by=raiser)

    assert (issue.status, issue.answered_at, issue.reopened_because) == ("acknowledged", None, "There is no form 7.")
    assert issue.answer_by > answered.answered_at.date()
    assert "dialogues/issue_reopened" in kinds(official)
    assert steps(raiser) == ["answered"], "she knows what she did"
    assert refusal(triage.reopen, issue, reason="Again.", by=raiser) == "illegal_move"
    triage.answer(issue, texts={"en": "Use form 8."}, by=official)
    assert steps(raiser) == ["answered", "answered"]


def test_an_endorsing_firm_may_say_that_the_answer_does_not_help(issue, sme, official):
    issue.endorsements.create(organization=sme.active_memberships[0].organization, by=sme)
    answered = triage.answer(issue, texts={"en": "Use form 7."}, by=official)

    assert triage.reopen(answered, reason="Not for us.", by=sme).status == "acknowledged"


def test_an_answer_that_does_not_help_may_go_straight_on_an_agenda(issue, official):
    answered = triage.answer(issue, texts={"en": "Use form 7."}, by=official)

    issue = triage.put_on_agenda(answered, session=SessionFactory(dialogue=issue.dialogue), by=official)

    assert (issue.status, issue.answered_at, issue.reopened_at is None) == ("on_agenda", None, False)


def test_it_is_resolved_with_an_outcome(issue, official, raiser):
    Issue.objects.update(status="committed")

    issue = triage.resolve(issue, outcomes={"en": "The form is gone."}, by=official)

    assert (issue.status, issue.outcome, issue.resolved_at is None) == ("resolved", "The form is gone.", False)
    assert steps(raiser) == ["resolved"]


@pytest.mark.django_db(transaction=True)
def test_of_two_officials_who_answer_at_once_one_is_refused():
    dialogue = DialogueFactory()
    issue = IssueFactory(dialogue=dialogue)
    officials = [UserFactory(official_of="US"), UserFactory(official_of="TW")]
    start, outcomes = threading.Barrier(2), []

    def answer(person, text):
        start.wait()
        try:
            triage.answer(Issue.objects.get(pk=issue.pk), texts={"en": text}, by=person)
        except ValidationError as refused:
            outcomes.append(refused.code)
        else:
            outcomes.append(text)
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=pair) for pair in zip(officials, "ab", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    issue.refresh_from_db()
    assert sorted(outcomes) == sorted([issue.answer_en, "illegal_move"])


@pytest.mark.django_db(transaction=True)
def test_two_issues_are_not_merged_into_each_other_at_once():
    dialogue = DialogueFactory()
    one, other = IssueFactory(dialogue=dialogue), IssueFactory(dialogue=dialogue)
    official = UserFactory(official_of="US")
    start, outcomes = threading.Barrier(2), []

    def merge(issue, into):
        start.wait()
        try:
            triage.merge(Issue.objects.get(pk=issue), into=Issue.objects.get(pk=into), by=official)
        except ValidationError as refused:
            outcomes.append(refused.code)
        else:
            outcomes.append("merged")
        finally:
            connection.close()

    threads = [threading.Thread(target=merge, args=pair) for pair in [(one.pk, other.pk), (other.pk, one.pk)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["merged", "not_running"]
    assert Issue.objects.filter(status="duplicate").count() == 1
