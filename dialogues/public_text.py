"""What everybody may read of an issue: written by one official, approved by another.

What was filed stays with its raiser and the officials. A published text changes only by a new draft that is approved in
the same way; until then the published one stands.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, searching, threads
from dialogues.models import Issue
from dialogues.permissions import can_approve_text, can_triage
from portal.accounts.models import User
from portal.activity.log import record
from portal.languages import NAMES, Language, column
from portal.lifecycle import lock
from portal.notifications import matching
from portal.notifications.outbox import notify

PublicStatus = Issue.PublicStatus
MOVES = {
    PublicStatus.NONE: {PublicStatus.DRAFTED},
    PublicStatus.DRAFTED: {PublicStatus.DRAFTED, PublicStatus.AWAITING, PublicStatus.PUBLISHED, PublicStatus.NONE},
    PublicStatus.AWAITING: {PublicStatus.DRAFTED, PublicStatus.PUBLISHED, PublicStatus.NONE},
    PublicStatus.PUBLISHED: {PublicStatus.DRAFTED},
}
LONGEST_TITLE = 200
LONGEST_TEXT = 8000
#: Shorter names stand in too many words to be looked for.
SHORTEST_NAME = 4

#: Language → {"title": …, "text": …}.
Draft = dict[str, dict[str, str]]


def draft_of(issue: Issue) -> Draft:
    """What is written now: the draft, or the published text where nothing new is drafted. Every language is there."""
    if issue.public_draft:
        return {code: {**_empty(), **issue.public_draft.get(code, {})} for code in Language.values}
    return published(issue)


def published(issue: Issue) -> Draft:
    """What everybody reads now, language by language; empty texts before it is public."""
    return {
        code: {name: getattr(issue, column(f"public_{name}", code)) or "" for name in ("title", "text")}
        for code in Language.values
    }


def version(issue: Issue) -> str:
    """Stands for the draft as it is, so that nobody overwrites or approves what she has not seen."""
    return hashlib.sha256(json.dumps(draft_of(issue), sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def write(issue: Issue, *, texts: Mapping[str, Mapping[str, str]], seen: str, by: User) -> Issue:
    """Keep a draft: language → title and text, in any languages. A draft that waits for approval is taken back.

    ``seen`` is the :func:`version` she began from. Raises ``ValidationError``: ``changed_meanwhile`` when somebody
    saved since, ``required`` when nothing is written, ``too_long``; ``PermissionDenied`` for others than officials.
    """
    issue = _locked(issue, by=by, seen=seen)
    draft: Draft = {}
    for code, text in texts.items():
        written = {name: text.get(name, "").strip() for name in ("title", "text")}
        if len(written["title"]) > LONGEST_TITLE or len(written["text"]) > LONGEST_TEXT:
            raise ValidationError(_("This text is too long."), code="too_long")
        if any(written.values()):
            draft[Language(code).value] = written
    if not draft:
        raise ValidationError(_("Write it in at least one language."), code="required")
    return _move(issue, PublicStatus.DRAFTED, by=by, verb="public_text_saved", public_draft=draft, public_by=by)


@transaction.atomic
def ask_approval(issue: Issue, *, seen: str, by: User) -> Issue:
    """Ask the other officials to approve the draft.

    Raises ``ValidationError``: ``languages`` while a working language is missing, ``names_raiser`` when it names who
    does not want to be named, ``illegal_move``, ``changed_meanwhile``.
    """
    issue = _locked(issue, by=by, seen=seen)
    _check(issue)
    issue = _move(issue, PublicStatus.AWAITING, by=by, verb="public_text_submitted", public_note="")
    others = [person for person in announcing.officials(issue.dialogue) if person.pk not in {by.pk, issue.public_by_id}]
    notify(others, "dialogues/issue_text_awaiting", about=issue, occasion=version(issue), url=_page(issue))
    return issue


@transaction.atomic
def approve(issue: Issue, *, seen: str, by: User) -> Issue:
    """Publish exactly the draft she has seen. Whoever raised it is told the first time.

    Raises ``ValidationError``: ``illegal_move`` unless it waits for approval, ``changed_meanwhile``, ``languages``,
    ``names_raiser``; ``PermissionDenied`` for who wrote it.
    """
    issue = _locked(issue, by=by, seen=seen)
    if not can_approve_text(by, issue):
        raise PermissionDenied
    if issue.public_status != PublicStatus.AWAITING:
        raise ValidationError(_("No public text waits for approval."), code="illegal_move")
    _check(issue)
    now = timezone.now()
    is_first = issue.public_at is None
    texts = {
        column(f"public_{name}", code): text
        for code, written in draft_of(issue).items()
        for name, text in written.items()
    }
    issue = _move(
        issue,
        PublicStatus.PUBLISHED,
        by=by,
        verb="public_text_published",
        **texts,
        public_draft={},
        public_note="",
        public_at=issue.public_at or now,
        public_changed_at=now,
        public_approved_by=by,
    )
    searching.refresh(issue)
    if is_first:
        matching.announce(issue)
        threads.tell(issue, threads.Step.PUBLISHED, by=by, occasion=now.isoformat())
    return issue


@transaction.atomic
def send_back(issue: Issue, *, note: str, by: User) -> Issue:
    """Say what must change before the draft can be approved; who wrote it is told.

    Raises ``ValidationError``: ``reason`` without a note, ``illegal_move`` unless it waits for approval.
    """
    issue = _locked(issue, by=by)
    note = _reason(note)
    if issue.public_status != PublicStatus.AWAITING:
        raise ValidationError(_("No public text waits for approval."), code="illegal_move")
    writer = issue.public_by
    issue = _move(issue, PublicStatus.DRAFTED, by=by, verb="public_text_sent_back", public_note=note)
    if writer is not None and writer.is_active and writer != by and can_triage(writer, issue):
        occasion = timezone.now().isoformat()
        notify([writer], "dialogues/issue_text_sent_back", about=issue, occasion=occasion, url=_page(issue), note=note)
    return issue


@transaction.atomic
def discard(issue: Issue, *, by: User) -> Issue:
    """Throw the draft away; what is published stays. Raises ``ValidationError(code="illegal_move")`` without one."""
    issue = _locked(issue, by=by)
    if not issue.public_draft:
        raise ValidationError(_("There is no draft."), code="illegal_move")
    status = PublicStatus.PUBLISHED if issue.is_public else PublicStatus.NONE
    return _move(issue, status, by=by, verb="public_text_discarded", public_draft={}, public_note="")


@transaction.atomic
def take_down(issue: Issue, *, reason: str, by: User) -> Issue:
    """Take the published text off at once, because it says what it should not; its page is no longer public.

    One official is enough for that. What was published becomes the draft, unless a newer one is there. The reason is
    for officials. Raises ``ValidationError``: ``reason`` without one, ``illegal_move`` unless it is public.
    """
    issue = _locked(issue, by=by)
    reason = _reason(reason)
    if not issue.is_public:
        raise ValidationError(_("Its text is not public."), code="illegal_move")
    draft = {code: text for code, text in draft_of(issue).items() if any(text.values())}
    cleared = {column(f"public_{name}", code): "" for code in Language.values for name in ("title", "text")}
    issue = _move(
        issue,
        PublicStatus.DRAFTED,
        by=by,
        verb="public_text_taken_down",
        **cleared,
        public_draft=draft,
        public_note=reason,
        public_at=None,
        public_changed_at=None,
        public_approved_by=None,
    )
    searching.refresh(issue)
    return issue


def _locked(issue: Issue, *, by: User, seen: str | None = None) -> Issue:
    row = lock(issue)
    if not can_triage(by, row):
        raise PermissionDenied
    if seen is not None and seen != version(row):
        raise ValidationError(
            _("Somebody changed the public text meanwhile. Look at it as it is now."), code="changed_meanwhile"
        )
    return row


def _move(issue: Issue, to: str, *, by: User, verb: str, **changes: Any) -> Issue:
    """As ``lifecycle.move`` does with a status; ``issue`` is locked already."""
    if to not in MOVES[PublicStatus(issue.public_status)]:
        raise ValidationError(_("The public text is not at this point."), code="illegal_move")
    changes |= {"public_status": to, "changed_at": timezone.now()}
    if changes.get("public_by") == by and issue.public_approved_by_id == by.pk:
        # She approved the last one and writes the next: another hand must approve this one.
        changes["public_approved_by"] = None
    for field, value in changes.items():
        setattr(issue, field, value)
    issue.validate_constraints()
    issue.save(update_fields=list(changes))
    record(by, verb, issue)
    return issue


def _check(issue: Issue) -> None:
    """Refuse a draft that is not ready for everybody's eyes."""
    draft = draft_of(issue)
    missing = [code for code in issue.dialogue.working_languages if not all(draft[code].values())]
    if missing:
        names = ", ".join(str(NAMES[Language(code)]) for code in missing)
        raise ValidationError(
            _("Title and text are needed in every working language. Missing: %(languages)s."),
            code="languages",
            params={"languages": names},
        )
    text = _plain(" ".join(part for written in draft.values() for part in written.values()))
    for name in _secret_names(issue):
        if name in text:
            raise ValidationError(
                _("It names who raised the issue, and they do not want to be named in public: take the name out."),
                code="names_raiser",
            )


def _secret_names(issue: Issue) -> list[str]:
    """Names that must not stand in its public text.

    Of a firm that even officials may not know nothing must be learnt by trying names: it is looked for only when what
    they read already says it.
    """
    if issue.identity == Issue.Identity.PUBLIC:
        return []
    firm = issue.organization.name
    filed = _plain(f"{issue.title} {issue.what_happened} {issue.effect} {issue.proposal}")
    names = [firm] if issue.identity == Issue.Identity.OFFICIALS or _plain(firm) in filed else []
    names += [issue.chamber.name] if issue.chamber else []
    return [_plain(name) for name in names if len(name) >= SHORTEST_NAME or not name.isascii()]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError(_("Say why."), code="reason")
    return text[:1000]


def _page(issue: Issue) -> str:
    return f"{issue.get_absolute_url()}public-text/"


def _empty() -> dict[str, str]:
    return {"title": "", "text": ""}
