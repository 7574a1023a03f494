"""Public bodies, chambers and networks from the catalogue's file."""

from pathlib import Path
from types import NoneType
from typing import Any

from django.utils import timezone

from portal.accounts.models import Organization
from portal.activity.log import record, touched
from portal.reference.loading import BROKEN, CREATED, UNCHANGED, Problems, Report, Row, known, progress, rows, upsert
from portal.reference.models import Economy

# The file's finer kinds, which the portal keeps as Organization.Body, and what each may do.
KINDS = {
    "ministry": Organization.Kind.AGENCY,
    "agency": Organization.Kind.AGENCY,
    "bank": Organization.Kind.AGENCY,
    "multilateral": Organization.Kind.AGENCY,
    "representative_office": Organization.Kind.AGENCY,
    "chamber": Organization.Kind.CHAMBER,
    "trade_promotion": Organization.Kind.CHAMBER,
    "network": Organization.Kind.CHAMBER,
}
# The file's scope says whether a body belongs to one economy; the others have none.
SCOPES = {"economy", "apec", "global"}
NOTE = "Came with the portal's catalogue of public bodies."


def load(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load ``agencies.json`` as verified organizations.

    Names, role and website follow the file until the organization's own managers edit them. Verification is
    set once: when an administrator withdraws it, a later load leaves that alone. An organization that people
    registered under a body's address is a problem and never overwritten.
    """
    economies = known(Economy, "code")
    taken = set(Organization.objects.filter(body="").values_list("slug", flat=True))
    edited = touched(Organization, "edited")
    kept = set(Organization.objects.filter(pk__in=edited).values_list("slug", flat=True))
    found = rows(data_dir / "agencies.json", problems=problems, unique="slug")
    for row in progress("Organizations", found):
        if not _is_sound(row, problems, taken):
            continue
        if row["slug"] in kept:
            report.count("organizations edited here, kept as they are", UNCHANGED)
        else:
            _load_one(row, economies, problems, report)


def _is_sound(row: Row, problems: Problems, taken: set[str]) -> bool:
    before = len(problems.lines)
    problems.check(
        row,
        slug=str,
        kind=str,
        scope=str,
        names=dict,
        native_language=str,
        economy=(str, NoneType),
        url=(str, NoneType),
        role=(str, NoneType),
    )
    if len(problems.lines) > before:
        return False
    if row["kind"] not in KINDS:
        problems.add(row, "kind", f"{row['kind']!r} is unknown")
    if row["scope"] not in SCOPES:
        problems.add(row, "scope", f"{row['scope']!r} is unknown")
    if (row["scope"] == "economy") != bool(row.get("economy")):
        problems.add(row, "economy", "a body has an economy just when its scope is one")
    if row["slug"] in taken:
        problems.add(row, "slug", f"{row['slug']!r} is taken by an organization that people registered")
    return len(problems.lines) == before


def _load_one(row: Row, economies: dict[str, Economy], problems: Problems, report: Report) -> None:
    before = len(problems.lines)
    values = _values(row, economies, problems)
    if len(problems.lines) > before:
        return
    organization, outcome = upsert(
        Organization,
        by={"slug": row["slug"]},
        values=values,
        if_new={
            "status": Organization.Status.VERIFIED,
            "verified_at": timezone.now(),
            "verification_note": NOTE,
        },
        row=row,
        problems=problems,
        names={"name": "names", "description": "role", "website": "url"},
    )
    if outcome == CREATED:
        record(None, "verified", organization)
    if outcome != BROKEN:
        report.count(Organization, outcome)


def _values(row: Row, economies: dict[str, Economy], problems: Problems) -> dict[str, Any]:
    economy = problems.look_up(row, "economy", economies)
    return {
        "kind": KINDS[row["kind"]],
        "body": row["kind"],
        "economy": economy[0] if economy else None,
        **problems.texts(row, "names", "name"),
        # The file has the role in English only; texts in other languages were written here and stay.
        "description_en": row.get("role"),
        "website": row.get("url") or "",
        "native_language": row["native_language"],
    }
