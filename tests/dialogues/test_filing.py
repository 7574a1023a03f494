"""Raising an issue: whose it is, what is kept, its number and its clock, and who may know."""

import threading
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection

from dialogues import filing, revealing, searching
from dialogues.models import Dialogue, Issue
from portal.activity.log import timeline
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import DialogueFactory, IssueFactory
from tests.factories.partners import ChamberMemberFactory
from tests.factories.reference import sector, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    """Between the United States and Taiwan."""
    return DialogueFactory(code="USTW")


@pytest.fixture
def firm(sme):
    return sme.active_memberships[0].organization


@pytest.fixture
def speaker(chamber, firm):
    """The chamber that speaks for the firm."""
    organization = chamber.active_memberships[0].organization
    ChamberMemberFactory(chamber=organization, company=firm)
    return organization


def begin(dialogue, firm, by, **more):
    values = {"title": "Samples are taxed as goods", "language": "en", **more}
    return filing.draft(dialogue, organization=firm, by=by, **values)


def ready(dialogue, firm, by, **answers):
    issue = begin(dialogue, firm, by)
    return filing.revise(issue, by=by, what_happened="Each parcel waits six weeks.", **answers)


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return refusal.value.code


def kinds_for(user):
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def test_a_draft_is_kept_step_by_step_and_seen_by_its_own_side_alone(dialogue, firm, sme, official, outsider, tw):
    issue = begin(dialogue, firm, sme)
    issue = filing.revise(issue, by=sme, what_happened="It waits.", effect="We lose orders.", proposal="")
    issue = filing.revise(issue, by=sme, concerns=tw, topics=[topic()], sectors=[sector()], hs_codes=["200899"])
    kept = Issue.objects.get(pk=issue.pk)
    assert (kept.status, kept.reference, kept.effect, kept.concerns) == ("draft", "", "We lose orders.", tw)
    assert [row.slug for row in kept.topics.all()] == ["customs-procedures"]
    colleague = UserFactory()
    join(colleague, firm, role="member")
    assert Issue.objects.visible_to(colleague).filter(pk=issue.pk).exists()
    assert not Issue.objects.visible_to(official).filter(pk=issue.pk).exists()
    assert not Issue.objects.visible_to(outsider).filter(pk=issue.pk).exists()
    assert refused_permission(filing.revise, issue, by=official, effect="Nothing.")


def refused_permission(verb, *args, **kwargs):
    with pytest.raises(PermissionDenied):
        verb(*args, **kwargs)
    return True


def test_a_double_click_begins_one_draft_and_there_is_an_end_to_drafts(dialogue, firm, sme):
    first = begin(dialogue, firm, sme)
    assert begin(dialogue, firm, sme) == first
    Issue.objects.bulk_create(
        Issue(dialogue=dialogue, organization=firm, title=f"{number}", language="en", identity="officials")
        for number in range(filing.MOST_DRAFTS - 1)
    )
    assert refused(begin, dialogue, firm, sme, title="One more") == "too_many"


def test_people_raise_issues_for_their_firms_and_chambers_for_their_members_in_the_dialogues_of_their_economies(
    dialogue, firm, sme, speaker, chamber, official, outsider
):
    stranger = OrganizationFactory(code="US")
    ChamberMemberFactory(chamber=speaker, company=stranger, asked=True)
    assert [voice.organization for voice in filing.voices(sme, dialogue)] == [firm]
    assert {(v.organization, v.chamber) for v in filing.voices(chamber, dialogue)} == {(speaker, None), (firm, speaker)}
    assert filing.voices(official, dialogue) == filing.voices(outsider, dialogue) == []
    elsewhere = DialogueFactory(parties=("MX", "CA"))
    assert filing.voices(sme, elsewhere) == []
    assert refused(begin, elsewhere, firm, sme) == "voice"
    assert refused(begin, dialogue, stranger, chamber, chamber=speaker) == "voice"
    assert refused(begin, dialogue, firm, outsider) == "voice"


def test_a_refused_firm_raises_nothing(dialogue, firm, sme):
    issue = ready(dialogue, firm, sme)
    type(firm).objects.filter(pk=firm.pk).update(status="refused")
    assert filing.voices(sme, dialogue) == []
    assert refused(filing.submit, issue, by=sme) == "voice"


def test_submitting_gives_a_number_and_the_days_by_which_officials_answer(
    dialogue, firm, sme, tw, official, official_mx
):
    other = UserFactory(official_of="TW", language="zh-hant")
    with time_machine.travel("2027-01-28 20:00Z", tick=False):  # already Friday in Taipei
        issue = ready(dialogue, firm, sme, concerns=tw)
        issue = filing.submit(issue, by=sme)
    assert (issue.status, issue.reference) == ("submitted", "USTW-2027-001")
    assert issue.economy_id == "US"
    # Five working days after Friday 29 January; the lunar new year's holidays begin on 4 February.
    assert issue.acknowledge_by == date(2027, 2, 12)
    assert issue.acknowledge_by < issue.answer_by
    assert kinds_for(sme) == ["dialogues/issue_submitted"]
    # It is about Taiwan: its officials owe the answer.
    assert kinds_for(other) == ["dialogues/issue_received"]
    assert kinds_for(official) == kinds_for(official_mx) == []
    assert refused(filing.submit, issue, by=sme) == "illegal_move"
    assert refused(filing.revise, issue, by=sme, title="Another") == "illegal_move"


def test_an_issue_that_concerns_everybody_waits_for_the_officials_of_every_party(dialogue, firm, sme, official):
    other = UserFactory(official_of="TW")
    with time_machine.travel("2027-03-01 12:00Z", tick=False):  # a Monday
        issue = filing.submit(ready(dialogue, firm, sme), by=sme)
    assert (issue.acknowledge_by, issue.answer_by) == (date(2027, 3, 8), date(2027, 4, 12))
    assert kinds_for(official) == kinds_for(other) == ["dialogues/issue_received"]


def test_numbers_count_up_by_year_and_dialogue(dialogue, firm, sme):
    with time_machine.travel("2026-12-31 12:00Z", tick=False):
        first = [filing.submit(ready(dialogue, firm, sme), by=sme).reference for _each in range(2)]
    with time_machine.travel("2027-01-01 12:00Z", tick=False):
        later = filing.submit(ready(dialogue, firm, sme), by=sme).reference
    assert [*first, later] == ["USTW-2026-001", "USTW-2026-002", "USTW-2027-001"]
    IssueFactory(dialogue=dialogue, reference="USTW-2027-999")
    assert filing.next_reference(dialogue, 2027) == "USTW-2027-1000"
    with pytest.raises(IntegrityError):
        IssueFactory(dialogue=dialogue, reference="USTW-2026-001")


def test_what_is_missing_is_said_before_it_is_submitted(dialogue, firm, sme, speaker):
    issue = begin(dialogue, firm, sme)
    assert filing.missing(issue) == ["what_happened"]
    assert refused(filing.submit, issue, by=sme) == "incomplete"
    assert refused(filing.revise, issue, by=sme, identity="chamber", chamber=None) == "chamber"
    assert (
        refused(filing.revise, issue, by=sme, identity="chamber", chamber=OrganizationFactory(chamber=True))
        == "chamber"
    )
    with pytest.raises(TypeError):
        filing.revise(issue, by=sme, status="answered")


def test_through_its_chamber_officials_see_the_chamber_and_not_the_firm(
    dialogue, firm, sme, speaker, chamber, official, outsider
):
    issue = ready(dialogue, firm, sme, identity="chamber", chamber=speaker)
    issue = filing.submit(issue, by=sme)
    assert kinds_for(chamber) == ["dialogues/issue_submitted"]
    seen = revealing.raiser(issue, official)
    assert (seen.organization, seen.chamber, seen.person, seen.is_hidden) == (None, speaker, None, True)
    assert revealing.raiser(issue, chamber).organization == firm
    assert revealing.raiser(issue, sme).person == sme
    issue.public_at = issue.submitted_at
    assert revealing.raiser(issue, outsider) == revealing.Raiser(is_hidden=True)
    assert firm.name not in " ".join(entry.object_label for entry in timeline(issue))


@pytest.mark.parametrize(
    ("identity", "official_sees", "public_sees"), [("public", True, True), ("officials", True, False)]
)
def test_the_firm_is_named_to_whom_it_chose(identity, official_sees, public_sees, official, outsider, official_mx):
    issue = IssueFactory(public=True, identity=identity)
    firm = issue.organization
    assert (revealing.raiser(issue, official).organization == firm) is official_sees
    for reader in (outsider, official_mx):  # Mexico is no Party
        assert (revealing.raiser(issue, reader).organization == firm) is public_sees
        assert revealing.hides_raiser(issue, reader) is not public_sees
    unpublished = IssueFactory(identity=identity)
    assert revealing.raiser(unpublished, outsider).organization is None


def test_a_chamber_whose_membership_has_ended_files_nothing_for_the_firm(dialogue, firm, speaker, chamber):
    issue = begin(dialogue, firm, chamber, chamber=speaker)
    issue = filing.revise(issue, by=chamber, what_happened="It waits.")
    firm.chambers.update(status="ended")
    assert refused(filing.submit, issue, by=chamber) == "chamber"


def test_withdrawing_is_for_its_own_side_until_it_is_on_an_agenda(dialogue, firm, sme, official, outsider):
    draft = filing.withdraw(begin(dialogue, firm, sme), by=sme)
    assert (draft.status, timeline(draft).first().verb) == ("withdrawn", "discarded")
    issue = filing.submit(ready(dialogue, firm, sme, proposal="Do."), by=sme)
    for stranger in (official, outsider):
        assert refused_permission(filing.withdraw, issue, by=stranger)
    assert filing.withdraw(issue, by=sme).status == "withdrawn"
    settled = IssueFactory(dialogue=dialogue, organization=firm, on_agenda=True)
    assert refused(filing.withdraw, settled, by=sme) == "illegal_move"
    # Who has left the firm does not act for it any more.
    sme.memberships.update(status="ended")
    sme.forget_memberships()
    assert refused_permission(filing.withdraw, IssueFactory(dialogue=dialogue, organization=firm, filed_by=sme), by=sme)


def test_whoever_follows_a_public_issue_hears_that_it_was_withdrawn(dialogue, firm, sme, outsider):
    issue = IssueFactory(dialogue=dialogue, organization=firm, public=True)
    issue.followers.create(user=outsider)
    filing.withdraw(issue, by=sme)
    assert kinds_for(outsider) == ["dialogues/issue_step"]


def test_the_state_is_a_facet_that_keeps_itself(dialogue, firm, sme):
    issue = filing.submit(ready(dialogue, firm, sme, sectors=[sector()]), by=sme)
    assert {"state:submitted", "sector:processed-food", "about:*", "economy:US"} < set(issue.facets)
    issue = Issue.objects.get(pk=filing.withdraw(issue, by=sme).pk)
    assert "state:withdrawn" in issue.facets
    assert "state:submitted" not in issue.facets
    assert not searching.refresh(issue) or "state:withdrawn" in issue.facets


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_twin_when_many_submit_at_once(dialogue, firm, sme):
    issues = [ready_other(dialogue, firm, sme, number) for number in range(6)]
    failed = []

    def submit(issue):
        try:
            filing.submit(issue, by=sme)
        except Exception as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=(issue,)) for issue in issues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    references = sorted(Issue.objects.filter(dialogue=dialogue).values_list("reference", flat=True))
    year = Dialogue.objects.get(pk=dialogue.pk).issues.first().submitted_at.year
    assert references == [f"USTW-{year}-{number:03d}" for number in range(1, 7)]


def ready_other(dialogue, firm, by, number):
    issue = begin(dialogue, firm, by, title=f"Problem {number}")
    return filing.revise(issue, by=by, what_happened="It waits.")
