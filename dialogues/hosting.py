"""Whose turn it is to host: the Parties take turns in the order of the dialogue's rotation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.models import Dialogue, Session
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Economy


@dataclass(frozen=True)
class Turn:
    """Who is to host next, and the session whose host came before; None where nobody of the rotation has hosted."""

    economy: Economy
    after: Session | None


def next_turn(dialogue: Dialogue, sessions: Iterable[Session] | None = None) -> Turn | None:
    """The Party after the last host in the order of the rotation; None without a rotation.

    ``sessions`` are those that count, if they are loaded already (with hosts); all of the dialogue by default. One that
    was cancelled was not hosted. A host outside the rotation takes nobody's turn.
    """
    order = [code for code in dialogue.host_rotation if code in dialogue.party_codes]
    if not order:
        return None
    if sessions is None:
        sessions = dialogue.sessions.select_related("host")
    hosted = [s for s in sessions if s.status != Session.Status.CANCELLED and s.host_id in order]
    last = max(hosted, key=_when, default=None)
    turn = order[(order.index(last.host_id) + 1) % len(order)] if last and last.host_id else order[0]
    return Turn(next(economy for economy in dialogue.parties.all() if economy.code == turn), last)


@transaction.atomic
def set_rotation(dialogue: Dialogue, *, order: Sequence[str], by: Any) -> Dialogue:
    """Keep the order (ISO codes) in which the Parties host; an empty one means that there is none.

    Raises ``ValidationError``: ``party`` for an economy that is no Party, ``twice`` for one that comes twice.
    """
    dialogue = lock(dialogue)
    if not dialogue.party_codes.issuperset(order):
        raise ValidationError(_("Only Parties host."), code="party")
    if len(set(order)) != len(order):
        raise ValidationError(_("Each Party takes one place in the rotation."), code="twice")
    if list(order) != dialogue.host_rotation:
        was, dialogue.host_rotation = dialogue.host_rotation, list(order)
        dialogue.save(update_fields=["host_rotation"])
        record(by, "rotation_set", dialogue, was=was, order=list(order))
    return dialogue


def _when(session: Session) -> tuple[int, str, int]:
    """Later sessions are greater: by number, then by day. One without a day is still to come."""
    day = session.starts_on or (timezone.localtime(session.starts_at).date() if session.starts_at else None)
    return session.number or 0, day.isoformat() if day else "9999", session.pk
