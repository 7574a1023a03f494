"""Browsing without a map: economies and sectors, each with how many open opportunities it has."""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import finding
from partners.models.requests import last_day_on_earth
from portal import pagecache
from portal.reference.labels import Labels, labels
from portal.search import facets as counting

#: More open requests than this are counted as so many.
LIMIT = 200_000


@dataclass
class Card:
    """A value with its list; ``parts`` are the narrower ones."""

    label: str
    url: str
    count: int
    parts: list["Card"] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    name: str
    title: Any
    cards: list[Card]


def groups(language: str) -> list[Group]:
    """Where firms are, where partners are wanted, and the sectors: the most opportunities first.

    ``language`` is to be active. Empty values are left out. Counted in one SQL statement, again after each change.
    """
    counts = pagecache.remembered(
        f"requests to browse {last_day_on_earth()}",
        lambda: counting.count(finding.open_requests(), {}, limit=LIMIT),
        is_worth=lambda _counts: True,
        area=pagecache.PARTNERS,
    )
    known = labels(language)
    return [
        Group("economy", _("By where the firm is"), _cards(counts, "economy", known.economies)),
        Group("target", _("By where partners are wanted"), _cards(counts, "target", known.economies)),
        Group("sector", _("By sector"), _sectors(counts, known)),
    ]


def _cards(counts: counting.Counts, facet: str, values: dict[str, str]) -> list[Card]:
    made = [
        Card(label, _address(facet, value), counts.of(facet, value))
        for value, label in values.items()
        if counts.own(facet, value)
    ]
    return sorted(made, key=lambda card: (-card.count, card.label))


def _sectors(counts: counting.Counts, known: Labels) -> list[Card]:
    """Wider sectors, each with its parts below it."""
    cards = {
        slug: Card(label, _address("sector", slug), counts.own("sector", slug)) for slug, label in known.sectors.items()
    }
    for slug, wider in known.wider.items():
        if cards[slug].count:
            cards[wider].parts.append(cards[slug])
    whole = [card for slug, card in cards.items() if slug not in known.wider and card.count]
    for card in whole:
        card.parts.sort(key=lambda part: (-part.count, part.label))
    return sorted(whole, key=lambda card: (-card.count, card.label))


def _address(facet: str, value: str) -> str:
    query = QueryDict(mutable=True)
    query[facet] = value
    return f"{reverse('partners:request-list')}?{query.urlencode()}"
