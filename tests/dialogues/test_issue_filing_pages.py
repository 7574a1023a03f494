"""Raising an issue, standing behind one and following one, as a browser meets them."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from dialogues import desk, searching
from dialogues.models import Issue
from dialogues.views.filing import BEGUN_AN_HOUR
from portal.languages import reading_as
from portal.notifications import mails
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, join
from tests.factories.dialogues import DialogueFactory, IssueFactory
from tests.factories.partners import ChamberMemberFactory
from tests.factories.reference import sector, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory(title_en="Pacific Dialogue", slug="pacific", code="PAC")


@pytest.fixture
def firm(sme):
    return sme.active_memberships[0].organization


@pytest.fixture
def speaker(chamber, firm):
    organization = chamber.active_memberships[0].organization
    ChamberMemberFactory(chamber=organization, company=firm)
    return organization


def public(dialogue, title, **more):
    issue = IssueFactory(dialogue=dialogue, public=True, public_title_en=title, **more)
    searching.refresh(issue)
    return issue


def address(name, issue, *more):
    return reverse(f"dialogues:{name}", args=[issue.dialogue.slug, issue.pk, *more])


def begin(client, dialogue, title="Samples are taxed like goods", **more):
    response = client.post(
        reverse("dialogues:issue-new", args=[dialogue.slug]), {"title": title, "language": "es", **more}
    )
    return response, Issue.objects.filter(status="draft").order_by("pk").last()


def test_a_firm_raises_an_issue_step_by_step_without_javascript(client, dialogue, firm, sme, tw):
    sector()
    topic()
    client.force_login(sme)
    response, issue = begin(client, dialogue)
    assert (issue.organization, issue.language, issue.filed_by) == (firm, "es", sme)
    assert response.url == address("issue-similar", issue)
    assert client.get(response.url).url == address("issue-write", issue, "story")  # nothing is like it
    story = address("issue-write", issue, "story")
    assert 'lang="es"' in client.get(story).text
    wrong = client.post(story, {"what_happened": "", "effect": "Perdimos pedidos."})
    assert "Nothing is saved yet" in wrong.text
    assert "Perdimos pedidos." in wrong.text
    assert client.post(story, {"what_happened": "Esperó seis semanas."}).url == address("issue-write", issue, "about")
    about = address("issue-write", issue, "about")
    answers = {"concerns": "TW", "topics": ["customs-procedures"], "sectors": ["processed-food"]}
    assert "2, 4 or 6 digits" in client.post(about, {**answers, "hs_codes": "12345"}).text
    assert client.post(about, {**answers, "hs_codes": "8421.21, ２０08"}).url == address(
        "issue-write", issue, "identity"
    )
    identity = address("issue-write", issue, "identity")
    assert client.post(identity, {"identity": "public"}).url == address("issue-check", issue)
    page = client.get(address("issue-check", issue)).text
    for said in ("Esperó seis semanas.", "842121", "Customs procedures", "Taiwan", escape(firm.name)):
        assert said in page
    done = client.post(address("issue-check", issue))
    assert done.url == address("issue-submitted", issue)
    issue.refresh_from_db()
    assert issue.reference.startswith("PAC-")
    page = client.get(done.url).text
    assert issue.reference in page
    assert client.get(address("issue-check", issue)).status_code == 404
    assert issue.reference in client.get(reverse("dialogues:issue-mine")).text


def test_a_draft_waits_on_the_desk_and_goes_on_where_it_was_left(client, dialogue, sme):
    client.force_login(sme)
    _response, issue = begin(client, dialogue)
    left = client.post(address("issue-write", issue, "story"), {"what_happened": "It waits.", "later": "1"})
    assert left.url == reverse("dialogues:issue-mine")
    (waiting,) = desk.waiting_for(sme)
    assert waiting.url == address("issue-check", issue)
    assert address("issue-check", issue) in client.get(left.url).text
    assert "What happened" in client.get(waiting.url).text
    assert client.post(address("issue-withdraw", issue)).url == left.url
    assert desk.waiting_for(sme) == []
    assert address("issue-check", issue) not in client.get(left.url).text


def test_one_like_it_is_offered_first_and_takes_the_draft_s_place(client, dialogue, firm, sme):
    like = public(dialogue, "Samples without value are taxed like goods")
    client.force_login(sme)
    response, issue = begin(client, dialogue)
    page = client.get(response.url).text
    assert "This affects us too" in page
    assert like.reference in page
    assert client.post(address("issue-endorse", like), {"draft": issue.pk}).url == like.get_absolute_url()
    issue.refresh_from_db()
    assert (issue.status, like.endorsements.get().organization) == ("withdrawn", firm)
    # Again, by the back button: the draft is gone.
    assert client.post(address("issue-endorse", like), {"draft": issue.pk}).status_code == 404
    assert client.post(address("issue-endorse", like), {"draft": "²"}).status_code == 200


def test_a_chamber_chooses_for_whom_and_can_hide_only_behind_itself(client, dialogue, firm, speaker, chamber):
    other = OrganizationFactory(chamber=True, name="Other Chamber")
    ChamberMemberFactory(chamber=other, company=firm)
    client.force_login(chamber)
    response, issue = begin(client, dialogue, voice="nobody")
    assert issue is None
    assert "Select a valid choice" in response.text
    _response, issue = begin(client, dialogue, voice=f"{firm.pk}-{speaker.pk}")
    assert (issue.organization, issue.chamber) == (firm, speaker)
    page = client.get(address("issue-write", issue, "identity")).text
    assert f"chamber-{speaker.pk}" in page
    assert f"chamber-{other.pk}" not in page
    client.post(address("issue-write", issue, "identity"), {"identity": f"chamber-{speaker.pk}"})
    issue.refresh_from_db()
    assert (issue.identity, issue.chamber) == ("chamber", speaker)
    client.post(address("issue-write", issue, "identity"), {"identity": "officials"})
    issue.refresh_from_db()
    assert (issue.identity, issue.chamber) == ("officials", speaker)


def test_the_pages_of_an_issue_are_for_its_own_side(client, dialogue, firm, sme, official, outsider):
    draft = IssueFactory(dialogue=dialogue, organization=firm, draft=True)
    filed = IssueFactory(dialogue=dialogue, organization=firm)
    for person, missing, refused in ((official, 404, 403), (outsider, 404, 404)):
        client.force_login(person)
        for name in ("issue-similar", "issue-check", "issue-withdraw"):
            assert client.get(address(name, draft)).status_code == missing
        assert client.get(address("issue-withdraw", filed)).status_code == refused
        assert client.get(reverse("dialogues:issue-new", args=[dialogue.slug])).status_code == 403
    client.force_login(sme)
    assert client.get(address("issue-write", draft, "nonsense")).status_code == 404
    assert client.get(address("issue-write", filed, "story")).status_code == 404
    foreign = DialogueFactory(parties=("MX", "CA"))
    assert "is of no Party" in client.get(reverse("dialogues:issue-new", args=[foreign.slug])).text
    assert "too late" in client.get(address("issue-withdraw", IssueFactory(organization=firm, on_agenda=True))).text


def test_a_firm_counts_itself_in_and_out_and_anyone_follows(client, dialogue, firm, sme, outsider):
    issue = public(dialogue, "Labels must be reprinted")
    assert "/account/login/" in client.get(address("issue-endorse", issue)).url
    client.force_login(sme)
    assert "Count us in" in client.get(address("issue-endorse", issue)).text
    assert client.post(address("issue-endorse", issue), {"note": "x" * 501}).status_code == 200
    assert client.post(address("issue-endorse", issue), {"note": "A month."}).url == issue.get_absolute_url()
    page = client.get(issue.get_absolute_url()).text
    assert "2 firms affected" in page
    row = issue.endorsements.get()
    assert "You stand behind it already" in client.get(address("issue-endorse", issue)).text
    client.force_login(outsider)
    assert client.post(address("endorsement-take-back", issue, row.pk)).status_code == 403
    client.post(address("issue-follow", issue))
    assert "Stop following" in client.get(issue.get_absolute_url()).text
    assert issue.public_title in client.get(reverse("dialogues:issue-mine")).text
    client.post(address("issue-unfollow", issue))
    assert not issue.followers.exists()
    client.force_login(sme)
    client.post(address("endorsement-take-back", issue, row.pk))
    assert not issue.endorsements.exists()


def test_no_page_names_a_firm_that_does_not_want_to_be_named(client, dialogue, firm, sme, official):
    firm.name = "Secretive Bakers"
    firm.save()
    hidden = public(dialogue, "Labels must be reprinted", organization=firm, identity="officials", filed_by=sme)
    shown = public(dialogue, "Stamps take weeks", organization=firm, identity="public")
    assert "Secretive Bakers" not in client.get(hidden.get_absolute_url()).text
    assert "Secretive Bakers" in client.get(shown.get_absolute_url()).text
    lists = [reverse("dialogues:issue-list"), reverse("dialogues:dialogue-issues", args=[dialogue.slug])]
    for page in lists:
        assert client.get(page, {"words": "stamps"}).text.count("Secretive Bakers") == 1
        assert "Secretive Bakers" not in client.get(page, {"words": "labels"}).text
    client.force_login(official)
    assert "Secretive Bakers" in client.get(hidden.get_absolute_url()).text


ODD = (
    "page=0",
    "page=-1",
    "page=999999",
    "page=abc",
    "words=%00",
    "words=%ff",
    "words=" + "x" * 400,
    "topic=%00&state=x&sort=up",
    "dialogue=none&economy=ZZ",
)


def test_an_odd_address_of_a_list_gets_a_page(client, dialogue):
    public(dialogue, "Labels must be reprinted")
    for page in (reverse("dialogues:issue-list"), reverse("dialogues:dialogue-issues", args=[dialogue.slug])):
        for query in ODD:
            assert client.get(f"{page}?{query}").status_code == 200, query


def test_the_dialogue_s_page_leads_to_its_issues_and_costs_the_same_for_three(
    client, dialogue, django_assert_num_queries
):
    public(dialogue, "Labels must be reprinted")
    listed = reverse("dialogues:dialogue-issues", args=[dialogue.slug])
    assert listed in client.get(dialogue.get_absolute_url()).text
    assert dialogue.get_absolute_url() in client.get(listed).text
    client.get(listed)
    with django_assert_num_queries(11):
        client.get(listed)
    public(dialogue, "More", organization__name="One")
    public(dialogue, "Most", organization__name="Two")
    client.get(listed)
    with django_assert_num_queries(11):
        client.get(listed)


def test_there_is_an_end_to_what_one_person_begins_in_an_hour(client, dialogue, sme):
    client.force_login(sme)
    for number in range(BEGUN_AN_HOUR):
        assert begin(client, dialogue, title="Same")[0].status_code == 302, number
    refused, _issue = begin(client, dialogue, title="One more")
    assert refused.status_code == 429
    assert "Come back later" in refused.text


def test_the_mails_name_the_number_and_the_days_and_not_the_firm(dialogue, firm, sme, official, client):
    type(sme).objects.update(language="zh-hant")
    client.force_login(sme)
    _response, issue = begin(client, dialogue, title="Etiquetas")
    client.post(address("issue-write", issue, "story"), {"what_happened": "Espera."})
    client.post(address("issue-check", issue))
    issue.refresh_from_db()
    for row in Notification.objects.select_related("recipient"):
        with reading_as(row.addressee):
            mail = mails.compose(row, mails.subject(row))
        assert issue.reference in mail.subject
        assert str(issue.answer_by.day) in mail.body
        assert firm.name not in mail.body
    assert set(Notification.objects.values_list("kind", flat=True)) == {
        "dialogues/issue_submitted",
        "dialogues/issue_received",
    }


def test_who_belongs_to_a_firm_and_to_a_chamber_is_asked_for_whom(client, dialogue, firm, sme):
    second = OrganizationFactory(name="Second Firm")
    join(sme, second)
    client.force_login(sme)
    page = client.get(reverse("dialogues:issue-new", args=[dialogue.slug])).text
    assert "Second Firm" in page
    _response, issue = begin(client, dialogue, voice=str(second.pk))
    assert issue.organization == second
