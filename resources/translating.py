"""Translations beside their source: writing one, finding that one is still right, and what is stale or missing."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock
from resources import permissions, publishing, versions
from resources.models import TRANSLATED, Resource, Translation


class State(models.TextChoices):
    """How one language of a resource stands; its own original counts as current."""

    CURRENT = "current", pgettext_lazy("translation", "Current")
    STALE = "stale", pgettext_lazy("translation", "Stale")
    MISSING = "missing", pgettext_lazy("translation", "Missing")


@dataclass(frozen=True)
class Standing:
    """One language of one resource: its state and, where there is a text besides the original, its row."""

    language: str
    state: State
    row: Translation | None = None


@dataclass(frozen=True)
class Line:
    """One publisher in the coverage of languages: per language the counts by :class:`State`."""

    publisher: Organization
    total: int
    cells: list[tuple[str, dict[str, int]]]


def standing(resource: Resource, language: str) -> Standing:
    """How this language stands; costs no query when ``translations`` are prefetched."""
    if language == resource.source_language:
        return Standing(language, State.CURRENT)
    row = next((row for row in resource.translations.all() if row.language == language), None)
    if row is None:
        return Standing(language, State.MISSING)
    is_stale = row.source_version < resource.source_version
    return Standing(language, State.STALE if is_stale else State.CURRENT, row)


def standings(resource: Resource) -> list[Standing]:
    """How the languages other than the original's stand."""
    return [standing(resource, code) for code in Language.values if code != resource.source_language]


@transaction.atomic
def translate(
    resource: Resource, language: str, *, version: int, origin: str, by: User, title: str, summary: str, body: str
) -> Resource:
    """Save the text in this language as a translation of the source as it stands now; return the fresh row.

    ``origin`` is a :class:`Translation.Origin`. The same text again says that it is still right.
    Raises what :func:`resources.publishing.revise` raises.
    """
    _must_be_another(resource, language)
    columns = (column(name, language) for name in TRANSLATED)
    texts: dict[str, Any] = dict(zip(columns, (title, summary, body), strict=True))
    row = publishing.revise(resource, version=version, by=by, verb="translated", **texts)
    kept = row.translations.filter(language=language)
    if kept.filter(origin=origin, source_version=row.source_version).exists():
        return row
    kept.update(origin=origin, source_version=row.source_version, changed_at=timezone.now())
    if row.version == version:
        record(by, "translation_confirmed", row, language=language)
    return row


@transaction.atomic
def confirm(resource: Resource, language: str, *, version: int, by: User) -> Resource:
    """Say that a translation is still right although the source changed: it is current again, in the same words.

    Doing it twice is doing it once. ``version`` is the one she compared.
    Raises ``PermissionDenied``, and ``ValidationError``: ``changed_meanwhile`` when somebody saved since,
    ``missing`` when there is no text in this language, ``illegal_move`` when the resource is withdrawn.
    """
    _must_be_another(resource, language)
    row = lock(resource)
    if not permissions.keeps(by, row):
        raise PermissionDenied
    if row.status == Resource.Status.ARCHIVED:
        raise ValidationError(_("A withdrawn resource is not edited. Reopen it first."), code="illegal_move")
    if row.version != version:
        raise ValidationError(
            _("%(who)s changed the text after you opened it. Compare again, then decide."),
            code="changed_meanwhile",
            params={"who": row.changed_by or _("Somebody")},
        )
    found = standing(row, language)
    if found.row is None:
        raise ValidationError(_("There is no text in this language yet."), code="missing")
    if found.state == State.STALE:
        found.row.source_version, found.row.changed_at = row.source_version, timezone.now()
        found.row.save(update_fields=["source_version", "changed_at"])
        record(by, "translation_confirmed", row, language=language)
    return row


def made_from(resource: Resource, language: str) -> versions.Past | None:
    """The version whose source text this translation was made from; None when it was not kept."""
    found = standing(resource, language)
    return versions.at_source_version(resource, found.row.source_version) if found.row else None


def coverage(user: User) -> list[Line]:
    """Per publisher of what she keeps: how many published resources are current, stale or missing in each language."""
    counts: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    totals: dict[int, int] = defaultdict(int)
    kept = Resource.objects.kept_by(user).published()
    for publisher, code, count in kept.values_list("publisher", "source_language").annotate(Count("pk")).order_by():
        counts[publisher][code][State.CURRENT] += count
        totals[publisher] += count
    is_stale = Q(source_version__lt=F("resource__source_version"))
    written = Translation.objects.filter(resource__in=kept.values("pk")).exclude(
        language=F("resource__source_language")
    )
    by_publisher = written.values_list("resource__publisher", "language").order_by()
    for publisher, code, count, stale in by_publisher.annotate(count=Count("pk"), stale=Count("pk", filter=is_stale)):
        counts[publisher][code][State.CURRENT] += count - stale
        counts[publisher][code][State.STALE] += stale
    publishers = Organization.objects.in_bulk(totals)
    lines = [_line(publishers[pk], totals[pk], counts[pk]) for pk in totals]
    return sorted(lines, key=lambda line: line.publisher.name.casefold())


def in_state(user: User, publisher: int | None, language: str, state: str) -> models.QuerySet[Resource]:
    """The published resources behind one cell of the coverage; of every publisher when it is None."""
    kept = Resource.objects.kept_by(user).published()
    if publisher is not None:
        kept = kept.filter(publisher=publisher)
    row = Translation.objects.filter(resource=OuterRef("pk"), language=language)
    fresh = row.filter(source_version__gte=OuterRef("source_version"))
    original = Q(source_language=language)
    if state == State.MISSING:
        return kept.filter(~original & ~Exists(row))
    return kept.filter(original | Exists(fresh) if state == State.CURRENT else ~original & Exists(row) & ~Exists(fresh))


def _line(publisher: Organization, total: int, counts: dict[str, dict[str, int]]) -> Line:
    cells: list[Any] = []
    for code in Language.values:
        current, stale = counts[code][State.CURRENT], counts[code][State.STALE]
        cells.append((code, {State.CURRENT: current, State.STALE: stale, State.MISSING: total - current - stale}))
    return Line(publisher, total, cells)


def _must_be_another(resource: Resource, language: str) -> None:
    if language == resource.source_language or language not in Language.values:
        raise ValueError(f"{language!r} is no language to translate {resource.slug} into.")
