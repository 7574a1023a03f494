"""Keeping what was promised."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import threads
from dialogues.models import Commitment, CommitmentUpdate, DueChange
from portal.accounts.models import Membership, User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify


@transaction.atomic
def begin(commitment: Commitment, *, by: Any) -> Commitment:
    """Say that work on it has begun."""
    commitment = move(commitment, Commitment.Status.IN_PROGRESS, by=by)
    _tell(commitment, by=by)
    return commitment


@transaction.atomic
def finish(commitment: Commitment, *, by: Any) -> Commitment:
    """Say that it was kept."""
    commitment = move(commitment, Commitment.Status.DONE, by=by, finished_at=timezone.now())
    _tell(commitment, by=by)
    return commitment


@transaction.atomic
def drop(commitment: Commitment, *, reason: str, by: Any) -> Commitment:
    """Give it up, and say why: the reason is public."""
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why it is dropped."), code="reason")
    commitment = move(
        commitment,
        Commitment.Status.DROPPED,
        by=by,
        details={"reason": reason},
        dropped_because=reason,
        finished_at=timezone.now(),
    )
    _tell(commitment, by=by)
    return commitment


@transaction.atomic
def report(
    commitment: Commitment, *, language: str, by: Any, text: str = "", evidence_url: str = "", to: str = ""
) -> Commitment:
    """Note how it goes, with the address of something that shows it, and with ``to`` say at once that it stands
    otherwise (begun or done). As public as the commitment itself; followers hear of both in one message.

    A note is possible until it is dropped: what shows that a promise was kept often comes after.
    Raises ``ValidationError``: ``dropped``, ``illegal_move``, and by field for a text that is empty without ``to``, or
    too long, and for a bad address.
    """
    commitment = lock(commitment)
    if commitment.status == Commitment.Status.DROPPED:
        raise ValidationError(_("This commitment was dropped: there is no progress to report."), code="dropped")
    if text.strip() or not to:
        update = CommitmentUpdate(
            commitment=commitment, by=by, language=language, text=text.strip(), evidence_url=evidence_url
        )
        update.full_clean(exclude=["commitment", "by"])
        update.save()
        record(by, "progress_reported", commitment, update=update.pk)
    if to == Commitment.Status.DONE:
        return finish(commitment, by=by)
    if to:
        return begin(commitment, by=by)
    _tell(commitment, by=by)
    return commitment


@transaction.atomic
def change_due(
    commitment: Commitment, *, due_on: date, reason: str, by: Any, seen_due_on: date | None = None
) -> Commitment:
    """Move the day by which it is to be done, and say why: the reason is public, and every change stays readable.

    ``seen_due_on`` is the day she was shown; when somebody moved it since, nothing is moved a second time.
    Raises ``ValidationError``: ``reason``, ``finished``, ``changed_meanwhile``, ``same``, ``past``.
    """
    reason = reason.strip()
    commitment = lock(commitment)
    _check_due(commitment, due_on, reason, seen_due_on or commitment.due_on)
    was = commitment.due_on
    change = DueChange(commitment=commitment, was=was, became=due_on, reason=reason, by=by)
    change.full_clean(exclude=["commitment", "by"])
    change.save()
    commitment.first_due_on = commitment.first_due_on or was
    commitment.due_on = due_on
    commitment.save(update_fields=["first_due_on", "due_on"])
    record(by, "due_changed", commitment, was=was.isoformat(), became=due_on.isoformat(), reason=reason)
    _tell(commitment, by=by)
    return commitment


@transaction.atomic
def name_lead(commitment: Commitment, *, lead: User | None, by: Any) -> Commitment:
    """Say who in the organization sees to it, and tell her; None leaves it to all its people.

    Raises ``ValidationError``: ``finished``, ``not_theirs`` for somebody who is not in the organization.
    """
    commitment = lock(commitment)
    _check_unfinished(commitment)
    if lead is not None and not people_of(commitment).filter(pk=lead.pk).exists():
        raise ValidationError(_("Choose somebody of the organization that keeps it."), code="not_theirs")
    if lead == commitment.lead:
        return commitment
    commitment.lead = lead
    commitment.save(update_fields=["lead"])
    record(by, "lead_named", commitment, person=lead.get_full_name() if lead else "")
    if lead is not None and lead != by and commitment.published_at:
        notify([lead], "dialogues/commitment_lead", about=commitment, occasion=timezone.now().isoformat())
    return commitment


def people_of(commitment: Commitment) -> Any:
    """The active people of the organization that keeps it, by name (a QuerySet of users)."""
    memberships = Membership.objects.active().filter(organization=commitment.owner_id)
    return User.objects.filter(pk__in=memberships.values("user"), is_active=True).order_by("full_name", "pk")


def _tell(commitment: Commitment, *, by: Any) -> None:
    """Whoever raised or follows an issue behind it hears of the step; nobody does before it is public."""
    if commitment.published_at:
        threads.after_commitment(commitment, by=by)


def _check_due(commitment: Commitment, due_on: date, reason: str, seen_due_on: date) -> None:
    if not reason:
        raise ValidationError(_("Say why the date is moved."), code="reason")
    _check_unfinished(commitment)
    if commitment.due_on != seen_due_on:
        raise ValidationError(
            _("Somebody moved the date while you were writing. Look at it again before you move it."),
            code="changed_meanwhile",
        )
    if due_on == commitment.due_on:
        raise ValidationError(_("It is due on that day already."), code="same")
    if due_on < timezone.localdate():
        raise ValidationError(_("Choose a day that is still to come."), code="past")


def _check_unfinished(commitment: Commitment) -> None:
    if not commitment.is_unfinished:
        raise ValidationError(_("This commitment is done or dropped: it stays as it is."), code="finished")
