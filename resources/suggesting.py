"""What could be meant by the beginning of a search: titles, topics, sectors, terms of the thesaurus, publishers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import Organization
from portal.languages import column
from portal.reference.labels import Labels, labels
from portal.search.models import Term
from portal.search.text import begun, fold
from portal.search.wording import is_han
from resources.indexing import order_key
from resources.models import Resource
from resources.rows import first_of, shown

#: Longer beginnings are not completed.
MAX_TYPED = 60
LIMIT = 8
_OF_EACH, _TERMS = 2, 3
_LATIN, _HAN = 2, 1  # characters from which on something is suggested
_INSIDE, _INSIDE_HAN = 3, 2  # from which on titles are searched inside; fewer begin half of all words
_PUBLISHERS = (Organization.Kind.AGENCY, Organization.Kind.CHAMBER)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Suggestion:
    """A line of the list: what it says, what it is, and where it leads."""

    text: str
    kind: str
    url: str


def suggest(typed: str, *, user: Any, language: str) -> list[Suggestion]:
    """At most eight suggestions for the beginning of a search, the best first. Costs four small queries."""
    typed = " ".join(typed.replace("\0", " ").split())
    beginning = fold(typed[: MAX_TYPED + 1]).strip()
    if len(typed) > MAX_TYPED or len(beginning) < (_HAN if is_han(beginning) else _LATIN):
        return []
    found = [
        *_labelled(beginning, labels(language)),
        *_terms(beginning, language),
        *_publishers(typed, language),
    ]
    titles = _titles(typed, user, language)
    found = found[: LIMIT - min(len(titles), LIMIT // 2)]
    return [*found, *titles[: LIMIT - len(found)]]


def _labelled(beginning: str, known: Labels) -> Iterator[Suggestion]:
    """Topics and sectors of which a word begins so. They are in memory."""
    groups: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("topic", _("Topic"), known.topics),
        ("sector", _("Sector"), known.sectors),
    )
    for name, kind, texts in groups:
        matching = [(slug, text) for slug, text in texts.items() if _begins_so(beginning, fold(text))]
        for slug, text in matching[:_OF_EACH]:
            yield Suggestion(text, kind, _list(**{name: slug}))


def _begins_so(beginning: str, folded: str) -> bool:
    return (
        beginning in folded
        if is_han(beginning)
        else any(folded[found.start() :].startswith(beginning) for found in _WORD.finditer(folded))
    )


def _terms(beginning: str, language: str) -> Iterator[Suggestion]:
    """What the thesaurus calls it, in the reader's language first, then the shortest."""
    in_hers = Case(When(language=language, then=0), default=1)
    terms = Term.objects.filter(folded__startswith=beginning).order_by(in_hers, Length("folded"), "folded", "pk")
    # A term may stand in several languages, or twice but for its accents.
    texts = {fold(text): text for text in reversed(terms.values_list("text", flat=True)[: 3 * _TERMS])}
    for text in [*reversed(texts.values())][:_TERMS]:
        yield Suggestion(text, _("Term"), _list(words=text))


def _publishers(typed: str, language: str) -> Iterator[Suggestion]:
    """Public bodies and chambers that publish here, by any part of their name."""
    published = Resource.objects.published().filter(publisher=OuterRef("pk"))
    named = Organization.objects.verified().filter(Exists(published), kind__in=_PUBLISHERS).named(typed)
    names = named.annotate(said=first_of("name", language)).order_by("pk").values_list("said", flat=True)
    for name in names[:_OF_EACH]:
        yield Suggestion(name, _("Publisher"), _list(words=name))


def _titles(typed: str, user: Any, language: str) -> list[Suggestion]:
    """One statement: titles that begin so, then those with such words inside. PostgreSQL does not look for the
    second where the first are enough."""
    resources = Resource.objects.visible_to(user).published().annotate(said=shown("title", language))
    parts, key = [], order_key(typed)
    begins = Q(**{f"{column('order', language)}__startswith": key})
    if key:
        parts.append(resources.filter(begins).order_by(column("order", language)).values_list("slug", "said")[:LIMIT])
    if len(typed) >= (_INSIDE_HAN if is_han(typed) else _INSIDE):
        inside = begun(resources.exclude(begins) if key else resources, typed)
        parts.append(inside.order_by().values_list("slug", "said")[:LIMIT])
    if not parts:
        return []
    first, *rest = parts
    found = first.union(*rest, all=True)[:LIMIT] if rest else first
    kind = _("Resource")
    return [Suggestion(said, kind, reverse("resources:resource-detail", args=[slug])) for slug, said in found]


def _list(**query: str) -> str:
    return f"{reverse('resources:resource-list')}?{urlencode(query)}"
