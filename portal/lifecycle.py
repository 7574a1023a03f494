"""Every state machine of the portal moves through :func:`move`."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from portal.activity.log import record

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def move(
    obj: Row, to: str, *, by: Any, verb: str | None = None, details: Mapping[str, Any] | None = None, **changes: Any
) -> Row:
    """Move ``obj`` to status ``to`` together with ``changes``; return the fresh row.

    Locks first: of two simultaneous clicks the second sees the first one's status and is refused
    instead of overwriting it. ``type(obj).MOVES`` maps each status to the set it may go to next.
    A refused object is untouched; the activity log gets ``verb`` (by default the new status) and
    ``details`` (a reason, say; JSON values).

    Raises ``ValidationError(code="illegal_move")`` when the table does not allow the move, and
    whatever the model's constraints raise.
    """
    row: Any = lock(obj)
    was = row.status
    if to not in row.MOVES[was]:
        raise ValidationError(
            _("This is not possible now: its state is “%(state)s”."),
            code="illegal_move",
            params={"state": row.get_status_display()},
        )
    changes["status"] = to
    for field, value in changes.items():
        setattr(row, field, value)
    row.validate_constraints()
    row.save(update_fields=list(changes))
    record(by, verb or to, row, was=was, **(details or {}))
    return row


def lock(obj: Row) -> Row:
    """Return ``obj`` fresh from the database and locked until the transaction ends.

    Verbs lock before they check, so that of two racing calls one waits for the other's outcome. Rows that refer to
    it may be written meanwhile: a worker that stores matches would else wait in a circle.
    """
    return type(obj)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=obj.pk)
