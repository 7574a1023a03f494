"""The catalogue of resources from its files.

What officials edit in the portal is theirs: a resource that somebody has edited is never loaded over.
A title or summary that ``resources.jsonl`` gives in a language wins over the translation file, because it
is the name the publisher itself uses; everything else in a language other than English is the portal's
translation, and marked so.
"""

from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from django.utils import timezone

from portal.accounts.models import Organization
from portal.languages import Language, column
from portal.reference.loading import (
    BROKEN,
    CHANGED,
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
from portal.reference.models import Agreement, Economy, Sector, Topic
from resources import indexing
from resources.models import TRANSLATED, Resource, Translation
from resources.publishing import review_due_after

SOURCE = Language.EN
#: The model's field → its name in resources.jsonl.
NAMES = {"audiences": "audience", "page_languages": "languages", "publisher": "agency"}

Translations = dict[str, dict[str, Row]]


@dataclass(frozen=True)
class Vocabulary:
    """What the rows refer to by slug or code."""

    publishers: dict[str, Any]
    economies: dict[str, Any]
    agreements: dict[str, Any]
    topics: dict[str, Any]
    sectors: dict[str, Any]


def load(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load resources.jsonl with translations/*.jsonl; new resources come published, not reviewed yet."""
    records = rows(data_dir / "resources.jsonl", problems=problems, unique="slug")
    translations = _translations(data_dir, {row.get("slug") for row in records}, problems)
    vocabulary = Vocabulary(known(Organization), known(Economy, "code"), known(Agreement), known(Topic), known(Sector))
    existing = {resource.slug: resource for resource in Resource.objects.all()}
    marked = {(row.resource_id, row.language): row for row in Translation.objects.all()}
    for row in progress("Resources", records):
        if not _is_whole(row, problems):
            continue
        before = existing.get(row["slug"])
        if before and before.changed_by_id:
            report.count("resources edited here, kept as they are", UNCHANGED)
        elif (resource := _written(row, translations, vocabulary, problems, report)) is not None:
            _mark_translations(resource, before, marked, report)
    _name_programmes(records, problems)
    # What was edited here too: the labels and the sectors it is found under may have changed.
    for resource in progress("Search", indexing.everything(), Resource.objects.count()):
        indexing.refresh(resource)


def _name_programmes(records: list[Row], problems: Problems) -> None:
    """Tie success cases to the programme used, once all are there; what was edited here keeps what it has."""
    programmes = _programmes()
    for row in records:
        if found := problems.look_up(row, "programme", programmes):
            cases = Resource.objects.filter(slug=row["slug"], kind=Resource.Kind.SUCCESS_CASE, changed_by=None)
            for case in cases.exclude(programme=found[0].pk):
                case.programme = found[0]
                case.save(update_fields=["programme"])


def _programmes() -> dict[str, Resource]:
    return {row.slug: row for row in Resource.objects.filter(kind=Resource.Kind.PROGRAMME).only("slug")}


def _translations(data_dir: Path, slugs: set[Any], problems: Problems) -> Translations:
    """Language → slug → row, from translations/<language>.jsonl."""
    found: Translations = {}
    for code in Language.values:
        if code == SOURCE:
            continue
        found[code] = {}
        for row in rows(data_dir / "translations" / f"{code}.jsonl", problems=problems, unique="slug"):
            if not problems.check(row, slug=str, title=str, summary=str, body=str):
                continue
            if row["slug"] not in slugs:
                problems.add(row, "slug", f"{row['slug']!r} is in no row of resources.jsonl")
            found[code][row["slug"]] = row
    return found


def _is_whole(row: Row, problems: Problems) -> bool:
    texts: dict[str, Any] = dict.fromkeys(TRANSLATED, dict)
    lists: dict[str, Any] = dict.fromkeys(("topics", "sectors", "languages", "audience", "agreements"), list)
    codes: dict[str, Any] = {
        "slug": str,
        "agency": str,
        "scope": str,
        "kind": str,
        "url": str,
        "economy": (str, NoneType),
    }
    if not problems.check(row, **texts, **lists, **codes, url_evidence=(str, NoneType)):
        return False
    if (row["scope"] == Resource.Scope.ECONOMY) != bool(row["economy"]):
        problems.add(row, "economy", "needed with the scope “economy”, and only with it")
        return False
    return True


def _written(
    row: Row, translations: Translations, vocabulary: Vocabulary, problems: Problems, report: Report
) -> Resource | None:
    """Write one row; None when something is wrong with it."""
    publisher = problems.look_up(row, "agency", vocabulary.publishers)
    many = {
        "economies": problems.look_up(row, "economy", vocabulary.economies),
        "agreements": problems.look_up(row, "agreements", vocabulary.agreements),
        "topics": problems.look_up(row, "topics", vocabulary.topics),
        "sectors": problems.look_up(row, "sectors", vocabulary.sectors),
    }
    if not publisher:
        return None
    today = timezone.now()
    resource, outcome = upsert(
        Resource,
        by={"slug": row["slug"]},
        values=_values(row, publisher[0], translations, problems),
        many=many,
        if_new={"status": "published", "published_at": today, "review_due_on": review_due_after(today.date())},
        row=row,
        problems=problems,
        names=NAMES,
    )
    report.count(Resource, outcome)
    return None if outcome == BROKEN else resource


def _values(row: Row, publisher: Organization, translations: Translations, problems: Problems) -> dict[str, Any]:
    texts: dict[str, str | None] = {}
    for field in TRANSLATED:
        given = dict(row[field])
        for code, translated in translations.items():
            if (found := translated.get(row["slug"])) and code not in given:
                given[code] = found[field]
        texts |= problems.texts(Row(row.file, row.number, {field: given}), field)
        if not texts[column(field, SOURCE)]:
            problems.add(row, f"{field}.{SOURCE}", "missing")
    return texts | {
        "publisher": publisher,
        "kind": row["kind"],
        "scope": row["scope"],
        "audiences": row["audience"],
        "page_languages": row["languages"],
        "url": row["url"],
        "url_evidence": row["url_evidence"] or Resource.Evidence.RECALLED,
        "reviewed_on": row.get("checked_on"),
        "source_language": SOURCE,
    }


def _mark_translations(
    resource: Resource, before: Resource | None, marked: dict[tuple[int, str], Translation], report: Report
) -> None:
    """Say of each language that it is the portal's translation, and of which version of the English text."""
    changed = {code for code in Language.values if before is None or before.text(code) != resource.text(code)}
    if before is not None and SOURCE in changed:
        resource.source_version += 1
        resource.save(update_fields=["source_version"])
    for code in Language.values:
        row = marked.get((resource.pk, code))
        if code == SOURCE or code not in resource.languages:
            if row:
                row.delete()
        elif row is None:
            Translation.objects.create(
                resource=resource,
                language=code,
                origin=Translation.Origin.PORTAL,
                source_version=resource.source_version,
            )
            report.count(Translation, CREATED)
        elif code in changed:
            row.origin, row.source_version = Translation.Origin.PORTAL, resource.source_version
            row.changed_at = timezone.now()
            row.save(update_fields=["origin", "source_version", "changed_at"])
            report.count(Translation, CHANGED)
        else:
            report.count(Translation, UNCHANGED)
