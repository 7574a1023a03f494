"""Figures by which a dialogue sees what changes. Officials add them, with period, source and how well founded."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dialogues.models import Dialogue, Indicator, IndicatorValue
from portal.activity.log import record, touched
from portal.lifecycle import lock
from portal.reference.models import Economy

ADDED = "figure_added"


@transaction.atomic
def add(
    dialogue: Dialogue,
    *,
    indicator: Indicator,
    year: int,
    value: Decimal,
    reliability: str,
    source: str,
    by: Any,
    economy: Economy | None = None,
    qualifier: str = "",
) -> IndicatorValue:
    """Add a figure under the dialogue's agreement: of one Party, or of all together without an economy.

    Raises ``ValidationError``: ``not_a_party``; and by field, or for a figure that stands there already.
    """
    if economy is not None and economy.pk not in dialogue.party_codes:
        raise ValidationError(_("Choose one of the Parties."), code="not_a_party")
    figure = IndicatorValue(
        indicator=indicator,
        year=year,
        value=value,
        qualifier=qualifier,
        economy=economy,
        agreement=dialogue.agreement,
        reliability=reliability,
        source=source.strip(),
    )
    figure.full_clean()
    figure.save()
    record(by, ADDED, figure, dialogue=dialogue.slug)
    return figure


@transaction.atomic
def take_off(figure: IndicatorValue, *, by: Any) -> None:
    """Take back a figure that somebody added here; those of the data files are changed there.

    Raises ``ValidationError(code="from_file")``.
    """
    figure = lock(figure)
    if figure.pk not in added_here():
        raise ValidationError(_("This figure comes from the portal's data: it is corrected there."), code="from_file")
    record(by, "figure_removed", figure, was=str(figure))
    figure.delete()


def added_here() -> set[int]:
    """The ids of the figures that people added."""
    return touched(IndicatorValue, ADDED)
