"""How member firms and requests stand in a chamber's CSV files: the same columns in both directions.

What is taken away can be brought in again and changes nothing. Several values in one cell are joined by a bar.
"""

import re
from collections.abc import Iterable
from typing import Any

from partners.models import CompanyProfile, FirmImport, PartnerRequest
from portal.languages import column
from resources.sheets import inert

BETWEEN = "|"
_BAR = re.compile(r"\s*\|\s*")

#: One text each, by the names of the profile's fields.
PROFILE_TEXTS = ("city", "size", "capabilities", "seeks")
#: Several values each.
PROFILE_LISTS = ("hs_codes", "markets", "certifications", "languages", "ownership_tags", "excluded_economies")
#: What a file of member firms may say.
MEMBER_COLUMNS = (
    "slug", "name", "name_en", "language", "city", "size", "year_founded", "website", "sectors", *PROFILE_LISTS,
    "wanted_types", "capabilities", "seeks",
)  # fmt: skip
#: Only when a firm is entered: it is another one than the one of this name that is on the portal.
IS_ANOTHER = "is_another"
#: What a request asks of its partner, in the words of partners/condition_cells.py.
CONDITIONS = ("required", "preferred")
REQUEST_TEXTS = ("title", "teaser", "description", "english_title", "english_teaser")
REQUEST_COLUMNS = (
    "slug", "company", "type", "language", *REQUEST_TEXTS, "sectors", "hs_codes", "target_economies", "closes_on",
    "shows_company", "places", *CONDITIONS,
)  # fmt: skip
WRITTEN = {FirmImport.Kind.MEMBERS: MEMBER_COLUMNS, FirmImport.Kind.REQUESTS: REQUEST_COLUMNS}
#: What the portal knows by itself: taken away with the rest, left aside when it comes back.
KNOWN_HERE = {
    FirmImport.Kind.MEMBERS: ("economy", "entered_by_the_chamber", "member_since", "listed"),
    FirmImport.Kind.REQUESTS: ("company_name", "status", "published_on"),
}
#: What a file may have besides, and an export has not.
ALSO = {FirmImport.Kind.MEMBERS: (IS_ANOTHER,), FirmImport.Kind.REQUESTS: ()}
YES, NO = "yes", "no"


def columns(kind: str) -> tuple[str, ...]:
    """The columns of an export, in their order."""
    return (*WRITTEN[FirmImport.Kind(kind)], *KNOWN_HERE[FirmImport.Kind(kind)])


def parts(cell: str) -> list[str]:
    """The values of a cell, each once."""
    return list(dict.fromkeys(part for part in _BAR.split(cell.strip()) if part))


def profile_values(profile: CompanyProfile) -> dict[str, Any]:
    """What a firm's profile says, by column; texts and lists of codes."""
    company = profile.organization
    found: dict[str, Any] = {name: getattr(profile, name) for name in (*PROFILE_TEXTS, *PROFILE_LISTS)}
    return found | {
        "slug": company.slug,
        "name": getattr(company, column("name", company.native_language)) or company.name_en,  # type: ignore[attr-defined]
        "name_en": company.name_en,  # type: ignore[attr-defined]
        "language": profile.language,
        "year_founded": profile.year_founded,
        "website": company.website,
        "sectors": sorted(sector.slug for sector in profile.sectors.all()),
        "wanted_types": profile.wanted_types,
    }


def request_values(request: PartnerRequest) -> dict[str, Any]:
    """What a request says, by column; ``company`` is the short name of its firm."""
    found: dict[str, Any] = {name: getattr(request, name) for name in (*REQUEST_TEXTS, "slug", "type", "language")}
    return found | {
        "company": request.company.slug,
        "sectors": sorted(sector.slug for sector in request.sectors.all()),
        "hs_codes": request.hs_codes,
        "target_economies": sorted(economy.pk for economy in request.target_economies.all()),
        "closes_on": request.closes_on,
        "shows_company": request.shows_company,
        "places": request.places,
    }


def cells(kind: str, values: dict[str, Any]) -> list[str]:
    """The cells of :func:`columns`; no spreadsheet takes one for a formula."""
    return [inert(as_text(values.get(name)).strip()) for name in columns(kind)]


def differing(given: dict[str, str], values: dict[str, Any]) -> set[str]:
    """The columns of a row that say something else than ``values`` do: what was taken away and comes back says the
    same, whatever it is."""
    return {name for name, text in given.items() if name in values and text != as_text(values[name]).strip()}


def as_text(value: Any) -> str:
    """A value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return BETWEEN.join(value)
    return str(value)  # a number, or a day as 2027-05-14
