"""Keeping what was promised."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.models import Commitment
from portal.lifecycle import move


@transaction.atomic
def begin(commitment: Commitment, *, by: Any) -> Commitment:
    """Say that work on it has begun."""
    return move(commitment, Commitment.Status.IN_PROGRESS, by=by)


@transaction.atomic
def finish(commitment: Commitment, *, by: Any) -> Commitment:
    """Say that it was kept."""
    return move(commitment, Commitment.Status.DONE, by=by, finished_at=timezone.now())


@transaction.atomic
def drop(commitment: Commitment, *, reason: str, by: Any) -> Commitment:
    """Give it up, and say why: the reason is public."""
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why it is dropped."), code="reason")
    return move(commitment, Commitment.Status.DROPPED, by=by, dropped_because=reason, finished_at=timezone.now())
