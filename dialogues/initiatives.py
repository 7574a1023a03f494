"""What a session set out to do: writing it down, and saying how it stands."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from dialogues.models import Initiative, Session
from dialogues.scheduling import columns
from portal.activity.log import record
from portal.languages import column
from portal.lifecycle import lock, move

#: Its texts besides the name; each may be empty.
TEXTS = ("objective", "expected_outcome", "next_steps")
#: Field → language → text.
Texts = Mapping[str, Mapping[str, str]]


@transaction.atomic
def add(session: Session, *, texts: Texts, by: Any, status: str = Initiative.Status.PLANNED) -> Initiative:
    """Write down an initiative of a session, after those it has. ``texts`` needs a ``name`` in one language.

    Raises ``ValidationError``: ``required`` without a name, ``cancelled`` for a session that does not take place.
    """
    session = lock(session)
    if session.status == Session.Status.CANCELLED:
        raise ValidationError(_("A cancelled session begins nothing."), code="cancelled")
    last = session.initiatives.aggregate(last=Max("order"))["last"] or 0
    initiative = Initiative(session=session, order=last + 1, status=status, **_columns(texts))
    initiative.full_clean(exclude=["session"])
    initiative.save()
    record(by, "initiative_added", session, initiative=initiative.pk)
    record(by, "created", initiative)
    return initiative


@transaction.atomic
def revise(initiative: Initiative, *, texts: Texts, by: Any) -> Initiative:
    """Change its words; fields and languages that ``texts`` leaves out stay.

    Raises ``ValidationError(code="required")`` without a name.
    """
    initiative = lock(initiative)
    changes = _columns(texts)
    for field, text in changes.items():
        setattr(initiative, field, text)
    initiative.full_clean(exclude=["session"])
    initiative.save(update_fields=list(changes))
    record(by, "revised", initiative)
    return initiative


@transaction.atomic
def change_status(initiative: Initiative, *, to: str, by: Any, reason: str = "") -> Initiative:
    """Say how it stands. Stopping one needs a reason.

    Raises ``ValidationError``: ``reason``, ``illegal_move``.
    """
    reason = reason.strip()
    if to == Initiative.Status.STOPPED and not reason:
        raise ValidationError(_("Say why it is stopped."), code="reason")
    return move(initiative, to, by=by, verb=f"initiative_{to}", details={"reason": reason} if reason else {})


def _columns(texts: Texts) -> dict[str, str]:
    found = columns("name", texts["name"])
    for field in TEXTS:
        found |= {column(field, code): text.strip() for code, text in texts.get(field, {}).items()}
    return found
