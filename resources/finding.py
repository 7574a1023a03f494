"""Finding resources: the list page, exports, feeds and followed searches all ask here, so they agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Value
from django.http import QueryDict

from portal import pagecache
from portal.languages import column
from portal.reference.labels import Labels, labels
from portal.search import facets as counting
from portal.search import ranking
from resources import filters, rows, wording
from resources.facets import LABELS
from resources.filters import Asked
from resources.models import Resource

PER_PAGE = 20
#: Deeper than this nobody reads, and no index reaches quickly.
REACHABLE = 10_000
#: Values of a facet in sight; the others stand behind "more".
_IN_SIGHT = 6
#: A facet with more values than these offers only those that some resource names.
_FEW_VALUES = 30
_OPEN = ("economy", "topic", "kind")
#: From this row on a narrowed list is deep: an index gives its order or its filters, and then reads much in vain.
_DEEP = 200


@dataclass(frozen=True)
class Option:
    """One value of a facet, and how many resources choosing it leaves."""

    value: str
    label: str
    count: int
    is_chosen: bool
    is_part: bool = False


@dataclass(frozen=True)
class Facet:
    """A facet as the page shows it: ``options`` in sight, ``more`` behind a disclosure."""

    name: str
    label: str
    options: list[Option]
    more: list[Option]
    is_open: bool
    is_more_open: bool


@dataclass
class Finding:
    """The published resources that an address asks for. Everything is read when it is first needed.

    Use it with ``language`` active: labels and sentences are in the active language.
    """

    asked: Asked
    language: str
    labels: Labels
    everything: QuerySet
    known: Mapping[str, Mapping[str, Any]] = field(repr=False)

    # --- What matches ---------------------------------------------------------------------------

    @cached_property
    def queryset(self) -> QuerySet:
        """All matches, without an order. With words they are the first 10,000, the best."""
        if self._searched is None:
            return counting.narrow(self.everything, self.asked.chosen)
        return _with_ids(self.everything, self._best_ids)

    def ids(self) -> list[int]:
        """The primary keys of all matches, in order."""
        return self._ids(0, None)

    @property
    def total(self) -> int:
        """How many match, at most 10,000."""
        return self._counts.total

    @property
    def is_capped(self) -> bool:
        """Whether there are more than ``total``."""
        if self._result is not None:
            return self._result.is_capped
        return self._counts.is_capped

    @property
    def correction(self) -> str:
        """What was probably meant, "" when the words are fine."""
        return self._searched.correction if self._searched else ""

    @cached_property
    def nearest(self) -> list[rows.Row]:
        """What comes closest when nothing matches: by meaning to the words, or to the names of what was chosen."""
        words = self.asked.words or " ".join(label for pairs in self.chosen.values() for _value, label in pairs)
        narrowed = counting.narrow(self.everything, self.asked.chosen)
        found = ranking.nearest(narrowed, words, language=self.language)
        found = found or ranking.nearest(self.everything, words, language=self.language)
        return rows.read(self.everything, found, language=self.language, labels=self.labels)

    def page(self, number: str | None) -> Page:
        """One page of :class:`rows.Row`; a number out of range gives the nearest page."""
        return Paginator(_Rows(self), PER_PAGE).get_page(number)

    def read(self, start: int, end: int) -> list[rows.Row]:
        """The rows from ``start`` to before ``end``, in order."""
        return rows.read(
            self.everything,
            self._ids(start, end),
            language=self.language,
            labels=self.labels,
            words=self.asked.words,
            terms=self._searched.terms if self._searched else (),
        )

    # --- What is said of it ---------------------------------------------------------------------

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
        """ "132 resources for Canada, on customs procedures"."""
        named = {name: [label for _value, label in pairs] for name, pairs in self.chosen.items()}
        return wording.count_sentence(self.total, named, is_capped=self.is_capped)

    @property
    def facets(self) -> list[Facet]:
        """Every facet that has something to choose, with counts."""
        made = [self._facet(name) for name in LABELS]
        return [facet for facet in made if facet.options or facet.more]

    @property
    def is_partly_counted(self) -> bool:
        """Whether some counts are of the first 10,000 matches only."""
        return self._counts.is_partial or self.is_capped

    def _facet(self, name: str) -> Facet:
        counts, chosen = self._counts, self.asked.chosen.get(name, ())
        offered = counts.of if len(self.known[name]) <= _FEW_VALUES else counts.own
        options = [
            Option(value, str(label), counts.of(name, value), value in chosen, is_part=value in self._wider(name))
            for value, label in self.known[name].items()
            if value in chosen or offered(name, value)
        ]
        wider = self._wider(name)

        def place(option: Option) -> tuple[int, str, bool, int]:
            """The most frequent first, by what names the value itself; the parts of a sector after it."""
            family = wider.get(option.value, option.value)
            return (-counts.own(name, family), family, option.is_part, -counts.own(name, option.value))

        options.sort(key=place)
        telling = [option for option in options if option.is_chosen or counts.own(name, option.value)]
        shown = telling if len(telling) <= _IN_SIGHT + 1 else telling[:_IN_SIGHT]
        more = [option for option in options if option not in shown]
        return Facet(
            name,
            str(LABELS[name]),
            shown,
            more,
            is_open=name in _OPEN or bool(chosen),
            is_more_open=any(option.is_chosen for option in more),
        )

    def _wider(self, name: str) -> Mapping[str, str]:
        return self.labels.wider if name == "sector" else {}

    # --- How ------------------------------------------------------------------------------------

    @cached_property
    def _searched(self) -> ranking.Found | None:
        """The words found in everything, before any facet."""
        if not self.asked.words:
            return None
        return ranking.find(self.everything, self.asked.words, language=self.language)

    @cached_property
    def _result(self) -> ranking.Found | None:
        """The words found inside the facets: asked again when the first answer was cut off."""
        if self._searched is None or not (self._searched.is_capped and self.asked.chosen):
            return self._searched
        narrowed = counting.narrow(self.everything, self.asked.chosen)
        return ranking.find(narrowed, self.asked.words, language=self.language)

    @cached_property
    def _best_ids(self) -> list[int]:
        """The matches of the words, best first."""
        result = self._result
        if result is None:
            return []
        if not self.asked.chosen or result is not self._searched:
            return list(result.ids)
        narrowed = counting.narrow(_with_ids(self.everything, result.ids), self.asked.chosen)
        kept = set(narrowed.values_list("pk", flat=True))
        return [pk for pk in result.ids if pk in kept]

    @cached_property
    def _counts(self) -> counting.Counts:
        if self._searched is None:
            return self._kept_counts()
        result = None if self._result is self._searched else self.queryset
        matches = _with_ids(self.everything, self._searched.ids)
        return counting.count(matches, self.asked.chosen, result=result, is_small=True)

    def _kept_counts(self) -> counting.Counts:
        """Counts that were cut off take longest, and are the same for every page, order and language of a list:
        they are kept until something public changes."""
        return pagecache.remembered(
            f"facets {sorted(self.asked.chosen.items())}",
            lambda: counting.count(self.everything, self.asked.chosen),
            is_worth=lambda counts: counts.is_partial,
        )

    def _ids(self, start: int, end: int | None) -> list[int]:
        if self._searched is not None and not self.asked.sort:
            return self._best_ids[start:end]
        if self._searched is None and self.asked.chosen and end is not None and start >= _DEEP:
            # The same for everybody, and read once for all of its deep pages.
            return pagecache.remembered(
                f"ids {self.language} {self.asked.sort} {sorted(self.asked.chosen.items())}",
                lambda: self._ordered(0, REACHABLE),
                is_worth=bool,
            )[start:end]
        return self._ordered(start, end)

    def _ordered(self, start: int, end: int | None) -> list[int]:
        if self._searched is None and not self.asked.sort and "sector" in self.asked.chosen:
            return self._sector_first(start, end)
        rows = self.queryset
        # A page has counted already; a feed has not, and to count would cost it more than it saves.
        if self._searched is None and self.asked.chosen and "_counts" in vars(self) and not self.is_capped:
            rows = counting.gathered(rows)
        return list(rows.order_by(*self._order()).values_list("pk", flat=True)[start:end])

    def _sector_first(self, start: int, end: int | None) -> list[int]:
        """What names the sector before what holds for every one. Two lists put together, so that each can be
        read in the order of its index."""
        for_all = Q(facets__contains=[counting.code("sector", counting.ANY)])
        order = self._order()
        first, second = (
            queryset.order_by(*order).annotate(tier=Value(tier)).values_list("pk", "tier", order[0])[:end]
            for tier, queryset in enumerate((self.queryset.exclude(for_all), self.queryset.filter(for_all)))
        )
        both = first.union(second, all=True).order_by("tier", order[0], "pk")
        return [pk for pk, _tier, _key in both[start:end]]

    def _order(self) -> tuple[str, str]:
        """By title in the reader's language: byte by byte on a stored key, because a database's collation is not
        the same everywhere."""
        if self.asked.sort == "newest":
            return ("-published_at", "pk")
        return (column("order", self.language), "pk")


def find(params: QueryDict, *, user: Any, language: str) -> Finding:
    """What the address ``params`` asks for, as ``user`` may see it. Costs one query; the rest when it is needed."""
    known = labels(language)
    values = filters.known_values(known)
    everything = Resource.objects.visible_to(user).published()
    return Finding(filters.read(params, values), language, known, everything, values)


class _Rows:
    """The rows as a sequence for Django's paginator."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding

    def __len__(self) -> int:
        return min(self.finding.total, REACHABLE)

    def __getitem__(self, place: slice) -> list[rows.Row]:
        return self.finding.read(place.start, place.stop)


def _with_ids(queryset: QuerySet, ids: Sequence[int]) -> QuerySet:
    """Those of ``ids``, sent as one array: thousands of parameters would take longer than the query."""
    array = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    is_one = Func(F("pk"), array, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    return queryset.filter(is_one)
