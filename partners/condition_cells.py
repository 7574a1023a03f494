"""The conditions of a request in two cells of a chamber's file: what is required, and what is preferred.

A condition is its kind, a colon and what is asked, alternatives with a slash between spaces: "certification:UL / CSA",
"language:en / fr", "size:10-49 / 50-249 / 250+", "capacity:20000 pieces/month", "excluded:US". Only what its poster
confirmed is in a file: what the text suggests besides is read from the text again.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from partners import codes, condition_words, sheets
from partners.complaints import refuse
from partners.conditions import ANY
from partners.models import Condition, Ownership, Size
from partners.reading import certificates
from partners.stating import Stated
from partners.unpacking import Record

Kind = Condition.Kind

COLUMNS = REQUIRED, PREFERRED = sheets.CONDITIONS
_OR = " / "
_LONGEST = 80
_MOST = Decimal(10) ** 14


def values(conditions: Iterable[Condition]) -> dict[str, list[str]]:
    """The confirmed ones of a request, by column, in a fixed order."""
    found: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for one in conditions:
        if one.is_confirmed:
            found[REQUIRED if one.is_required else PREFERRED].append(_cell(one.kind, one.value, one.amount))
    return {name: sorted(cells) for name, cells in found.items()}


def read(record: Record, name: str) -> list[str]:
    """The conditions of a cell as :func:`values` has them.

    Raises :class:`~partners.complaints.Refused`: ``unknown`` with what is no condition.
    """
    given = sheets.parts(record.get(name))
    known = {part: stated for part in given if (stated := _stated(part, is_required=name == REQUIRED))}
    if unknown := [part for part in given if part not in known]:
        raise refuse(record.row, name, "unknown", sheets.BETWEEN.join(unknown))
    return sorted({_cell(one.kind, one.value, one.amount) for one in known.values()})


def stated(record: Record, cells: dict[str, list[str]]) -> list[Stated]:
    """The conditions of both columns, as :func:`read` gave them.

    Raises :class:`~partners.complaints.Refused`: ``both`` for one that is required and preferred.
    """
    found = [one for name in COLUMNS for cell in cells[name] if (one := _stated(cell, is_required=name == REQUIRED))]
    required = {one.key for one in found if one.is_required}
    for one in found:
        if not one.is_required and one.key in required:
            raise refuse(record.row, PREFERRED, "both", _cell(one.kind, one.value, one.amount))
    return found


def _cell(kind: str, value: str, amount: Decimal | None) -> str:
    asked = f"{amount.normalize():f} {value}" if amount is not None else value.replace(ANY, _OR)
    return f"{kind}:{asked}"


def _stated(cell: str, *, is_required: bool) -> Stated | None:
    """What a cell's part asks; None when it is no condition. What is excluded is never a preference."""
    kind, _colon, asked = (part.strip() for part in cell.partition(":"))
    kind = kind.lower()
    if kind not in Kind.values or not asked or (kind == Kind.EXCLUDED and not is_required):
        return None
    if kind == Kind.CAPACITY:
        return _capacity(asked, is_required)
    spelled = [_spelled(kind, " ".join(part.split())) for part in asked.split(_OR)]
    value = ANY.join(dict.fromkeys(part for part in spelled if part))
    return Stated(kind, value, is_required) if all(spelled) and len(value) <= _LONGEST else None


def _capacity(asked: str, is_required: bool) -> Stated | None:
    number, _space, unit = asked.partition(" ")
    try:
        amount = Decimal(number)
    except InvalidOperation:
        return None
    is_number = amount.is_finite() and 0 < amount < _MOST and amount == round(amount, 2)
    known = {value for value, _label in condition_words.units()}
    return Stated(Kind.CAPACITY, unit.strip(), is_required, amount) if is_number and unit.strip() in known else None


def _spelled(kind: str, value: str) -> str:
    """One of the alternatives in the portal's spelling; nothing for what is unknown."""
    known: dict[str, Callable[[str], str]] = {
        Kind.CERTIFICATION: certificates.spelled,
        Kind.LANGUAGE: lambda code: _known(code.lower(), codes.validate_language),
        Kind.SIZE: lambda size: size if size in Size.values else "",
        Kind.OWNERSHIP: lambda tag: tag.lower() if tag.lower() in Ownership.values else "",
        Kind.MARKET: lambda code: _known(codes.market_code(code), codes.validate_market),
        Kind.EXCLUDED: lambda code: _known(codes.market_code(code), codes.validate_market),
    }
    return known[kind](value)


def _known(code: str, validate: Callable[[str], None]) -> str:
    try:
        validate(code)
    except ValidationError:
        return ""
    return code
