"""From the cells of a chamber's file to values: each function says no with :class:`~partners.complaints.Refused`."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError

from partners import codes, sheets
from partners.complaints import Problem, Refused, from_rule, refuse
from partners.contact_details import refuse_contact_details
from partners.models import PartnerRequest
from partners.unpacking import Record
from portal.languages import Language
from portal.reference.models import Economy, Sector

Item = TypeVar("Item")


class Shelf:
    """What rows refer to by short name or code, fetched once for a whole file."""

    def __init__(self) -> None:
        self.sectors = {sector.slug: sector for sector in Sector.objects.all()}
        self.economies = {economy.pk: economy for economy in Economy.objects.all()}


def language(record: Record, name: str = "language") -> str:
    return choice(record, name, Language.values, record.get(name).lower())


def choice(record: Record, name: str, known: list[str], value: str) -> str:
    if value not in known:
        raise refuse(record.row, name, "unknown", record.get(name))
    return value


def whole_number(record: Record, name: str) -> int | None:
    text = unicodedata.normalize("NFKC", record.get(name))
    if text and not re.fullmatch("[0-9]{1,9}", text):
        raise refuse(record.row, name, "number", text)
    return int(text) if text else None


def day(record: Record, name: str) -> date | None:
    text = record.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise refuse(record.row, name, "day", text) from error


def yes_or_no(record: Record, name: str) -> bool:
    text = record.get(name).lower()
    if text not in {sheets.YES, sheets.NO, ""}:
        raise refuse(record.row, name, "yes_no", text)
    return text == sheets.YES


def several(record: Record, name: str, known: Mapping[str, Item], *, spelled: Callable[[str], str]) -> list[Item]:
    """The things that a cell names; ``spelled`` brings a name to the spelling of ``known``."""
    wanted = [(part, spelled(part)) for part in sheets.parts(record.get(name))]
    if unknown := [part for part, key in wanted if key not in known]:
        raise refuse(record.row, name, "unknown", sheets.BETWEEN.join(unknown))
    return [known[key] for _part, key in wanted]


def hs_codes(record: Record) -> list[str]:
    """HS codes without dots and spaces; wide digits are read."""
    text = unicodedata.normalize("NFKC", record.get("hs_codes"))
    return list(dict.fromkeys(re.sub(r"[.\s]", "", part) for part in sheets.parts(text)))


def markets(record: Record, name: str) -> list[str]:
    return list(dict.fromkeys(codes.market_code(part) for part in sheets.parts(record.get(name))))


def public_text(record: Record, name: str) -> str:
    """A text that is read before both sides agreed: without addresses."""
    try:
        return refuse_contact_details(record.get(name))
    except ValidationError as error:
        raise from_rule(record.row, ValidationError({name: error.error_list}), record.values) from error


def types(record: Record, name: str) -> list[str]:
    known = {kind: kind for kind in PartnerRequest.Type.values}
    return several(record, name, known, spelled=str.lower)


def each(record: Record, names: set[str], readers: Mapping[str, Callable[[Record], Any]]) -> dict[str, Any]:
    """The values of these columns; all that is wrong with them is told at once."""
    found: dict[str, Any] = {}
    wrong: list[Problem] = []
    for name in readers:
        if name not in names:
            continue
        try:
            found[name] = readers[name](record)
        except Refused as refusal:
            wrong += refusal.problems
    if wrong:
        raise Refused(*wrong)
    return found


def otherwise(given: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was read, that which differs from ``values`` (partners/sheets.py) in more than its spelling."""
    return {name: value for name, value in given.items() if _plain(value) != values[name]}


def _plain(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], Sector):
        return sorted(sector.slug for sector in value)
    if isinstance(value, list) and value and isinstance(value[0], Economy):
        return sorted(economy.pk for economy in value)
    return value
