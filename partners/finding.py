"""Finding open requests and listed companies: the lists, the feed and followed searches all ask here, so they agree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from partners import choices, codes, wording
from partners.facets import OF_COMPANIES, OF_REQUESTS
from partners.models import CompanyProfile, Ownership, PartnerRequest, Size
from partners.models.requests import last_day_on_earth
from portal import pagecache
from portal.languages import NAMES
from portal.reference.labels import labels
from portal.search import facets as counting
from portal.search import ranking
from resources import filters
from resources.filters import Asked
from resources.finding import Facet, Option

PER_PAGE = 20
#: Deeper than this nobody reads, and no index reaches quickly.
REACHABLE = 10_000
#: From this row on a narrowed list is deep: read once for all of its deep pages.
_DEEP = 200
#: Counts of more rows than this are kept until something public changes.
_MANY = 1_000
#: Values of a facet in sight; the others stand behind "more".
_IN_SIGHT, _AT_MOST = 6, 40
#: Value of the facet "closes" → within how many days.
CLOSING = {"7": _("Within a week"), "30": _("Within 30 days")}

Known = Mapping[str, Mapping[str, Any]]


class AsWritten(Mapping[str, str]):
    """The values of a facet that people write themselves: each text is one, and its own label."""

    def __getitem__(self, value: str) -> str:
        return value

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and "\0" not in value and len(value) <= filters.MAX_WORDS

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True)
class Listing:
    """A public list: what is on it, by what it is narrowed, in which orders, and how it is told."""

    name: str
    labels: Mapping[str, Any]
    orders: Mapping[str, Any]
    everything: Callable[[], QuerySet]
    known: Callable[[str], Known]
    sentence: Callable[..., str]
    #: Value of ``sort`` → the columns; "" is the usual order.
    columns: Mapping[str, tuple[str, ...]]
    #: Facets that stand open on the page.
    opened: frozenset[str]


@dataclass
class Finding:
    """What the address of a list asks for. Everything is read when it is first needed.

    Use it with ``language`` active: labels and sentences are in the active language.
    """

    listing: Listing
    asked: Asked
    language: str
    everything: QuerySet
    known: Known = field(repr=False)

    @property
    def total(self) -> int:
        """How many match, at most 10,000."""
        return self._counts.total

    @property
    def is_capped(self) -> bool:
        return self._counts.is_capped or bool(self._searched and self._searched.is_capped)

    @property
    def is_partly_counted(self) -> bool:
        """Whether some counts are of the first 10,000 matches only."""
        return self._counts.is_partial or self.is_capped

    @property
    def correction(self) -> str:
        """What was probably meant, "" when the words are fine."""
        return self._searched.correction if self._searched else ""

    def page(self, number: str | None) -> Page:
        """One page of rows; a number out of range gives the nearest page."""
        rows: Any = _Rows(self)
        return Paginator(rows, PER_PAGE).get_page(number)

    def read(self, start: int, end: int) -> list[Any]:
        """The rows from ``start`` to before ``end``, in order, with what a row of the list shows."""
        return self.rows(self._ids(start, end))

    def rows(self, ids: Sequence[int]) -> list[Any]:
        wanted: Any = self.everything.filter(pk__in=list(ids))
        found = {row.pk: row for row in wanted.for_rows()}
        return [found[pk] for pk in ids if pk in found]

    @cached_property
    def queryset(self) -> QuerySet:
        """All matches, without an order."""
        return counting.narrow(self._matches, self._chosen_codes)

    @cached_property
    def nearest(self) -> list[Any]:
        """What comes closest in meaning when nothing matches."""
        words = self.asked.words or " ".join(label for pairs in self.chosen.values() for _value, label in pairs)
        return self.rows(ranking.nearest(self.everything, words, language=self.language)) if words else []

    @property
    def chosen(self) -> dict[str, list[tuple[str, str]]]:
        """The words and the chosen values as (value, label) pairs, in the order of the page."""
        words = {"words": [(self.asked.words, self.asked.words)]} if self.asked.words else {}
        return words | {
            name: [(value, str(self.known[name][value])) for value in values]
            for name, values in self.asked.chosen.items()
        }

    @cached_property
    def sentence(self) -> str:
        """ "12 open opportunities from Taiwan, in food"."""
        named = {name: [label for _value, label in pairs] for name, pairs in self.chosen.items()}
        return self.listing.sentence(self.total, named, is_capped=self.is_capped)

    @property
    def facets(self) -> list[Facet]:
        """Every facet that has something to choose, with counts."""
        return [facet for facet in map(self._facet, self.listing.labels) if facet.options]

    # --- How ------------------------------------------------------------------------------------

    def _facet(self, name: str) -> Facet:
        chosen = self.asked.chosen.get(name, ())
        wider = labels(self.language).wider if name == "sector" else {}
        options = [
            Option(value, str(label), self._count(name, value), value in chosen, is_part=value in wider)
            for value, label in self._values(name, chosen).items()
        ]
        options = [option for option in options if option.is_chosen or option.count]
        if name != "closes":
            own = {option.value: option.count for option in options}
            options.sort(key=lambda o: _place(o, wider.get(o.value, o.value), own))
        shown = options if len(options) <= _IN_SIGHT + 1 else options[:_IN_SIGHT]
        more = options[len(shown) : _AT_MOST]
        is_more_open = any(option.is_chosen for option in more)
        is_open = name in self.listing.opened or bool(chosen)
        return Facet(name, str(self.listing.labels[name]), shown, more, is_open=is_open, is_more_open=is_more_open)

    def _values(self, name: str, chosen: Sequence[str]) -> Mapping[str, Any]:
        """The values to offer; of those that people write themselves, the ones that were counted."""
        known = self.known[name]
        if not isinstance(known, AsWritten):
            return known
        return {value: value for value in (*chosen, *self._counts.by_facet.get(name, {})) if value != counting.ANY}

    def _count(self, name: str, value: str) -> int:
        if name == "closes":
            return sum(self._counts.own(name, day) for day in _days(value))
        return self._counts.of(name, value)

    @property
    def _chosen_codes(self) -> dict[str, Sequence[str]]:
        """The chosen values as rows hold them: a closing day is one of the days up to then."""
        chosen: dict[str, Sequence[str]] = dict(self.asked.chosen)
        if "closes" in chosen:
            chosen["closes"] = max((_days(value) for value in chosen["closes"]), key=len)
        return chosen

    @cached_property
    def _searched(self) -> ranking.Found | None:
        if not self.asked.words:
            return None
        return ranking.find(self.everything, self.asked.words, language=self.language)

    @cached_property
    def _matches(self) -> QuerySet:
        """Before any facet narrows them; of words the first 10,000, the best."""
        return self.everything if self._searched is None else _with_ids(self.everything, self._searched.ids)

    @cached_property
    def _counts(self) -> counting.Counts:
        if self._searched is not None:
            return counting.count(self._matches, self._chosen_codes, is_small=True)
        # Counts of many rows take longest and are the same for every page, order and language of a list.
        return pagecache.remembered(
            self._name("facets"),
            lambda: counting.count(self._matches, self._chosen_codes),
            is_worth=lambda counts: counts.total > _MANY,
            area=pagecache.PARTNERS,
        )

    def _ids(self, start: int, end: int) -> list[int]:
        if self._searched is not None and not self.asked.sort:
            kept = set(self.queryset.values_list("pk", flat=True))
            return [pk for pk in self._searched.ids if pk in kept][start:end]
        if self._searched is None and self.asked.chosen and start >= _DEEP:
            return pagecache.remembered(
                self._name(f"ids {self.asked.sort}"),
                lambda: self._ordered(0, REACHABLE),
                is_worth=bool,
                area=pagecache.PARTNERS,
            )[start:end]
        return self._ordered(start, end)

    def _ordered(self, start: int, end: int) -> list[int]:
        columns, rows = self.listing.columns[self.asked.sort], self.queryset
        # A page has counted already; a feed has not, and to count would cost it more than it saves.
        if self._searched is None and self.asked.chosen and "_counts" in vars(self) and not self.is_capped:
            rows = counting.gathered(rows)
        return list(rows.order_by(*columns).values_list("pk", flat=True)[start:end])

    def _name(self, what: str) -> str:
        """What is open changes with the day."""
        return f"{self.listing.name} {what} {last_day_on_earth()} {sorted(self.asked.chosen.items())}"


def requests(params: QueryDict, *, language: str) -> Finding:
    """The open requests that an address asks for, as everybody may see them."""
    return _find(REQUESTS, params, language)


def companies(params: QueryDict, *, language: str) -> Finding:
    """The companies of the public directory that an address asks for."""
    return _find(COMPANIES, params, language)


def _find(listing: Listing, params: QueryDict, language: str) -> Finding:
    known = listing.known(language)
    asked = filters.read(params, known, names=listing.labels, orders=listing.orders)
    return Finding(listing, asked, language, listing.everything(), known)


def known_of_requests(language: str) -> Known:
    """The values of each facet of requests with their labels in the active language."""
    known = labels(language)
    return {
        "type": dict(PartnerRequest.Type.choices),
        "economy": known.economies,
        "target": known.economies,
        "sector": known.sectors,
        "certificate": AsWritten(),
        "language": {code.value: name for code, name in NAMES.items()},
        "closes": CLOSING,
    }


def known_of_companies(language: str) -> Known:
    """The values of each facet of companies with their labels in the active language."""
    known = labels(language)
    unions = {code: codes.market_name(code) for code in codes.UNIONS}
    return {
        "economy": known.economies,
        "sector": known.sectors,
        "market": {**known.economies, **unions},
        "certificate": AsWritten(),
        "language": dict(choices.languages()),
        "size": dict(Size.choices),
        "ownership": dict(Ownership.choices),
    }


def open_requests() -> QuerySet[PartnerRequest]:
    """What every visitor may see: for a list it is the same for all, and asks no subquery for each reader."""
    return PartnerRequest.objects.visible_to(AnonymousUser()).open()


def listed_companies() -> QuerySet[CompanyProfile]:
    return CompanyProfile.objects.visible_to(AnonymousUser()).listed()


REQUESTS = Listing(
    name="requests",
    labels=OF_REQUESTS,
    orders={"closing": _("Closing soonest first")},
    everything=open_requests,
    known=known_of_requests,
    sentence=wording.count_requests,
    columns={"": ("-published_at", "-pk"), "closing": ("closes_on", "pk")},
    opened=frozenset({"type", "economy", "target", "closes"}),
)
COMPANIES = Listing(
    name="companies",
    labels=OF_COMPANIES,
    orders={},
    everything=listed_companies,
    known=known_of_companies,
    sentence=wording.count_companies,
    columns={"": ("-changed_at", "-pk")},
    opened=frozenset({"economy", "sector", "market"}),
)


class _Rows:
    """The rows as a sequence for Django's paginator."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding

    def __len__(self) -> int:
        return min(self.finding.total, REACHABLE)

    def __getitem__(self, place: slice) -> list[Any]:
        return self.finding.read(place.start, place.stop)


def _place(option: Option, family: str, counts: Mapping[str, int]) -> tuple[int, str, bool, int, str]:
    """The most frequent first; the parts of a sector after it."""
    return (-counts.get(family, option.count), family, option.is_part, -option.count, option.label)


def _days(within: str) -> list[str]:
    """Every closing day from the first on which a request is still open."""
    first = last_day_on_earth()
    return [(first + timedelta(days=day)).isoformat() for day in range(int(within) + 1)]


def _with_ids(queryset: QuerySet, ids: Sequence[int]) -> QuerySet:
    """Those of ``ids``, sent as one array: thousands of parameters would take longer than the query."""
    array = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    is_one = Func(F("pk"), array, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    return queryset.filter(is_one)
