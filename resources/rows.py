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
_PLAIN = (
    "pk",
    "slug",
    "kind",
    "scope",
    "facets",
    "source_language",
    "published_at",
    "reviewed_on",
    "link_status",
)


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
    queryset: QuerySet,
    ids: Sequence[int],
    *,
    language: str,
    labels: Labels,
    words: str = "",
    terms: Sequence[str] = (),
) -> list[Row]:
    """The rows of ``ids``, in that order; those that ``queryset`` does not have are left out.

    ``words`` are those searched for, ``terms`` what says the same; the texts are read only when there are any.
    """
    if not ids:
        return []
    sought = snippets.marks(words, terms)
    # All four languages, and the choice made here: expressions for it would take longer to write than to run.
    languages = _languages(language)
    texts = [column(field, code) for field in ("title", "summary", "publisher__name") for code in languages]
    found = queryset.filter(pk__in=ids).order_by()
    if sought:
        found = found.annotate(shown_body=Left(shown("body", language), _READ, output_field=TextField()))
        texts.append("shown_body")
    names = (*_PLAIN, *texts)
    # Values, not objects: twenty of the model would cost more than the rest of the page.
    rows = {values[0]: dict(zip(names, values, strict=True)) for values in found.values_list(*names)}
    return [_row(rows[pk], languages, labels, sought) for pk in ids if pk in rows]


def _row(values: dict[str, Any], languages: list[str], labels: Labels, sought: snippets.Marks) -> Row:
    language = next((code for code in languages if values[column("title", code)]), values["source_language"])
    title, summary = values[column("title", language)] or "", values[column("summary", language)] or ""
    sentence = wording.first_sentence(summary)
    marked_summary, excerpt = snippets.marked(sentence, sought), SafeString("")
    if "shown_body" in values and "<mark>" not in marked_summary:
        rest = f"{summary[len(sentence) :]} {values['shown_body']}"
        excerpt = snippets.excerpt(rest, sought, length=_EXCERPT)
    held = [item.partition(":")[::2] for item in values["facets"]]
    return Row(
        pk=values["pk"],
        slug=values["slug"],
        kind=values["kind"],
        kind_label=str(Resource.Kind(values["kind"]).label),
        scope_label=str(Resource.Scope(values["scope"]).label),
        economies=_in_order("economy", held, labels.economies),
        topics=[label for _slug, label in _in_order("topic", held, labels.topics)],
        language=language,
        is_fallback=language != languages[0],
        title=title,
        summary=summary,
        marked_title=snippets.marked(title, sought),
        marked_summary=marked_summary,
        excerpt=excerpt,
        publisher=next((name for code in languages if (name := values[column("publisher__name", code)])), ""),
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


def shown(field: str, language: str) -> Coalesce:
    """A resource's field in the language of the first title there is, the reader's before others: never a mixture."""
    whens = (When(**_has(code), then=F(column(field, code))) for code in _languages(language))
    return Coalesce(Case(*whens, output_field=TextField()), Value(""), output_field=TextField())


def first_of(field: str, language: str) -> Coalesce:
    """A translated name in the reader's language, else in the first that has one."""
    empty = Value("", output_field=TextField())
    names = (NullIf(F(column(field, code)), empty, output_field=TextField()) for code in _languages(language))
    return Coalesce(*names, empty, output_field=TextField())
