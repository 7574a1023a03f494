"""What a list of found resources shows of each: read in one statement, without the texts nobody sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce, Left, NullIf
from django.urls import reverse
from django.utils.safestring import SafeString

from portal.languages import column
from portal.reference.labels import Labels
from portal.search import snippets
from resources import wording
from resources.models import Resource

#: Characters of the text in which the searched words are looked for, and of what is shown around them.
_READ, _EXCERPT = 6_000, 240


@dataclass(frozen=True)
class Row:
    """One resource in a list, with its text in ``language``, the reader's own or else one it has.

    The ``marked_…`` and ``excerpt`` are HTML with the searched words marked. The marked summary is its first
    sentence; when the words do not stand in it, the excerpt shows where else they do.
    """

    pk: int
    slug: str
    kind: str
    kind_label: str
    scope_label: str
    economies: list[tuple[str, str]]
    topics: list[str]
    language: str
    is_fallback: bool
    title: str
    summary: str
    marked_title: SafeString
    marked_summary: SafeString
    excerpt: SafeString
    publisher: str
    published_at: datetime
    reviewed_on: date | None
    link_status: str

    @property
    def url(self) -> str:
        return reverse("resources:resource-detail", args=[self.slug])


def read(
    queryset: QuerySet, ids: Sequence[int], *, language: str, labels: Labels, terms: Sequence[str] = ()
) -> list[Row]:
    """The rows of ``ids``, in that order; those that ``queryset`` does not have are left out.

    ``terms`` are the searched words; the texts are read only when there are any.
    """
    if not ids:
        return []
    sought = snippets.marks(terms)
    texts = {"shown_title": shown("title", language), "shown_summary": shown("summary", language)}
    if terms:
        texts["shown_body"] = Left(shown("body", language), _READ, output_field=TextField())
    found = queryset.filter(pk__in=ids).annotate(
        shown_language=_shown_language(language),
        shown_publisher=first_of("publisher__name", language),
        **texts,
    )
    plain = ("pk", "slug", "kind", "scope", "facets", "published_at", "reviewed_on", "link_status")
    names = (*plain, "shown_language", "shown_publisher", *texts)
    # Values, not objects: twenty of the model would cost more than the rest of the page.
    rows = {values["pk"]: values for values in _plain_values(found, names)}
    return [_row(rows[pk], language, labels, sought) for pk in ids if pk in rows]


def _plain_values(queryset: QuerySet, names: Sequence[str]) -> list[dict[str, Any]]:
    return [dict(zip(names, values, strict=True)) for values in queryset.values_list(*names)]


def _row(values: dict[str, Any], language: str, labels: Labels, sought: snippets.Marks) -> Row:
    held = [item.partition(":")[::2] for item in values["facets"]]
    sentence = wording.first_sentence(values["shown_summary"])
    summary = snippets.marked(sentence, sought)
    excerpt = SafeString("")
    if "<mark>" not in summary and "shown_body" in values:
        rest = f"{values['shown_summary'][len(sentence) :]} {values['shown_body'] or ''}"
        excerpt = snippets.excerpt(rest, sought, length=_EXCERPT)
    return Row(
        pk=values["pk"],
        slug=values["slug"],
        kind=values["kind"],
        kind_label=str(Resource.Kind(values["kind"]).label),
        scope_label=str(Resource.Scope(values["scope"]).label),
        economies=_in_order("economy", held, labels.economies),
        topics=[label for _slug, label in _in_order("topic", held, labels.topics)],
        language=values["shown_language"],
        is_fallback=values["shown_language"] != language,
        title=values["shown_title"],
        summary=values["shown_summary"],
        marked_title=snippets.marked(values["shown_title"], sought),
        marked_summary=summary,
        excerpt=excerpt,
        publisher=values["shown_publisher"],
        published_at=values["published_at"],
        reviewed_on=values["reviewed_on"],
        link_status=values["link_status"],
    )


def _in_order(facet: str, held: list[tuple[str, str]], labels: dict[str, str]) -> list[tuple[str, str]]:
    """The (value, label) pairs of one facet, in the order of the reference data."""
    values = {value for name, value in held if name == facet}
    return [(value, label) for value, label in labels.items() if value in values] if values else []


def _languages(language: str) -> list[str]:
    """The order in which a text is looked for, as :meth:`Resource.reading` does."""
    return list(dict.fromkeys([language, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES]))


def _has(code: str) -> dict[str, str]:
    return {f"{column('title', code)}__gt": ""}


def _shown_language(language: str) -> Case:
    whens = (When(**_has(code), then=Value(code)) for code in _languages(language))
    return Case(*whens, default=F("source_language"), output_field=TextField())


def shown(field: str, language: str) -> Coalesce:
    """A resource's field in the language of the first title there is, the reader's before others: never a mixture."""
    whens = (When(**_has(code), then=F(column(field, code))) for code in _languages(language))
    return Coalesce(Case(*whens, output_field=TextField()), Value(""), output_field=TextField())


def first_of(field: str, language: str) -> Coalesce:
    """A translated name in the reader's language, else in the first that has one."""
    empty = Value("", output_field=TextField())
    names = (NullIf(F(column(field, code)), empty, output_field=TextField()) for code in _languages(language))
    return Coalesce(*names, empty, output_field=TextField())
