"""What every change of a resource's content writes besides the content itself."""

from collections.abc import Iterable

from django.db import models
from django.utils import timezone, translation

from portal.accounts.models import User
from portal.languages import Language
from resources import indexing
from resources.checking import MANY, TEXTS
from resources.models import TRANSLATED, Resource, Translation


def write(row: Resource, altered: list[str], swapped: dict[str, list], *, by: User) -> None:
    """Save a change as the next version: ``altered`` are fields of ``row``, ``swapped`` the new rows of relations."""
    touched = {TEXTS[name] for name in altered if name in TEXTS}
    if "source_language" in altered:
        touched |= {row.source_language}
    row.source_version += row.source_language in touched
    if "url" in altered:
        row.url_evidence, row.link_status, row.link_checked_at = "official", "unchecked", None
    row.version += 1
    row.changed_by, row.changed_at = by, timezone.now()
    link = {"url_evidence", "link_status", "link_checked_at"}
    texts = TRANSLATED if touched else ()
    with translation.override(row.source_language):
        row.save(update_fields={*altered, *texts, *link, "source_version", "version", "changed_by", "changed_at"})
    for name, rows in swapped.items():
        getattr(row, name).set(rows)
        hold(row, name, rows)
    keep_translations(row, touched)
    indexing.refresh(row)


def keep_translations(resource: Resource, touched: Iterable[str]) -> None:
    """One row per language that has text besides the source; what was just written is the publisher's and fresh."""
    known = {row.language for row in resource.translations.all()}
    texts = {code for code in resource.languages if code != resource.source_language}
    if gone := known - texts:
        resource.translations.filter(language__in=gone).delete()
    fresh = {"origin": Translation.Origin.PUBLISHER, "source_version": resource.source_version}
    rows = [
        Translation(resource=resource, language=code, changed_at=timezone.now(), **fresh)
        for code in Language.values
        if code in texts and (code in touched or code not in known)
    ]
    if rows:
        Translation.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["resource", "language"],
            update_fields=["origin", "source_version", "changed_at"],
        )
    if gone or rows:
        getattr(resource, "_prefetched_objects_cache", {}).pop("translations", None)


def hold(row: Resource, name: str, rows: Iterable[models.Model]) -> None:
    """Let ``row`` know the rows of one of its relations, as if they had been prefetched."""
    known = getattr(row, name).get_queryset()
    # As Django's own prefetching does it; it has no other way in.
    known._result_cache, known._prefetch_done = list(dict.fromkeys(rows)), True  # noqa: SLF001
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known


def carry(known: Resource, row: Resource) -> None:
    """Give a ``row`` that was just locked what it needs of its relations: those of ``known``, the same resource read
    before, if nobody saved it since, and the others from the database, once."""
    if known.version == row.version and known is not row:
        cache = getattr(known, "_prefetched_objects_cache", {})
        for name in MANY:
            if name in cache:
                hold(row, name, cache[name])
        if Resource._meta.get_field("publisher").is_cached(known) and known.publisher_id == row.publisher_id:  # type: ignore[union-attr]
            row.publisher = known.publisher
    models.prefetch_related_objects([row], *MANY, "translations")
