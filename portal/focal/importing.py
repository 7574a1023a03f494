"""The offices of the catalogue's public bodies."""

from pathlib import Path
from types import NoneType

from django.db.models import Model

from portal.accounts.models import Organization
from portal.activity.log import touched
from portal.focal.models import FocalPoint
from portal.languages import Language
from portal.reference.loading import BROKEN, UNCHANGED, Problems, Report, Row, known, progress, rows, upsert
from portal.reference.models import Economy, Topic

FILE = "focal_points.jsonl"


def load(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load ``focal_points.jsonl``; its organizations are those of ``agencies.json``.

    A new office counts as confirmed on the day it came, and is marked as not yet confirmed by its own people: without
    them it drops out after a year. Loading again confirms nothing, and what people edited here is left alone.
    A data set without the file has no offices.
    """
    if not (data_dir / FILE).exists():
        return
    seen: dict[str, dict[str, Model]] = {
        "organization": dict(known(Organization)),
        "economy": dict(known(Economy, "code")),
        "topics": dict(known(Topic)),
    }
    edited = touched(FocalPoint)
    kept = set(FocalPoint.objects.filter(pk__in=edited).values_list("catalogue_key", flat=True))
    for row in progress("Offices", rows(data_dir / FILE, problems=problems, unique="slug")):
        if row.get("slug") in kept:
            report.count("offices edited here, kept as they are", UNCHANGED)
        elif _is_sound(row, problems):
            _load_one(row, seen, problems, report)


def _is_sound(row: Row, problems: Problems) -> bool:
    sound = problems.check(
        row,
        slug=str,
        organization=str,
        economy=str,
        topics=list,
        office=dict,
        languages=list,
        url=(str, NoneType),
    )
    for code in row.get("languages") or []:
        if code not in Language.values:
            problems.add(row, "languages", f"{code!r} is not one of the portal's languages")
            sound = False
    return sound


def _load_one(row: Row, seen: dict[str, dict[str, Model]], problems: Problems, report: Report) -> None:
    before = len(problems.lines)
    found = {field: problems.look_up(row, field, seen[field]) for field in seen}
    texts = problems.texts(row, "office")
    if not any(texts.values()):
        problems.add(row, "office", "a name in one language is expected here")
    if len(problems.lines) > before or not found["organization"] or not found["economy"]:
        return
    _point, outcome = upsert(
        FocalPoint,
        by={"catalogue_key": row["slug"]},
        values={
            "organization": found["organization"][0],
            "economy": found["economy"][0],
            **texts,
            "languages": row["languages"],
            "url": row.get("url") or "",
        },
        if_new={"is_confirmed": False},
        many={"topics": found["topics"]},
        row=row,
        problems=problems,
        names={"office": "office"},
    )
    if outcome != BROKEN:
        report.count(FocalPoint, outcome)
