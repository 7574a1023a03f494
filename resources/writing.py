"""What every change of a resource's content writes besides the content itself."""

from collections.abc import Iterable

from django.utils import timezone, translation

from portal.accounts.models import User
from portal.languages import Language
from resources import indexing
from resources.checking import TEXTS
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
    keep_translations(row, touched)
    indexing.refresh(row)


def keep_translations(resource: Resource, touched: Iterable[str]) -> None:
    """One row per language that has text besides the source; what was just written is the publisher's and fresh."""
    rows = {row.language: row for row in resource.translations.all()}
    for code in Language.values:
        has_text = code != resource.source_language and code in resource.languages
        if not has_text:
            if code in rows:
                rows[code].delete()
        elif code in touched or code not in rows:
            Translation.objects.update_or_create(
                resource=resource,
                language=code,
                defaults={
                    "origin": Translation.Origin.PUBLISHER,
                    "source_version": resource.source_version,
                    "changed_at": timezone.now(),
                },
            )
