"""What officials do with an issue: take it up, answer it, put it on an agenda, refer, decline, merge, resolve it.

Any Party's officials may; the Parties are of equal weight. Every verb tells the thread (``threads.tell``).
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import agenda, announcing, clocking, threads
from dialogues.models import AgendaItem, Endorsement, Issue, IssueFollower, Session
from dialogues.permissions import can_reopen_issue, can_triage
from dialogues.scheduling import columns
from dialogues.threads import Step
from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

Status = Issue.Status


@transaction.atomic
def acknowledge(issue: Issue, *, by: User) -> Issue:
    """Say that officials have read it and take it up."""
    issue = _locked(issue, by=by)
    now = timezone.now()
    issue = move(issue, Status.ACKNOWLEDGED, by=by, acknowledged_at=now, changed_at=now)
    threads.tell(issue, Step.ACKNOWLEDGED, by=by)
    return issue


@transaction.atomic
def answer(issue: Issue, *, texts: Mapping[str, str], by: User) -> Issue:
    """Answer it; the clock stops. ``texts`` by language code; the answer is public when the issue is.

    An earlier answer that did not help stays in the thread. Raises ``ValidationError(code="required")`` without a text.
    """
    issue = _locked(issue, by=by)
    now = timezone.now()
    written = columns("answer", texts)
    details = {"texts": {code: text.strip() for code, text in texts.items() if text.strip()}}
    issue = move(issue, Status.ANSWERED, by=by, details=details, **written, **_stopped(issue, now))
    threads.tell(issue, Step.ANSWERED, by=by, occasion=now.isoformat())
    return issue


@transaction.atomic
def decline(issue: Issue, *, reasons: Mapping[str, str], by: User) -> Issue:
    """Say that the dialogue will not take it up, and why: the reason (by language code) is public when the issue is.

    Raises ``ValidationError(code="required")`` without a reason.
    """
    issue = _locked(issue, by=by)
    written: dict[str, Any] = columns("declined_because", reasons)
    issue = move(issue, Status.DECLINED, by=by, **written, **_stopped(issue, timezone.now()))
    threads.tell(issue, Step.DECLINED, by=by)
    return issue


@transaction.atomic
def put_on_agenda(issue: Issue, *, session: Session, by: User, item: AgendaItem | None = None) -> Issue:
    """Have a session talk about it: under ``item``, or under an item of its own at the end of the agenda.

    The clock runs on until there is an answer or a commitment. An answered one whose answer does not help comes back
    this way too. Raises what ``agenda.add_issue`` raises.
    """
    issue = _locked(issue, by=by)
    if issue.status != Status.ON_AGENDA and not issue.may(Status.ON_AGENDA):
        raise ValidationError(_("Its state does not let it go on an agenda."), code="illegal_move")
    if item is not None and item.session_id != session.pk:
        raise ValidationError(_("This item is not on the agenda of that session."), code="unknown_item")
    now = timezone.now()
    item = agenda.add_issue(session, issue, by=by, item=item)
    details = {"session": session.pk, "item": item.pk}
    if issue.status == Status.ON_AGENDA:
        record(by, "on_agenda", issue, **details)
    else:
        changes = _running_again(issue, now) if issue.status == Status.ANSWERED else {}
        changes |= {"acknowledged_at": issue.acknowledged_at or now, "changed_at": now}
        issue = move(issue, Status.ON_AGENDA, by=by, details=details, **changes)
    threads.tell(issue, Step.ON_AGENDA, by=by, occasion=f"{session.pk}.{now.isoformat()}", **threads.named(session))
    return issue


@transaction.atomic
def take_off_agenda(issue: Issue, *, item: AgendaItem, by: User) -> Issue:
    """Let an item go on without it. On no other agenda, it waits for one again.

    Raises ``ValidationError``: ``unknown_item`` when it is not under that item, ``over`` after the session.
    """
    issue = _locked(issue, by=by)
    if item.session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    if not item.issues.filter(pk=issue.pk).exists():
        raise ValidationError(_("It is not on this agenda any more."), code="unknown_item")
    item.issues.remove(issue)
    return threads.leave_agenda(issue, session=item.session, by=by)


@transaction.atomic
def refer(issue: Issue, *, agency: Organization, note: str, by: User) -> Issue:
    """Pass it to an agency of a Party that knows the matter; what was only submitted is acknowledged by that.

    The clock runs on: the officials still owe the answer. The agency's people are told, with ``note``.
    Raises ``ValidationError``: ``agency`` for one that is no verified agency of a Party, ``illegal_move`` when no
    answer is owed any more, ``already`` when it is referred there.
    """
    issue = _locked(issue, by=by)
    if not Organization.objects.agencies().filter(pk=agency.pk, economy__in=issue.dialogue.party_codes).exists():
        raise ValidationError(_("Choose a verified agency of one of the Parties."), code="agency")
    if not issue.is_running:
        raise ValidationError(_("No answer is owed any more."), code="illegal_move")
    if issue.referred_to_id == agency.pk:
        raise ValidationError(_("It was passed to this agency already."), code="already")
    now = timezone.now()
    changes = {"referred_to": agency, "referred_at": now, "changed_at": now}
    details = {"agency": agency.name, "reason": note.strip()}
    if issue.status == Status.SUBMITTED:
        changes |= {"acknowledged_at": now}
        issue = move(issue, Status.ACKNOWLEDGED, by=by, verb="referred", details=details, **changes)
    else:
        for field, value in changes.items():
            setattr(issue, field, value)
        issue.save(update_fields=list(changes))
        record(by, "referred", issue, **details)
    members = Membership.objects.active().filter(organization=agency, user__is_active=True).exclude(user=by)
    people = User.objects.filter(pk__in=members.values("user")).order_by("pk")
    notify(
        people, "dialogues/issue_referred", about=issue, occasion=now.isoformat(), agency=agency.name, note=note.strip()
    )
    threads.tell(issue, Step.REFERRED, by=by, occasion=agency.pk, agency=agency.name)
    return issue


@transaction.atomic
def merge(issue: Issue, *, into: Issue, by: User) -> Issue:
    """Let it go on together with another one that is about the same. Whoever raised, endorsed or follows it belongs
    to the other one from now on, and is told of each of its steps.

    Raises ``ValidationError``: ``same``, ``other_dialogue``, ``not_running`` when the other one is not owed an answer
    and nobody committed to it, ``not_public`` when the people who follow a public issue could not read the other one.
    """
    first, second = sorted([issue.pk, into.pk])  # of two crossing merges the second waits, and is refused
    rows = {pk: lock(Issue(pk=pk)) for pk in (first, second)}
    issue, into = rows[issue.pk], rows[into.pk]
    _require(issue, by=by)
    _check_merge(issue, into)
    now = timezone.now()
    issue = move(
        issue,
        Status.DUPLICATE,
        by=by,
        verb="merged",
        details={"into": into.reference},
        duplicate_of=into,
        changed_at=now,
        acknowledged_at=issue.acknowledged_at or now,
    )
    for item in issue.agenda_items.filter(session__status__in=threads.OPEN_SESSIONS):
        item.issues.remove(issue)
    threads.tell(issue, Step.MERGED, by=by, into=into.reference)
    _move_along(issue, into)
    record(by, "merged_in", into, reference=issue.reference)
    return issue


@transaction.atomic
def resolve(issue: Issue, *, outcomes: Mapping[str, str], by: User) -> Issue:
    """Say what came of it (by language code): the end of the thread.

    Raises ``ValidationError(code="required")`` without a text.
    """
    issue = _locked(issue, by=by)
    now = timezone.now()
    written: dict[str, Any] = columns("outcome", outcomes)
    issue = move(issue, Status.RESOLVED, by=by, **written, resolved_at=now, **_stopped(issue, now))
    threads.tell(issue, Step.RESOLVED, by=by)
    return issue


@transaction.atomic
def reopen(issue: Issue, *, reason: str, by: User) -> Issue:
    """Say that the answer does not help, and why: it is owed an answer again, by a clock that starts today.

    By whoever raised or endorsed it, or by officials; the officials are told. The reason is for them and for who raised
    it. Raises ``ValidationError``: ``reason`` without one, ``illegal_move`` unless it is answered.
    """
    issue = lock(issue)
    if not can_reopen_issue(by, issue):
        raise PermissionDenied
    if issue.status != Status.ANSWERED:
        raise ValidationError(_("Only an answered issue can be opened again."), code="illegal_move")
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the answer does not help."), code="reason")
    now = timezone.now()
    changes: dict[str, Any] = {
        "reopened_because": reason,
        "acknowledged_at": issue.acknowledged_at or now,
        "changed_at": now,
    }
    changes |= _running_again(issue, now)
    issue = move(issue, Status.ACKNOWLEDGED, by=by, verb="reopened", **changes)
    officials = [person for person in announcing.officials(issue.dialogue) if person != by]
    notify(officials, "dialogues/issue_reopened", about=issue, occasion=now.isoformat(), reason=reason)
    threads.tell(issue, Step.REOPENED, by=by, occasion=now.isoformat())
    return issue


def _locked(issue: Issue, *, by: User) -> Issue:
    row = lock(issue)
    _require(row, by=by)
    return row


def _require(issue: Issue, *, by: User) -> None:
    if not can_triage(by, issue):
        raise PermissionDenied


def _stopped(issue: Issue, now: Any) -> dict[str, Any]:
    """The fields of a clock that stops now, if it runs."""
    return {
        "acknowledged_at": issue.acknowledged_at or now,
        "answered_at": issue.answered_at or now,
        "changed_at": now,
    }


def _running_again(issue: Issue, now: Any) -> dict[str, Any]:
    """The fields of a clock that starts again, for another answer."""
    _acknowledge_by, answer_by = clocking.dates(issue, now)
    return {"answered_at": None, "reopened_at": now, "answer_by": answer_by}


def _check_merge(issue: Issue, into: Issue) -> None:
    if issue.pk == into.pk:
        raise ValidationError(_("Choose another issue."), code="same")
    if issue.dialogue_id != into.dialogue_id:
        raise ValidationError(_("That issue was put to another dialogue."), code="other_dialogue")
    if not into.is_running and into.status != Status.COMMITTED:
        raise ValidationError(_("That issue is settled: answer this one, or choose another."), code="not_running")
    if issue.is_public and not into.is_public:
        raise ValidationError(
            _("People follow this issue and could not read that one. Publish the public text of %(other)s first."),
            code="not_public",
            params={"other": into.reference},
        )


def _move_along(issue: Issue, into: Issue) -> None:
    """What stood behind ``issue`` stands behind ``into``; a firm is never named by that to whom it hides from."""
    behind = {row.organization_id: row for row in issue.endorsements.all()}
    hides = issue.identity == Issue.Identity.CHAMBER
    raiser = issue.chamber_id if hides else issue.organization_id
    if raiser and raiser not in behind:
        behind[raiser] = Endorsement(organization_id=raiser, by=None if hides else issue.filed_by)
    there = {*into.endorsements.values_list("organization", flat=True), into.organization_id}
    Endorsement.objects.bulk_create(
        Endorsement(issue=into, organization_id=pk, by_id=row.by_id, note=row.note, created_at=row.created_at)
        for pk, row in behind.items()
        if pk not in there
    )
    followers = issue.followers.values_list("user", flat=True)
    IssueFollower.objects.bulk_create(
        [IssueFollower(issue=into, user_id=user) for user in followers], ignore_conflicts=True
    )
    issue.endorsements.all().delete()
    issue.followers.all().delete()
    issue.duplicates.update(duplicate_of=into)
