"""What the Parties agreed on how their dialogue works: its charter, its clocks, and the hours of each delegation."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dialogues.models import Delegation, Dialogue
from dialogues.permissions import can_set_hours
from portal.accounts.zones import validate_time_zone
from portal.activity.log import record
from portal.languages import column
from portal.lifecycle import lock
from portal.reference.models import Economy


@transaction.atomic
def revise_charter(
    dialogue: Dialogue, *, texts: Mapping[str, str], acknowledge_days: int, answer_days: int, by: Any
) -> Dialogue:
    """Change the charter (Markdown, by language code) and how many working days issues may wait.

    The clocks of issues that were submitted before stay as they are. Raises ``ValidationError(code="order")`` when the
    answer would be due before the acknowledgement.
    """
    dialogue = lock(dialogue)
    if answer_days < acknowledge_days:
        complaint = ValidationError(_("An answer cannot be due before the acknowledgement."), code="order")
        raise ValidationError({"answer_days": complaint})
    wanted: dict[str, Any] = {column("charter", code): text.strip() for code, text in texts.items()}
    wanted |= {"acknowledge_days": acknowledge_days, "answer_days": answer_days}
    changed = [name for name, value in wanted.items() if (getattr(dialogue, name) or "") != value]
    for name in changed:
        setattr(dialogue, name, wanted[name])
    if changed:
        dialogue.save(update_fields=changed)
        record(by, "charter_revised", dialogue)
    return dialogue


@transaction.atomic
def set_hours(
    dialogue: Dialogue, economy: Economy, *, zone: str, begins: time, ends: time, days: Sequence[int], by: Any
) -> Delegation:
    """Keep when a Party's officials work; finding a date weighs slots by it. Only they themselves say so.

    Raises ``PermissionDenied``, and ``ValidationError`` for an unknown zone, no day or a day in the wrong order.
    """
    if not can_set_hours(by, dialogue, economy):
        raise PermissionDenied
    dialogue = lock(dialogue)
    try:
        validate_time_zone(zone)
    except ValidationError as wrong:
        raise ValidationError({"zone": wrong}) from wrong
    if not days:
        raise ValidationError({"days": ValidationError(_("Choose at least one day."), code="required")})
    row = dialogue.delegations.filter(economy=economy).first() or Delegation(dialogue=dialogue, economy=economy)
    row.time_zone, row.work_begins, row.work_ends, row.work_days = zone, begins, ends, sorted(set(days))
    row.full_clean()
    row.save()
    record(by, "hours_set", dialogue, party=economy.code)
    return row


@transaction.atomic
def forget_hours(dialogue: Dialogue, economy: Economy, *, by: Any) -> None:
    """Go back to the capital's usual week, Monday to Friday."""
    if not can_set_hours(by, dialogue, economy):
        raise PermissionDenied
    deleted, _per_model = lock(dialogue).delegations.filter(economy=economy).delete()
    if deleted:
        record(by, "hours_forgotten", dialogue, party=economy.code)
