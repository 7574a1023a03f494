"""How a resource stands in a file: the columns of CSV and the keys of JSON Lines, the same in both directions.

What is taken away can be brought in again and changes nothing. A column of CSV holds one text; several codes in
one cell are joined by a bar.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.languages import Language, column
from resources.models import TRANSLATED, Resource

#: One value each. What a file leaves out, or leaves empty, stays as it is.
PLAIN = ("slug", "kind", "agency", "scope", "url", "source_language")
#: Several codes each, by the names they have in data/resources.jsonl.
LISTS = ("economies", "agreements", "topics", "sectors", "audience", "languages")
#: A text per language: ``title_en`` … in CSV, ``{"title": {"en": …}}`` in JSON Lines.
TEXTS = tuple(column(field, code) for field in TRANSLATED for code in Language.values)
WRITTEN = ("slug", "kind", "agency", "scope", *LISTS, "url", "source_language", *TEXTS)
#: What the portal knows by itself: taken away with the rest, left aside when it comes back.
KNOWN_HERE = ("url_evidence", "checked_on", "review_due_on", "link_status", "published_at", "page")
#: Names that data/resources.jsonl has, besides.
ALSO = {"economy": "economies"}
LEFT_ASIDE = {*KNOWN_HERE, "url_seen", "programme"}
COLUMNS = (*WRITTEN, *KNOWN_HERE)

BETWEEN = "|"
#: What makes a spreadsheet read a cell as a formula, in half and full width (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LEADING = "' \t\r\n\v\f\u00a0\u3000"


def as_object(resource: Resource, *, page: str) -> dict[str, Any]:
    """A resource as one line of JSON Lines; ``page`` is its address on the portal.

    Costs no query for what ``.for_files()`` fetched.
    """
    found: dict[str, Any] = {
        "slug": resource.slug,
        "kind": resource.kind,
        "agency": resource.publisher.slug,
        "scope": resource.scope,
        "economies": sorted(economy.pk for economy in resource.economies.all()),
        "agreements": sorted(agreement.slug for agreement in resource.agreements.all()),
        "topics": sorted(topic.slug for topic in resource.topics.all()),
        "sectors": sorted(sector.slug for sector in resource.sectors.all()),
        "audience": list(resource.audiences),
        "languages": list(resource.page_languages),
        "url": resource.url,
        "source_language": resource.source_language,
    }
    for field in TRANSLATED:
        by_language = {code: getattr(resource, column(field, code)) for code in Language.values}
        found[field] = {code: text for code, text in by_language.items() if text}
    return found | {
        "url_evidence": resource.url_evidence,
        "checked_on": resource.reviewed_on and resource.reviewed_on.isoformat(),
        "review_due_on": resource.review_due_on and resource.review_due_on.isoformat(),
        "link_status": resource.link_status,
        "published_at": resource.published_at and resource.published_at.isoformat(timespec="seconds"),
        "page": page,
    }


def as_cells(line: Mapping[str, Any]) -> list[str]:
    """The cells of :data:`COLUMNS` for what :func:`as_object` gives; no spreadsheet takes one for a formula."""
    flat = {name: value for name, value in line.items() if name not in TRANSLATED}
    for field in TRANSLATED:
        flat |= {column(field, code): text for code, text in line[field].items()}
    return [_cell(flat.get(name)) for name in COLUMNS]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = BETWEEN.join(value)
    return inert(str(value)) if value else ""


def inert(text: str) -> str:
    """``text`` for a cell of CSV, with an apostrophe before what a spreadsheet would read as a formula."""
    return f"'{text}" if _is_like_formula(text) else text


def meant(cell: str) -> str:
    """What :func:`inert` was given."""
    return cell[1:] if cell.startswith("'") and _is_like_formula(cell) else cell


def _is_like_formula(text: str) -> bool:
    return text.startswith(("\t", "\r")) or text.lstrip(_LEADING).startswith(_FORMULA)


def joined(values: Iterable[str]) -> str:
    """Several codes in one cell."""
    return BETWEEN.join(values)
