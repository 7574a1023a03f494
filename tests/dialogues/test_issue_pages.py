"""The page of an issue, the officials' queue and their forms, as a browser meets them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialogues import public_text, triage
from dialogues.models import Issue
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
    person = UserFactory(full_name="Rosa Raiser")
    join(person, firm)
    return person


@pytest.fixture
def issue(dialogue, firm, raiser):
    return IssueFactory(
        dialogue=dialogue,
        organization=firm,
        filed_by=raiser,
        title="Filed title",
        what_happened="Our container waited.",
        reference="D0-2026-905",
    )


def address(name, issue, *more):
    return reverse(f"dialogues:{name}", args=[issue.dialogue.slug, issue.pk, *more])


def page(client, issue, user=None):
    if user is not None:
        client.force_login(user)
    return client.get(issue.get_absolute_url())


def publish(issue, **details):
    Issue.objects.filter(pk=issue.pk).update(
        public_status="published",
        public_at=timezone.now(),
        public_title_en="Public title",
        public_text_en="A public **text**.",
        **details,
    )
    issue.refresh_from_db()


def test_before_it_is_public_only_its_side_and_officials_find_it(client, issue, raiser, official, sme_tw):
    assert page(client, issue).status_code == 404
    assert page(client, issue, sme_tw).status_code == 404
    hers = page(client, issue, raiser).content.decode()
    theirs = page(client, issue, official).content.decode()

    for text in (hers, theirs):
        assert "Filed title" in text
        assert "Our container waited." in text
    assert "Acknowledge the issue" in theirs
    assert "Acknowledge the issue" not in hers


def test_the_public_page_shows_the_public_text_and_never_what_was_filed(client, issue):
    publish(issue)

    text = page(client, issue).content.decode()

    assert "A public <strong>text</strong>." in text
    for secret in ("Filed title", "Our container waited.", "Smith Bikes", "Rosa Raiser"):
        assert secret not in text


def test_a_firm_behind_its_chamber_is_hidden_from_officials_too(client, issue, official, chamber):
    body = chamber.active_memberships[0].organization
    Issue.objects.filter(pk=issue.pk).update(identity="chamber", chamber=body)
    triage.acknowledge(issue, by=official)
    issue.refresh_from_db()
    issue = triage.answer(issue, texts={"en": "No."}, by=official)
    triage.reopen(issue, reason="It does not help.", by=issue.filed_by)

    text = page(client, issue, official).content.decode()
    queue = client.get(reverse("dialogues:issue-queue") + "?of=all").content.decode()

    assert body.name in text
    for secret in ("Smith Bikes", "Rosa Raiser"):
        assert secret not in text
        assert secret not in queue


def test_a_draft_leads_to_where_it_is_written(client, dialogue, firm, raiser):
    draft = IssueFactory(dialogue=dialogue, organization=firm, filed_by=raiser, draft=True)

    response = page(client, draft, raiser)

    assert response.url == address("issue-check", draft)
    Issue.objects.filter(pk=draft.pk).update(status="withdrawn")
    assert page(client, draft, raiser).status_code == 404
    assert page(client, draft, UserFactory(official_of="US")).status_code == 404


def test_the_number_alone_leads_to_the_page(client, issue):
    assert client.get("/en/dialogues/issues/D0-2026-905/").status_code == 404
    publish(issue)

    assert client.get("/en/dialogues/issues/D0-2026-905/").url == issue.get_absolute_url()
    assert client.get("/en/dialogues/issues/D0-2026-905%00/").status_code == 404


def test_a_merged_issue_leads_on_where_the_reader_may_go(client, issue, official, raiser):
    into = IssueFactory(dialogue=issue.dialogue, reference="D0-2026-906")
    triage.merge(issue, into=into, by=official)

    hers, theirs = page(client, issue, raiser).content.decode(), page(client, issue, official).content.decode()

    assert "D0-2026-906" in hers
    assert into.get_absolute_url() not in hers
    assert into.get_absolute_url() in theirs


def test_an_official_answers_in_two_languages(client, issue, official):
    client.force_login(official)
    assert client.post(address("issue-acknowledge", issue)).url == issue.get_absolute_url()
    empty = client.post(address("issue-answer", issue), {"text_en": " "})
    assert "Write it in at least one language." in empty.content.decode()

    client.post(address("issue-answer", issue), {"text_en": "Use form 7.", "text_zh_hant": "請用表七。"})

    issue.refresh_from_db()
    assert (issue.status, issue.answer_en, issue.answer_zh_hant) == ("answered", "Use form 7.", "請用表七。")
    assert client.get(address("issue-answer", issue)).url == issue.get_absolute_url(), "nothing to answer any more"
    assert page(client, issue).content.decode().count("Use form 7.") == 1


def test_it_is_put_on_an_agenda_from_its_page_and_taken_off(client, issue, official):
    client.force_login(official)
    assert "No session is being prepared" in client.get(address("issue-agenda", issue)).content.decode()
    item = AgendaItemFactory(session=SessionFactory(dialogue=issue.dialogue))
    AgendaItemFactory(session=SessionFactory(dialogue=issue.dialogue, past=True), title_en="Of the past")
    form = client.get(address("issue-agenda", issue)).content.decode()
    assert f'value="i{item.pk}"' in form
    assert "Of the past" not in form
    assert client.post(address("issue-agenda", issue), {"place": "i999999"}).status_code == 200

    client.post(address("issue-agenda", issue), {"place": f"i{item.pk}"})

    issue.refresh_from_db()
    assert (issue.status, list(item.issues.all())) == ("on_agenda", [issue])
    client.post(address("issue-off-agenda", issue, item.pk))
    issue.refresh_from_db()
    assert issue.status == "acknowledged"
    client.post(address("issue-agenda", issue), {"place": f"s{item.session_id}"})
    assert item.session.agenda_items.count() == 2


def test_referring_merging_declining_and_resolving_from_the_page(client, dialogue, official, official_tw):
    client.force_login(official)
    agency = official_tw.active_memberships[0].organization
    one, other = (IssueFactory(dialogue=dialogue) for _number in range(2))
    client.post(address("issue-refer", one), {"agency": agency.pk, "note": "Yours."})
    wrong = client.post(address("issue-merge", one), {"reference": "D0-1999-001"})
    assert "No issue of this dialogue has this number." in wrong.content.decode()
    assert client.get(address("issue-merge", one), {"into": other.reference + "\x00"}).status_code == 200
    client.post(address("issue-merge", one), {"reference": other.reference.lower()})
    one.refresh_from_db()
    assert (one.referred_to, one.duplicate_of) == (agency, other)

    client.post(address("issue-decline", other), {"text_en": "A matter of the courts."})
    done = IssueFactory(dialogue=dialogue, committed=True)
    client.post(address("issue-resolve", done), {"text_en": "The form is gone."})

    other.refresh_from_db()
    done.refresh_from_db()
    assert (other.status, done.outcome) == ("declined", "The form is gone.")
    assert "A matter of the courts." in page(client, other).content.decode()
    assert "The form is gone." in page(client, done).content.decode()


@pytest.fixture
def official_tw(tw):
    return UserFactory(full_name="陳官員", official_of="TW")


def test_whoever_raised_it_opens_it_again_and_says_why(client, issue, official, raiser, sme_tw):
    triage.answer(issue, texts={"en": "Use form 7."}, by=official)
    publish(issue)
    client.force_login(sme_tw)
    assert client.get(address("issue-reopen", issue)).status_code == 403
    client.force_login(raiser)
    assert "Use form 7." in client.get(address("issue-reopen", issue)).content.decode()

    client.post(address("issue-reopen", issue), {"reason": "There is no form 7."})

    assert "There is no form 7." in page(client, issue, official).content.decode()
    assert "There is no form 7." not in page(client, issue, sme_tw).content.decode()


def test_the_public_text_is_written_beside_what_was_filed_approved_and_taken_down(client, issue, official, official_tw):
    client.force_login(official)
    form = client.get(address("issue-text", issue))
    assert "Our container waited." in form.content.decode()
    seen = public_text.version(issue)
    texts = {"title_en": "One form", "text_en": "Two forms.", "title_zh_hant": "單一表格"}
    refused = client.post(address("issue-text", issue), {**texts, "seen": seen, "ask": "1"})
    assert "Missing: Traditional Chinese" in refused.content.decode()
    issue.refresh_from_db()
    assert issue.public_status == "none", "what cannot be asked for is not half done"
    client.post(address("issue-text", issue), {**texts, "text_zh_hant": "兩張表格。", "seen": seen, "ask": "1"})

    stale = client.post(address("issue-text", issue), {**texts, "seen": seen})
    assert stale.status_code == 409
    assert client.post(address("issue-text-approve", issue), {"seen": "x"}).status_code == 403
    client.force_login(official_tw)
    issue.refresh_from_db()
    client.post(address("issue-text-approve", issue), {"seen": public_text.version(issue)})
    client.logout()
    assert "Two forms." in page(client, issue).content.decode()

    client.force_login(official)
    client.post(address("issue-text-take-down", issue), {"note": ""})
    client.post(address("issue-text-take-down", issue), {"note": "It shows a price."})
    client.logout()
    assert page(client, issue).status_code == 404


def queries(client, url):
    """How many queries a page costs, the count on the desk included."""
    with CaptureQueriesContext(connection) as context:
        client.get(url)
    return len(context)


def test_the_queue_shows_the_oldest_clock_first_and_costs_the_same_for_three(client, dialogue, official_tw, sme):
    client.force_login(sme)
    queue = reverse("dialogues:issue-queue")
    assert client.get(queue).status_code == 403
    client.force_login(official_tw)
    client.get(queue)
    first = IssueFactory(dialogue=dialogue, title="Young")
    for_one = queries(client, queue)
    older = IssueFactory(dialogue=dialogue, title="Old", acknowledge_by=first.acknowledge_by.replace(year=2025))
    IssueFactory(dialogue=dialogue, title="Answered", answered=True)
    IssueFactory(dialogue=dialogue, title="Public", public=True, identity="public")
    IssueFactory(dialogue=DialogueFactory(parties=["US", "MX"]), title="Elsewhere")

    assert queries(client, queue) == for_one
    text = client.get(queue).content.decode()
    assert text.index(older.get_absolute_url()) < text.index(first.get_absolute_url())
    assert "Answered</a>" not in text
    assert "Elsewhere" not in text
    for odd in ("?page=0", "?page=abc", "?page=-1&state=x", "?state=all&of=all", "?dialogue=%00", "?state=%00"):
        assert client.get(queue + odd).status_code == 200


def test_the_page_costs_the_same_however_much_happened(client, issue, official, django_assert_num_queries):
    publish(issue)
    session = SessionFactory(dialogue=issue.dialogue, held=True)

    def happen():
        item = AgendaItemFactory(session=session)
        item.issues.add(issue)
        session.decisions.create(agenda_item=item, text_en="One form.", published_at=timezone.now())
        commitment = session.commitments.create(
            agenda_item=item,
            owner=OrganizationFactory(agency=True),
            text_en="Publish it.",
            due_on=timezone.localdate(),
            published_at=timezone.now(),
        )
        commitment.updates.create(language="en", text="Nearly.")
        issue.endorsements.create(organization=OrganizationFactory())

    happen()
    page(client, issue)
    with django_assert_num_queries(12):
        page(client, issue)
    for _time in range(2):
        happen()
    with django_assert_num_queries(12):
        page(client, issue)


def test_the_dialogue_page_shows_how_quickly_its_parties_answer(client, dialogue):
    assert "How quickly the Parties answer" not in client.get(dialogue.get_absolute_url()).content.decode()
    IssueFactory(dialogue=dialogue, answered=True)

    assert "How quickly the Parties answer" in client.get(dialogue.get_absolute_url()).content.decode()
