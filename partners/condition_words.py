"""Conditions and capacities in the reader's language: "French or English", "20,000 pieces a month"."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from partners import choices, codes
from partners.conditions import ANY, alternatives
from partners.models import Condition, Ownership, Size
from resources.wording import either

Kind = Condition.Kind

#: What capacities are counted in; the base units of partners/reading/capacities.py.
UNITS = {
    "pieces": pgettext_lazy("capacity in", "pieces"),
    "kg": pgettext_lazy("capacity in", "kg"),
    "litres": pgettext_lazy("capacity in", "litres"),
    "metres": pgettext_lazy("capacity in", "metres"),
    "m²": pgettext_lazy("capacity in", "m²"),
    "m³": pgettext_lazy("capacity in", "m³"),
    "MW": pgettext_lazy("capacity in", "MW"),
    "hectares": pgettext_lazy("capacity in", "hectares"),
    "containers": pgettext_lazy("capacity in", "containers"),
    "pallets": pgettext_lazy("capacity in", "pallets"),
    "trucks": pgettext_lazy("capacity in", "truckloads"),
    "orders": pgettext_lazy("capacity in", "orders"),
    "words": pgettext_lazy("capacity in", "words"),
}
_PER = {
    "hour": gettext_lazy("%(number)s %(unit)s an hour"),
    "month": gettext_lazy("%(number)s %(unit)s a month"),
    "year": gettext_lazy("%(number)s %(unit)s a year"),
}
_AT_LEAST = {
    "10-49 | 50-249 | 250+": gettext_lazy("At least 10 people"),
    "50-249 | 250+": gettext_lazy("At least 50 people"),
    "1-9 | 10-49": gettext_lazy("Fewer than 50 people"),
    "1-9 | 10-49 | 50-249": gettext_lazy("Fewer than 250 people"),
}
#: Below this a month's figure is told by the year.
_FEW = 10


@dataclass(frozen=True)
class Line:
    """A condition to read: what it is about, what it says, how strict it is and whether the poster confirmed it."""

    kind: str
    label: str
    text: str
    is_required: bool
    is_confirmed: bool


def lines(conditions: Iterable[Condition]) -> list[Line]:
    """Stored conditions as lines; required ones first."""
    ordered = sorted(conditions, key=lambda one: (not one.is_required, list(Kind.values).index(one.kind), one.value))
    return [
        Line(
            one.kind,
            str(Kind(one.kind).label),
            said(one.kind, one.value, one.amount),
            one.is_required,
            one.is_confirmed,
        )
        for one in ordered
    ]


def said(kind: str, value: str, amount: Decimal | None = None) -> str:
    """What a condition asks, without saying how strictly. An unknown code is shown as it is."""
    if kind == Kind.CAPACITY:
        return volume(value, amount or Decimal(0))
    if kind == Kind.SIZE and value in _AT_LEAST:
        return str(_AT_LEAST[value])
    values = alternatives(value)
    if kind in {Kind.MARKET, Kind.EXCLUDED}:
        return either(choices.market_names(values))
    return either([_name(kind, one) for one in values])


def volume(unit: str, amount: Decimal) -> str:
    """ "20,000 pieces a month"; what comes to less than ten a month is told by the year."""
    base, _slash, period = unit.partition("/")
    if period == "month" and amount < _FEW and amount != int(amount):
        amount, period = Decimal(round(amount * 12)), "year"
    whole = int(amount) if amount == int(amount) or amount >= _FEW else amount.normalize()
    number = number_format(whole, force_grouping=True)
    if period not in _PER:
        return f"{number} {unit}"
    return str(_PER[period]) % {"number": number, "unit": UNITS.get(base, base)}


def units() -> list[tuple[str, str]]:
    """The units of capacities to choose from."""
    periods = {"month": _("%(unit)s a month"), "hour": _("%(unit)s an hour")}
    return [
        (f"{unit}/{period}", words % {"unit": label})
        for period, words in periods.items()
        for unit, label in UNITS.items()
    ]


def sizes() -> list[tuple[str, str]]:
    """Sizes to ask for: bounds first, then the classes themselves."""
    return [*((value, str(label)) for value, label in _AT_LEAST.items()), *((s.value, str(s.label)) for s in Size)]


def _name(kind: str, value: str) -> str:
    if kind == Kind.LANGUAGE:
        return codes.language_name(value)
    if kind == Kind.SIZE and value in Size.values:
        return str(Size(value).label)
    if kind == Kind.OWNERSHIP and value in Ownership.values:
        return str(Ownership(value).label)
    return value


def typed(value: str) -> str:
    """Alternatives as somebody would type them: "UL / CSA"."""
    return value.replace(ANY, " / ")
