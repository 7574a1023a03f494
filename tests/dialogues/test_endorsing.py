"""Standing behind somebody else's issue, being counted, and following one."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from dialogues import endorsing, following
from dialogues.models import Endorsement
from portal.activity.log import timeline
from portal.activity.models import Activity
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import DialogueFactory, IssueFactory
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory
from tests.factories.reference import sector

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(us, tw):
    """Public, of a firm in the United States."""
    return IssueFactory(public=True)


@pytest.fixture
def firm(sme):
    return sme.active_memberships[0].organization


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return refusal.value.code


def test_a_firm_stands_behind_an_issue_once_and_may_take_it_back(issue, firm, sme, outsider):
    first = endorsing.endorse(issue, organization=firm, by=sme, note=" It costs us a month. ")
    assert endorsing.endorse(issue, organization=firm, by=sme) == first
    assert (first.note, endorsing.own(sme, issue)) == ("It costs us a month.", [first])
    assert endorsing.counts([issue]) == {issue.pk: 2}
    with pytest.raises(PermissionDenied):
        endorsing.take_back(first, by=outsider)
    endorsing.take_back(first, by=sme)
    endorsing.take_back(first, by=sme)  # gone already: a second click
    assert endorsing.counts([issue]) == {issue.pk: 1}
    assert endorsing.own(outsider, issue) == []


def test_who_endorses_is_not_in_the_issue_s_own_log(issue, firm, sme):
    row = endorsing.endorse(issue, organization=firm, by=sme)
    assert not timeline(issue).exists()
    assert timeline(row).get().actor == sme
    assert not Activity.objects.filter(object_label__contains=firm.name).exists()


def test_only_a_public_issue_that_is_not_settled_takes_firms_and_not_its_own(firm, sme, us, tw):
    for settled in (IssueFactory(), IssueFactory(public=True, answered=True)):
        assert refused(endorsing.endorse, settled, organization=firm, by=sme) == "settled"
    own = IssueFactory(public=True, organization=firm)
    assert refused(endorsing.endorse, own, organization=firm, by=sme) == "own"
    for open_one in (IssueFactory(public=True, on_agenda=True), IssueFactory(public=True, committed=True)):
        assert endorsing.endorse(open_one, organization=firm, by=sme).pk


def test_people_speak_for_their_own_organizations_in_dialogues_of_their_economy(issue, firm, sme, official, outsider):
    assert refused(endorsing.endorse, issue, organization=OrganizationFactory(), by=sme) == "voice"
    for person in (official, outsider):
        with pytest.raises(PermissionDenied):
            endorsing.endorse(issue, organization=firm, by=person)
    elsewhere = IssueFactory(public=True, dialogue=DialogueFactory(parties=("MX", "CA")))
    assert refused(endorsing.endorse, elsewhere, organization=firm, by=sme) == "voice"


def test_a_chamber_stands_behind_it_for_itself_and_for_its_members(issue, firm, chamber):
    body = chamber.active_memberships[0].organization
    ChamberMemberFactory(chamber=body, company=firm)
    assert [voice.organization for voice in endorsing.voices_for(chamber, issue)] == [body, firm]
    row = endorsing.endorse(issue, organization=firm, by=chamber)
    endorsing.endorse(issue, organization=body, by=chamber)
    assert endorsing.voices_for(chamber, issue) == []
    counted = endorsing.affected(issue)
    assert (counted.firms, counted.chambers) == (2, 1)
    endorsing.take_back(row, by=chamber)
    assert endorsing.affected(issue).firms == 1


def test_firms_are_counted_by_economy_and_by_sectors_in_which_nobody_is_recognized(
    issue, django_assert_num_queries, us, tw
):
    food, steel = sector("food", "Food"), sector("steel", "Steel")
    part = sector("snacks", "Snacks", parent=food)
    for code, sectors in [("TW", [part]), ("US", [food]), ("US", [food, steel]), ("TW", [steel]), ("US", [])]:
        profile = CompanyProfileFactory(organization__code=code, organization__economy_id=code, sectors=())
        profile.sectors.set(sectors)
        Endorsement.objects.create(issue=issue, organization=profile.organization)
    with django_assert_num_queries(3):
        counted = endorsing.affected(issue)
    assert (counted.firms, counted.chambers) == (6, 0)
    assert [(economy.pk, number) for economy, number in counted.by_economy] == [("US", 4), ("TW", 2)]
    # Two in steel would be two who know each other; the part of a sector counts in the wider one.
    assert counted.by_sector == [(food, 3)]
    assert counted.elsewhere == 3


def test_anyone_signed_in_follows_what_everybody_may_read(issue, outsider, sme):
    row = following.follow(issue, by=outsider)
    assert following.follow(issue, by=outsider) == row
    assert following.is_following(issue, outsider)
    following.unfollow(issue, by=outsider)
    following.unfollow(issue, by=outsider)
    assert not following.is_following(issue, outsider)
    with pytest.raises(PermissionDenied):
        following.follow(IssueFactory(), by=outsider)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_count_one_firm(issue, firm, sme):
    colleague = UserFactory()
    join(colleague, firm)
    failed = []

    def click(person):
        try:
            endorsing.endorse(issue, organization=firm, by=person)
            following.follow(issue, by=sme)
        except Exception as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(person,)) for person in (sme, colleague, sme, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert issue.endorsements.count() == issue.followers.count() == 1
