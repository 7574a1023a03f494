"""What the address of a list asks for. Every value comes from it, so each list can be shared and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.languages import NAMES
from portal.reference import renaming
from portal.reference.labels import Labels
from portal.reference.models import Sector
from resources.facets import LABELS
from resources.indexing import order_key
from resources.models import Resource

Choices = list[tuple[str, Any]]

MAX_WORDS = 300
#: Value of ``sort`` → its label; without one the best stand first.
ORDERS = {"title": gettext_lazy("By title"), "newest": gettext_lazy("Newest first")}
_SHOWN_OF_UNKNOWN = 40  # characters
_NAMED_UNKNOWN = 10


@dataclass(frozen=True)
class Asked:
    """A list as its address describes it, with values we know only.

    Within one facet of ``chosen`` the values are alternatives; between facets all must hold. ``left_out``
    says in words what of the address was not understood.
    """

    words: str
    chosen: dict[str, tuple[str, ...]]
    sort: str
    left_out: tuple[str, ...]

    def address(self, **changes: str) -> str:
        """The query string of the same list from its first page: ``words=…&economy=US&…``; "" for everything.

        ``changes`` replace ``words`` or ``sort``, or add what another page needs.
        """
        query = QueryDict(mutable=True)
        for name, value in ({"words": self.words, "sort": self.sort} | changes).items():
            if value:
                query[name] = value
        for facet, values in self.chosen.items():
            query.setlist(facet, list(values))
        return query.urlencode()

    @property
    def is_everything(self) -> bool:
        return not (self.words or self.chosen)


def read(
    query: QueryDict,
    known: Mapping[str, Mapping[str, Any]],
    *,
    names: Mapping[str, Any] = LABELS,
    orders: Mapping[str, Any] = ORDERS,
) -> Asked:
    """Read an address; ``known`` are the labels of each facet's values, ``names`` those of the facets. Never raises."""
    left_out: list[str] = []
    chosen = {}
    for facet, labels in known.items():
        typed = dict.fromkeys(value.strip() for value in query.getlist(facet) if value.strip())
        given = renaming.followed(facet, typed, labels)
        left_out += [_named(names[facet], value) for value in given if value not in labels]
        if values := tuple(value for value in given if value in labels):
            chosen[facet] = values
    words = query.get("words", "").strip()
    if len(words) > MAX_WORDS or "\0" in words:
        left_out.append(_named(_("Words"), words))
        words = ""
    sort = query.get("sort", "").strip()
    if sort and sort not in orders:
        left_out.append(_named(_("Order"), sort))
        sort = ""
    return Asked(words, chosen, sort, tuple(left_out[:_NAMED_UNKNOWN]))


def known_values(labels: Labels) -> dict[str, dict[str, Any]]:
    """The values of each facet with their labels, in the order of the reference data."""
    return {
        "economy": labels.economies,
        "topic": labels.topics,
        "kind": dict(Resource.Kind.choices),
        "sector": labels.sectors,
        "audience": dict(Resource.Audience.choices),
        # The portal's languages; few sources are in another one.
        "language": dict(NAMES),
        "agreement": labels.agreements,
    }


def sector_choices() -> Choices:
    """The tree: each wider sector with its parts, as groups."""
    sectors = list(Sector.objects.all())
    parts: dict[int | None, list[Sector]] = {}
    for sector in sectors:
        parts.setdefault(sector.parent_id, []).append(sector)
    return [
        (sector.label, [(sector.slug, sector.label), *((part.slug, part.label) for part in parts.get(sector.pk, []))])
        for sector in parts.get(None, [])
    ]


def by_label(labels: Mapping[str, Any]) -> list[str]:
    """The values in the order of their labels."""
    return sorted(labels, key=lambda value: order_key(str(labels[value])))


def _named(label: Any, value: str) -> str:
    shown = value[:_SHOWN_OF_UNKNOWN].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return str(label) + pgettext("joins", ": %(text)s") % {"text": shown + ("…" if len(value) > len(shown) else "")}
