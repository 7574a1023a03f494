"""What everybody may read of an issue: two hands, every working language, never a secret name."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from dialogues import public_text
from dialogues.models import Issue
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.dialogues import DialogueFactory, IssueFactory

pytestmark = pytest.mark.django_db

TEXTS = {
    "en": {"title": "One form", "text": "Two forms ask for the same."},
    "zh-hant": {"title": "單一表格", "text": "兩張表格問同樣的事。"},
}


@pytest.fixture
def writer(us):
    return UserFactory(full_name="Wanda Writer", official_of="US")


@pytest.fixture
def approver(tw):
    return UserFactory(full_name="Alan Approver", official_of="TW")


@pytest.fixture
def issue(us, tw):
    firm = OrganizationFactory(name="Smith Bikes")
    return IssueFactory(dialogue=DialogueFactory(), organization=firm, reference="D0-2026-904")


def write(issue, by, texts=TEXTS):
    return public_text.write(issue, texts=texts, seen=public_text.version(issue), by=by)


def ask(issue, by):
    return public_text.ask_approval(issue, seen=public_text.version(issue), by=by)


def approve(issue, by):
    return public_text.approve(issue, seen=public_text.version(issue), by=by)


def published(issue, writer, approver, texts=TEXTS):
    return approve(ask(write(issue, writer, texts), writer), approver)


def refusal(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as found:
        verb(*args, **kwargs)
    return found.value.code


def kinds(user):
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def test_one_writes_another_approves_and_then_everybody_reads_it(issue, writer, approver, outsider):
    issue = write(issue, writer)
    assert (issue.public_status, issue.is_public, issue.public_title) == ("drafted", False, "")
    issue = ask(issue, writer)
    assert kinds(approver) == ["dialogues/issue_text_awaiting"]
    assert kinds(writer) == []
    with pytest.raises(PermissionDenied):
        approve(issue, writer)

    issue = approve(issue, approver)

    assert (issue.public_title_en, issue.public_text_zh_hant) == ("One form", "兩張表格問同樣的事。")
    assert (issue.public_draft, issue.public_approved_by) == ({}, approver)
    assert list(Issue.objects.visible_to(outsider)) == [issue]


def test_a_change_stays_unseen_until_it_is_approved(issue, writer, approver):
    issue = published(issue, writer, approver)
    first = issue.public_at
    changed = {**TEXTS, "en": {"title": "One form at last", "text": "Two forms ask for the same."}}

    issue = ask(write(issue, approver, changed), approver)
    assert (issue.public_title_en, issue.public_status, issue.is_public) == ("One form", "awaiting", True)

    issue = approve(issue, writer)
    assert (issue.public_title_en, issue.public_at) == ("One form at last", first)
    assert issue.public_changed_at > first


def test_nobody_overwrites_or_approves_what_she_has_not_seen(issue, writer, approver):
    seen = public_text.version(issue)
    issue = write(issue, writer)
    assert refusal(public_text.write, issue, texts=TEXTS, seen=seen, by=approver) == "changed_meanwhile"

    issue = ask(issue, writer)
    seen = public_text.version(issue)
    write(issue, writer, {**TEXTS, "es": {"title": "Un formulario", "text": "Dos."}})
    assert refusal(public_text.approve, issue, seen=seen, by=approver) == "changed_meanwhile"


def test_every_working_language_is_needed(issue, writer):
    assert refusal(write, issue, writer, {"en": {"title": " ", "text": ""}}) == "required"
    issue = write(issue, writer, {"en": TEXTS["en"], "zh-hant": {"title": "單一表格", "text": ""}})

    assert refusal(ask, issue, writer) == "languages"
    assert refusal(write, issue, writer, {"en": {"title": "x" * 201, "text": "y"}}) == "too_long"


def test_who_does_not_want_to_be_named_is_not(issue, writer, approver):
    named = {**TEXTS, "en": {"title": "SMITH  bikes cannot export", "text": "So they say."}}
    assert refusal(ask, write(issue, writer, named), writer) == "names_raiser"

    Issue.objects.update(identity="public")
    issue.refresh_from_db()
    assert ask(issue, writer).public_status == "awaiting"


def test_trying_names_tells_nothing_of_a_firm_behind_its_chamber(issue, writer):
    chamber = OrganizationFactory(chamber=True, name="Chamber of Wheels")
    Issue.objects.update(identity="chamber", chamber=chamber)
    issue.refresh_from_db()

    guess = {**TEXTS, "en": {"title": "Smith Bikes", "text": "A guess."}}
    assert ask(write(issue, writer, guess), writer).public_status == "awaiting"
    named = {**TEXTS, "en": {"title": "The Chamber of Wheels says", "text": "So."}}
    issue.refresh_from_db()
    assert refusal(ask, write(issue, writer, named), writer) == "names_raiser"


def test_it_is_sent_back_with_a_note_and_discarded(issue, writer, approver):
    issue = ask(write(issue, writer), writer)
    assert refusal(public_text.send_back, issue, note=" ", by=approver) == "reason"

    issue = public_text.send_back(issue, note="Too long.", by=approver)
    assert (issue.public_status, issue.public_note) == ("drafted", "Too long.")
    assert kinds(writer) == ["dialogues/issue_text_sent_back"]
    assert refusal(approve, issue, approver) == "illegal_move"

    issue = public_text.discard(issue, by=writer)
    assert (issue.public_status, issue.public_draft) == ("none", {})
    assert refusal(public_text.discard, issue, by=writer) == "illegal_move"


def test_one_official_takes_a_text_down_at_once(issue, writer, approver, outsider):
    issue = published(issue, writer, approver)

    issue = public_text.take_down(issue, reason="It shows a price.", by=writer)

    assert (issue.is_public, issue.public_title_en, issue.public_status) == (False, "", "drafted")
    assert issue.public_draft == TEXTS
    assert not Issue.objects.visible_to(outsider).exists()
    assert refusal(public_text.take_down, issue, reason="Again.", by=writer) == "illegal_move"


def test_only_officials_write(issue, sme, official_mx, writer):
    for person in (sme, official_mx):
        with pytest.raises(PermissionDenied):
            write(issue, person)
    Issue.objects.update(status="withdrawn")
    with pytest.raises(PermissionDenied):
        write(issue, writer)


def test_the_database_holds_that_two_hands_are_needed(issue, writer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.update(public_by=writer, public_approved_by=writer)
