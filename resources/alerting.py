"""Following a list of resources: what its address asks for, and how that reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from portal.accounts.models import User
from portal.languages import current
from portal.notifications import followed
from portal.notifications.followed import Followable, Wish
from portal.reference.labels import labels
from portal.search.facets import code
from resources import filters, wording
from resources.facets import LABELS
from resources.models import Resource

Known = Mapping[str, Mapping[str, Any]]


def declare() -> None:
    """Let people follow resources; called once, when the app is ready."""
    followed.declare(
        Followable(
            name="resource",
            model=Resource,
            facets=tuple(LABELS),
            mail="resources/resource_followed",
            read=read,
            sentence=sentence,
            path=path,
            public=public,
            makers=makers,
            names=names,
        )
    )


def read(query: QueryDict) -> Wish:
    """What the address of a list of resources asks for, in the codes that resources hold; its order does not count."""
    asked = filters.read(query, filters.known_values(labels(current())))
    codes = sorted(code(facet, value) for facet, values in asked.chosen.items() for value in values)
    return Wish(tuple(codes), asked.words, asked.left_out)


def names(_codes: Sequence[str] = ()) -> Known:
    """Facet → value → its label, in the active language."""
    return filters.known_values(labels(current()))


def sentence(codes: Sequence[str], words: str, known: Known | None = None) -> str:
    """ "New resources for Canada, on customs procedures", in the active language."""
    known = names() if known is None else known
    named = {"words": [words]} if words else {}
    named |= {
        # A value that has left the vocabulary is shown as its code.
        facet: [str(known.get(facet, {}).get(value, value)) for value in values]
        for facet, values in _chosen(codes).items()
    }
    return wording.new_sentence(named)


def path(codes: Sequence[str], words: str) -> str:
    """The list, in the active language."""
    chosen = {facet: tuple(values) for facet, values in _chosen(codes).items()}
    address = filters.Asked(words, chosen, "", ()).address()
    return reverse("resources:resource-list") + (f"?{address}" if address else "")


def public() -> QuerySet[Resource]:
    return Resource.objects.published()


def makers(resource: Resource) -> Iterable[User | None]:
    """Who wrote it, put it up or let it go public: they know."""
    return (resource.author, resource.submitted_by, resource.approved_by)


def _chosen(codes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in codes:
        facet, _colon, value = item.partition(":")
        found.setdefault(facet, []).append(value)
    return found
