"""The vocabulary from its files: economies, agreements, topics, sectors."""

from pathlib import Path
from types import NoneType

from portal.reference.loading import BROKEN, Problems, Report, Row, known, rows, upsert
from portal.reference.models import Agreement, Economy, Sector, Topic


def load(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load the four files. Rows that are gone from them stay in the database."""
    economies = load_economies(data_dir, problems, report)
    load_agreements(data_dir, problems, report, economies)
    load_topics(data_dir, problems, report)
    load_sectors(data_dir, problems, report)


def load_economies(data_dir: Path, problems: Problems, report: Report) -> dict[str, Economy]:
    """Load the economies, in the order of the file; return all there are by their codes."""
    economies = known(Economy, "code")
    for order, row in enumerate(rows(data_dir / "economies.json", problems=problems, unique="iso2"), start=1):
        if not problems.check(row, iso2=str, names=dict, time_zones=list, default_time_zone=str, languages=list):
            continue
        economy, outcome = upsert(
            Economy,
            by={"code": row["iso2"]},
            values={
                **problems.texts(row, "names", "name"),
                **_apec_names(row, problems),
                "time_zones": row["time_zones"],
                "default_time_zone": row["default_time_zone"],
                "languages": row["languages"],
                "currency": row.get("currency"),
                "is_apec_member": row.get("apec_member", False),
                "is_focus": row.get("portal_focus", False),
                "order": order,
            },
            row=row,
            problems=problems,
            names={"code": "iso2", "name": "names", "is_apec_member": "apec_member", "is_focus": "portal_focus"},
        )
        if outcome != BROKEN:
            economies[row["iso2"]] = economy
        report.count(Economy, outcome)
    return economies


def _apec_names(row: Row, problems: Problems) -> dict[str, str | None]:
    """What an economy is called in APEC: in four languages where the file has them, else in English."""
    names = problems.texts(row, "apec_names", "apec_name")
    return names if any(names.values()) else {**names, "apec_name_en": row.get("apec_name")}


def load_agreements(data_dir: Path, problems: Problems, report: Report, economies: dict[str, Economy]) -> None:
    """Load the agreements with their Parties. Of several short names in a language the first is the name here."""
    for order, row in enumerate(rows(data_dir / "agreements.json", problems=problems, unique="slug"), start=1):
        if not problems.check(
            row, slug=str, kind=str, titles=dict, parties=list, languages=list, sme_chapter=(dict, NoneType)
        ):
            continue
        parties = problems.look_up(row, "parties", economies)
        _agreement, outcome = upsert(
            Agreement,
            by={"slug": row["slug"]},
            values={
                "kind": row["kind"],
                **problems.texts(row, "titles", "title"),
                **_short_names(row, problems),
                **problems.texts(row, "description"),
                "languages": row["languages"],
                "signed_on": row.get("signed_on"),
                "in_force_on": row.get("in_force_on"),
                "sme_chapter": str((row.get("sme_chapter") or {}).get("number") or ""),
                "sme_references": row.get("sme_references", []),
                "source_url": row.get("source_url") or "",
                "order": order,
            },
            many={"parties": parties},
            row=row,
            problems=problems,
            names={"title": "titles", "short_name": "short_names"},
        )
        report.count(Agreement, outcome)


def _short_names(row: Row, problems: Problems) -> dict[str, str | None]:
    first: dict[str, str] = {}
    for entry in row.get("short_names") or []:
        first.setdefault(entry["lang"], entry["name"])
    return problems.texts(Row(row.file, row.number, {"short_names": first}), "short_names", "short_name")


def load_topics(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load the information topics."""
    for row in rows(data_dir / "topics.json", "topics", problems=problems, unique="slug"):
        if not problems.check(row, slug=str, order=int, label=dict, description=dict):
            continue
        _topic, outcome = upsert(
            Topic,
            by={"slug": row["slug"]},
            values={
                **problems.texts(row, "label"),
                **problems.texts(row, "description"),
                "obligations": row.get("obligations", []),
                "order": row["order"],
            },
            row=row,
            problems=problems,
        )
        report.count(Topic, outcome)


def load_sectors(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load the two levels of the sector tree, numbered through in the order of the file."""
    order = 0
    seen: set[str] = set()
    for row in rows(data_dir / "sectors.json", problems=problems):
        order += 1
        parent = _load_sector(row, None, order, seen=seen, problems=problems, report=report)
        for child in row.get("children") or []:
            order += 1
            if not isinstance(child, dict):
                problems.add(row, "children", "an object is expected here")
            else:
                child_row = Row(row.file, row.number, child)
                _load_sector(child_row, parent, order, seen=seen, problems=problems, report=report)


def _load_sector(
    row: Row, parent: Sector | None, order: int, *, seen: set[str], problems: Problems, report: Report
) -> Sector | None:
    if not problems.check(row, slug=str, label=dict, isic_rev4=list, naics_2022=list, hs_chapters=list):
        return None
    if row["slug"] in seen:
        problems.add(row, "slug", f"{row['slug']!r} is in the tree already")
        return None
    seen.add(row["slug"])
    sector, outcome = upsert(
        Sector,
        by={"slug": row["slug"]},
        values={
            "parent": parent,
            **problems.texts(row, "label"),
            "isic": row["isic_rev4"],
            "naics": row["naics_2022"],
            "hs_chapters": row["hs_chapters"],
            "order": order,
        },
        row=row,
        problems=problems,
        names={"isic": "isic_rev4", "naics": "naics_2022"},
    )
    report.count(Sector, outcome)
    return None if outcome == BROKEN else sector
