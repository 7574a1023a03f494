"""The thread of an issue: who hears of what came of it elsewhere, in her language, and what its page shows."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone, translation

from dialogues import scheduling, threads, tracing, triage
from dialogues.models import Issue
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    IssueFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory()


@pytest.fixture
def raiser(us):
    return UserFactory(full_name="Rosa Raiser", sme_in="US", language="es", email="rosa@firm.example")


@pytest.fixture
def issue(dialogue, raiser):
    return IssueFactory(
        dialogue=dialogue,
        organization=raiser.active_memberships[0].organization,
        filed_by=raiser,
        on_agenda=True,
        public=True,
        reference="D0-2026-902",
    )


@pytest.fixture
def session(dialogue):
    return SessionFactory(dialogue=dialogue, held=True, title_en="Fourth session", title_es="Cuarta sesión")


@pytest.fixture
def item(session, issue):
    item = AgendaItemFactory(session=session)
    item.issues.add(issue)
    return item


def steps(user):
    rows = Notification.objects.filter(recipient=user, kind=threads.KIND).order_by("pk")
    return [row.context["step"] for row in rows]


def seen(issue, user):
    """The steps of the page, in order."""
    return [event.step for event in tracing.events(issue, user)]


def test_the_filer_hears_of_it_and_when_she_has_left_her_colleagues_do(issue, raiser):
    firm = issue.organization
    colleague = UserFactory()
    join(colleague, firm)
    assert threads.audience(issue) == {raiser: threads.Heard(issue, "raised")}

    raiser.memberships.update(status="ended")

    assert threads.audience(issue) == {colleague: threads.Heard(issue, "raised")}


def test_a_chamber_that_files_hears_of_it_together_with_the_firm(dialogue, chamber, raiser):
    body, firm = chamber.active_memberships[0].organization, raiser.active_memberships[0].organization
    issue = IssueFactory(dialogue=dialogue, organization=firm, chamber=body, filed_by=chamber)

    assert set(threads.audience(issue)) == {chamber, raiser}


def test_endorsers_and_followers_hear_of_what_they_can_read(issue, raiser, sme_tw, outsider, official):
    issue.endorsements.create(organization=sme_tw.active_memberships[0].organization, by=sme_tw)
    issue.followers.create(user=outsider)
    issue.followers.create(user=official)
    assert set(threads.audience(issue)) == {raiser, sme_tw, outsider, official}

    Issue.objects.update(public_at=None, public_status="drafted")
    issue.refresh_from_db()

    assert set(threads.audience(issue)) == {raiser, official}


def test_a_step_is_told_once_and_never_to_who_did_it(issue, raiser, official):
    issue.followers.create(user=official)
    for _time in range(2):
        threads.tell(issue, "acknowledged", by=official)

    assert (steps(raiser), steps(official)) == (["acknowledged"], [])
    with pytest.raises(ValueError, match="thrown"):
        threads.tell(issue, "thrown", by=official)


def test_minutes_with_a_commitment_commit_to_the_issue(issue, item, session, raiser, official):
    decision = session.decisions.create(agenda_item=item, text_en="One form.", published_at=timezone.now())
    agency = OrganizationFactory(agency=True, name="Customs")
    CommitmentFactory(session=session, agenda_item=item, owner=agency, published=True, text_en="Publish the form.")

    threads.after_publication(session, by=official)
    threads.after_publication(session, by=official)

    issue.refresh_from_db()
    assert issue.status == "committed"
    assert steps(raiser) == ["committed"]
    context = Notification.objects.get(recipient=raiser).context
    assert context["decided"] == [{"en": decision.text_en}]
    assert context["promised"][0]["owner"] == "Customs"


def test_a_decision_alone_leaves_it_on_the_agenda(issue, item, session, raiser, official):
    session.decisions.create(agenda_item=item, text_en="One form.", published_at=timezone.now())
    threads.after_publication(session, by=official)
    issue.refresh_from_db()
    assert (issue.status, steps(raiser)) == ("on_agenda", ["decided"])

    # A correction of the minutes brings a commitment by way of the decision.
    CommitmentFactory(session=session, decision=session.decisions.get(), published=True)
    threads.after_publication(session, by=official)

    issue.refresh_from_db()
    assert (issue.status, steps(raiser)) == ("committed", ["decided", "committed"])


def test_what_was_only_talked_about_is_told_as_that(issue, item, session, raiser, official):
    CommitmentFactory(session=session, agenda_item=AgendaItemFactory(session=session), published=True)

    threads.after_publication(session, by=official)

    issue.refresh_from_db()
    assert (issue.status, steps(raiser)) == ("on_agenda", ["discussed"])


def test_an_answer_given_meanwhile_stands_when_the_minutes_come_out(issue, item, session, official):
    triage.answer(issue, texts={"en": "Use form 7."}, by=official)
    CommitmentFactory(session=session, agenda_item=item, published=True)

    threads.after_publication(session, by=official)

    issue.refresh_from_db()
    assert issue.status == "answered"


def test_news_of_a_commitment_is_told_once_each(issue, item, session, raiser, official):
    commitment = CommitmentFactory(session=session, agenda_item=item, published=True)
    commitment.updates.create(language="en", text="Half of it is done.", by=official)
    for _time in range(2):
        threads.after_commitment(commitment, by=official)
    commitment.status = "done"
    commitment.save()
    threads.after_commitment(commitment, by=official)

    assert steps(raiser) == ["progress", "kept"]
    assert Notification.objects.filter(recipient=raiser).first().context["note"] == "Half of it is done."


def test_of_an_unpublished_commitment_nothing_is_told(item, session, raiser, official):
    threads.after_commitment(CommitmentFactory(session=session, agenda_item=item), by=official)
    threads.after_commitment(CommitmentFactory(session=session, published=True), by=official)

    assert steps(raiser) == []


def test_a_cancelled_session_sends_its_issues_back(issue, raiser, official, dialogue):
    session, other = SessionFactory.create_batch(2, dialogue=dialogue, scheduled=True)
    elsewhere = IssueFactory(dialogue=dialogue, on_agenda=True)
    AgendaItemFactory(session=session).issues.set([issue, elsewhere])
    AgendaItemFactory(session=other).issues.set([elsewhere])

    scheduling.cancel(session, reason="Storm.", by=official)

    issue.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (issue.status, elsewhere.status) == ("acknowledged", "on_agenda")
    assert steps(raiser) == ["off_agenda"]


def test_the_mail_is_in_her_language_and_says_what_comes_next(issue, item, session, raiser, official):
    Issue.objects.update(public_title_es="Un solo formulario")
    session.decisions.create(
        agenda_item=item, text_en="One form.", text_es="Un formulario.", published_at=timezone.now()
    )
    threads.after_publication(session, by=official)

    deliver_due()

    letter = next(letter for letter in mail.outbox if letter.to == ["Rosa Raiser <rosa@firm.example>"])
    assert letter.subject.startswith("D0-2026-902: ")
    for part in (
        "Un solo formulario",
        "Cuarta sesión",
        "Un formulario.",
        f"/es/dialogues/{issue.dialogue.slug}/issues/",
    ):
        assert part in letter.body


def test_every_step_makes_a_readable_mail(issue, raiser, official):
    Issue.objects.update(answer_en="An answer.", outcome_en="An outcome.", declined_because_en="A reason.")
    raiser.language = "en"
    raiser.save()
    for step in threads.Step:
        threads.tell(issue, step, by=official, agency="Customs", into="D0-2026-001")

    deliver_due()

    bodies = [letter.body for letter in mail.outbox]
    assert len(bodies) == len(set(bodies)) == len(threads.Step)
    assert all("D0-2026-902" in body for body in bodies)


def test_whoever_raised_a_duplicate_is_led_to_her_own_page(issue, dialogue, sme_tw, official):
    firm = sme_tw.active_memberships[0].organization
    duplicate = IssueFactory(dialogue=dialogue, organization=firm, filed_by=sme_tw, reference="D0-2026-903")
    Issue.objects.filter(pk=issue.pk).update(public_at=None, public_status="drafted")
    triage.merge(duplicate, into=issue, by=official)

    deliver_due()
    triage.answer(issue, texts={"en": "Use form 7."}, by=official)
    deliver_due()

    letter = [letter for letter in mail.outbox if sme_tw.email in letter.to[0]][-1]
    assert f"/issues/{duplicate.pk}/" in letter.body
    assert "D0-2026-903" in letter.body
    assert issue.title not in letter.body


def test_the_page_tells_it_from_the_first_day_to_the_outcome(dialogue, raiser, official):
    now = timezone.now()
    issue = IssueFactory(
        dialogue=dialogue,
        organization=raiser.active_memberships[0].organization,
        filed_by=raiser,
        public=True,
        public_at=now - timedelta(days=50),
        submitted_at=now - timedelta(days=60),
    )
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    issue = triage.acknowledge(issue, by=official)
    issue = triage.put_on_agenda(issue, session=session, by=official)
    item = session.agenda_items.get()
    scheduled_steps = seen(issue, raiser)
    assert scheduled_steps == ["submitted", "published", "acknowledged", "on_agenda"]

    type(session).objects.filter(pk=session.pk).update(status="held")
    session.decisions.create(agenda_item=item, text_en="One form.", published_at=timezone.now())
    commitment = CommitmentFactory(session=session, agenda_item=item, published=True, text_en="Publish it.")
    threads.after_publication(session, by=official)
    commitment.updates.create(language="en", text="Nearly.", by=official)
    commitment.due_changes.create(was=now.date(), became=now.date() + timedelta(days=9), reason="Elections.")
    type(commitment).objects.filter(pk=commitment.pk).update(status="done", finished_at=timezone.now())
    issue.refresh_from_db()
    issue = triage.resolve(issue, outcomes={"en": "The form is gone."}, by=official)

    told = seen(issue, raiser)
    assert told[:4] == scheduled_steps
    assert set(told[4:]) == {"discussed", "decided", "committed", "progress", "due_moved", "kept", "resolved"}


def test_a_draft_session_and_the_reasons_of_a_firm_are_not_shown_to_others(issue, official, raiser, outsider, dialogue):
    Issue.objects.update(status="acknowledged", submitted_at=timezone.now())
    issue.refresh_from_db()
    issue = triage.answer(issue, texts={"en": "First answer."}, by=official)
    issue = triage.reopen(issue, reason="Our account number is 7.", by=raiser)
    issue = triage.put_on_agenda(issue, session=SessionFactory(dialogue=dialogue), by=official)
    issue = triage.answer(issue, texts={"en": "Second answer."}, by=official)

    said = [event.said for event in tracing.events(issue, outsider)]
    assert ("First answer." in said, "Second answer." in said) == (True, True)
    assert "Our account number is 7." not in said
    assert "Our account number is 7." in [event.said for event in tracing.events(issue, raiser)]
    assert "on_agenda" not in seen(issue, raiser)
    assert "on_agenda" in seen(issue, official)

    issue = triage.put_on_agenda(issue, session=SessionFactory(dialogue=dialogue), by=official)
    issue = triage.resolve(issue, outcomes={"en": "Done."}, by=official)
    assert [step for step in seen(issue, outsider) if step in {"answered", "resolved"}] == [
        "answered",
        "answered",
        "resolved",
    ]


def test_words_are_the_readers_own_or_the_first_there_are():
    assert threads.in_own_words({}) == ""
    with translation.override("es"):
        assert threads.in_own_words({"en": "One", "es": "Uno"}) == "Uno"
        assert threads.in_own_words({"fr": "Un", "zh-hant": "一"}) == "一"
