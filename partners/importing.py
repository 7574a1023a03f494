"""The sample companies and partner requests, marked as samples wherever they are shown. No mail is sent."""

import re
from datetime import timedelta
from pathlib import Path
from types import NoneType
from typing import Any

from django.db import connection
from django.utils import timezone

from partners import codes, directory, matching, requesting
from partners.models import ChamberMember, CompanyProfile, PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.accounts.models import Organization
from portal.activity.log import record, touched
from portal.languages import Language, column
from portal.reference.loading import (
    BROKEN,
    CREATED,
    UNCHANGED,
    Problems,
    Report,
    Row,
    known,
    progress,
    rows,
    upsert,
)
from portal.reference.models import Economy, Sector

Known = dict[str, dict[str, Any]]

TEASER_LENGTH = 140
#: A mentorship is sought unless its text offers to be the mentor; every row of today's file seeks one.
_OFFERS_MENTORING = re.compile(
    r"\b(?:we|i) (?:offer|provide|can give) (?:\w+ ){0,3}mentor|available as (?:a )?mentor"
    r"|\bofre(?:zco|cemos) (?:\w+ ){0,3}mentor[ií]a|\b(?:j'offre|nous offrons) (?:\w+ ){0,3}mentorat"
    r"|(?:提供|願意擔任|可擔任)[^。，]{0,6}業師",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")


def load_sample(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load ``companies.jsonl`` and ``partner_requests.jsonl``; loading twice changes nothing.

    A company whose people have edited it is left as it is. A request's closing day counts from the first
    load and is kept afterwards, as is what people or the clock did to its state. Its firm stays unnamed,
    and belongs to the chamber that posted it.
    """
    there: Known = {
        "economies": known(Economy, "code"),
        "sectors": known(Sector),
        "chambers": {o.slug: o for o in Organization.objects.filter(kind=Organization.Kind.CHAMBER)},
        "kept": {o.slug: o for o in Organization.objects.filter(pk__in=touched(Organization, "edited", "described"))},
    }
    companies = rows(data_dir / "companies.jsonl", problems=problems, unique="slug")
    changed = [
        _load_company(row, row.data, there, problems, report, is_listed=True)[1]
        for row in progress("Companies", companies)
    ]
    found = rows(data_dir / "partner_requests.jsonl", problems=problems, unique="slug")
    changed += [_load_request(row, there, problems, report) for row in progress("Partner requests", found)]
    if not problems.lines and set(changed) != {UNCHANGED}:
        _tell_the_planner()
        samples = PartnerRequest.objects.open().filter(is_sample=True)
        for request in progress("Matches", list(matching.for_comparing(samples))):
            matching.refresh(request)


def _tell_the_planner() -> None:
    """Have PostgreSQL look at the tables that matching joins: of rows brought by this transaction it knows nothing,
    and the plan it would choose for a nearly empty table takes seconds for every request.
    """
    models = (Organization, CompanyProfile, CompanyProfile.sectors.through, PartnerRequest)
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def _load_company(
    row: Row, data: dict[str, Any], there: Known, problems: Problems, report: Report, *, is_listed: bool
) -> tuple[Organization | None, str]:
    """One firm and its profile; return the firm and the stronger of the two outcomes."""
    before = len(problems.lines)
    problems.check(Row(row.file, row.number, data), slug=str, name=str, economy=str, profile_language=str)
    if len(problems.lines) == before and data["profile_language"] not in Language.values:
        problems.add(row, "profile_language", f"{data['profile_language']!r} is not one of the portal's languages")
    economy = problems.look_up(Row(row.file, row.number, data), "economy", there["economies"])
    sectors = problems.look_up(Row(row.file, row.number, data), "sectors", there["sectors"])
    if len(problems.lines) > before:
        return None, BROKEN
    if kept := there["kept"].get(data["slug"]):
        report.count("companies edited here, kept as they are", UNCHANGED)
        return kept, UNCHANGED
    language = data["profile_language"]
    company, outcome = upsert(
        Organization,
        by={"slug": data["slug"]},
        values={
            "kind": Organization.Kind.SME,
            "economy": economy[0],
            "name_en": data["name"],
            column("name", language): data["name"],
            "native_language": language,
            "is_sample": True,
        },
        row=row,
        problems=problems,
    )
    if outcome == BROKEN:
        return None, BROKEN
    report.count(Organization, outcome)
    profile, described = upsert(
        CompanyProfile,
        by={"organization": company},
        values=_profile_values(data, is_listed=is_listed),
        many={"sectors": sectors},
        row=row,
        problems=problems,
        names={"language": "profile_language"},
    )
    if described == BROKEN:
        return None, BROKEN
    report.count(CompanyProfile, described)
    if described != UNCHANGED or outcome != UNCHANGED:
        directory.index(profile)
        return company, CREATED if CREATED in {outcome, described} else described
    return company, UNCHANGED


def _profile_values(data: dict[str, Any], *, is_listed: bool) -> dict[str, Any]:
    return {
        "language": data["profile_language"],
        "capabilities": data.get("capabilities", ""),
        "city": data.get("city", ""),
        "size": data.get("size", ""),
        "year_founded": data.get("year_founded"),
        "hs_codes": data.get("hs_codes", []),
        "markets": list(dict.fromkeys(codes.market_code(code) for code in data.get("markets", []))),
        "certifications": data.get("certifications", []),
        "languages": data.get("languages", []),
        "ownership_tags": data.get("ownership_tags", []),
        "is_listed": is_listed,
        "is_sample": True,
    }


def _load_request(row: Row, there: Known, problems: Problems, report: Report) -> str:
    before = len(problems.lines)
    problems.check(
        row,
        slug=str,
        type=str,
        title=str,
        description=str,
        original_language=str,
        poster_chamber=str,
        company=dict,
        deadline_offset_days=int,
        sectors=list,
        hs_codes=(list, NoneType),
        target_economies=list,
    )
    if len(problems.lines) > before:
        return BROKEN
    kind = request_type(row["type"], f"{row['title']} {row['description']}")
    if kind not in PartnerRequest.Type.values:
        problems.add(row, "type", f"{row['type']!r} is unknown")
    chamber = problems.look_up(row, "poster_chamber", there["chambers"])
    many = {
        "sectors": problems.look_up(row, "sectors", there["sectors"]),
        "target_economies": problems.look_up(row, "target_economies", there["economies"]),
    }
    if len(problems.lines) > before:
        return BROKEN
    company, _outcome = _load_company(row, _firm_of(row), there, problems, report, is_listed=False)
    if company is None:
        return BROKEN
    _vouch(company, chamber[0])
    return _write_request(row, problems, report, kind=kind, company=company, chamber=chamber[0], many=many)


def _firm_of(row: Row) -> dict[str, Any]:
    """The firm inside a request has no address of its own and speaks the request's language."""
    language = row["original_language"]
    return {
        **row["company"],
        "slug": f"{row['slug']}-company",
        "profile_language": language,
        "languages": [language],
        "sectors": row["sectors"],
        "hs_codes": row.get("hs_codes") or [],
    }


def _write_request(
    row: Row,
    problems: Problems,
    report: Report,
    *,
    kind: str,
    company: Organization,
    chamber: Organization,
    many: dict[str, list],
) -> str:
    request, outcome = upsert(
        PartnerRequest,
        by={"slug": row["slug"]},
        values={
            "type": kind,
            "language": row["original_language"],
            "title": row["title"],
            "teaser": teaser_of(row["description"]),
            "description": row["description"],
            "company": company,
            "chamber": chamber,
            "origin": PartnerRequest.Origin.CHAMBER,
            "hs_codes": row.get("hs_codes") or [],
            "is_sample": True,
        },
        if_new={
            "status": PartnerRequest.Status.PUBLISHED,
            "published_at": timezone.now(),
            "closes_on": last_day_on_earth() + timedelta(days=row["deadline_offset_days"]),
        },
        many=many,
        row=row,
        problems=problems,
        names={"language": "original_language"},
    )
    if outcome == BROKEN:
        return BROKEN
    report.count(PartnerRequest, outcome)
    if outcome == CREATED:
        record(None, "published", request)
    if outcome != UNCHANGED:
        requesting.index(request)
    return outcome


def _vouch(company: Organization, chamber: Organization) -> None:
    """The posting chamber answers for the firm, once: an ended membership stays ended."""
    if not ChamberMember.objects.filter(chamber=chamber, company=company).exists():
        ChamberMember.objects.create(
            chamber=chamber,
            company=company,
            status=ChamberMember.Status.ACTIVE,
            is_registered_by_chamber=True,
            since=timezone.now(),
        )


def request_type(kind: str, text: str) -> str:
    """The type of a request in the file, where a mentorship does not say which side it is."""
    if kind != "mentorship":
        return kind
    offers = _OFFERS_MENTORING.search(text)
    return PartnerRequest.Type.MENTORSHIP_OFFER if offers else PartnerRequest.Type.MENTORSHIP_REQUEST


def teaser_of(description: str) -> str:
    """The first sentence, cut at a word when it is longer than a teaser may be."""
    first = _SENTENCE_END.split(description.strip(), maxsplit=1)[0].strip()
    if len(first) <= TEASER_LENGTH:
        return first
    cut = first[: TEASER_LENGTH - 1]
    at_word = cut.rpartition(" ")[0] if " " in cut else cut
    return at_word.rstrip(",;:，、；： ") + "…"
