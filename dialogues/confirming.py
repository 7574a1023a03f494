"""The Parties say that their delegations will be there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dialogues.models import PartyConfirmation, Session
from dialogues.permissions import can_confirm
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Economy


@dataclass(frozen=True)
class Side:
    """One Party at the table of a session, and since when its coming is confirmed."""

    economy: Economy
    confirmed_at: datetime | None
    #: Whether the reader speaks for it.
    is_own: bool


def sides(session: Session, user: Any) -> list[Side]:
    """Every Party in the standing order; one query when the Parties were prefetched."""
    confirmed = {row.economy_id: row.confirmed_at for row in session.confirmations.all()}
    return [
        Side(economy, confirmed.get(economy.code), can_confirm(user, session, economy))
        for economy in session.dialogue.parties.all()
    ]


@transaction.atomic
def confirm(session: Session, economy: Economy, *, by: Any) -> PartyConfirmation:
    """Say that a Party's delegation will be there. Saying it twice changes nothing.

    Raises ``PermissionDenied`` for anybody but its officials, ``ValidationError(code="not_scheduled")`` when there is
    no time to confirm or the session is over.
    """
    session = _scheduled(session, economy, by)
    row, is_new = PartyConfirmation.objects.get_or_create(session=session, economy=economy, defaults={"by": by})
    if is_new:
        record(by, "party_confirmed", session, party=economy.code)
    return row


@transaction.atomic
def take_back(session: Session, economy: Economy, *, by: Any) -> None:
    """Say that it is no longer certain. Raises as :func:`confirm` does."""
    session = _scheduled(session, economy, by)
    deleted, _per_model = session.confirmations.filter(economy=economy).delete()
    if deleted:
        record(by, "party_unconfirmed", session, party=economy.code)


def _scheduled(session: Session, economy: Economy, by: Any) -> Session:
    if not can_confirm(by, session, economy):
        raise PermissionDenied
    session = lock(session)
    if session.status not in {Session.Status.SCHEDULED, Session.Status.IN_PROGRESS} or session.is_over:
        raise ValidationError(_("Only a session with a time that is not over can be confirmed."), code="not_scheduled")
    return session
