"""Facets: what a list is narrowed by, and how many rows each further choice would leave.

A model with facets keeps, in its array column ``facets``, one code for each value it is found under:
``"economy:US"``, or ``"economy:*"`` when it holds for every economy. Within one facet the chosen values are
alternatives; between facets all must hold. A GIN index on the column answers both questions below.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connections
from django.db.models import QuerySet

#: Stands for every value of a facet.
ANY = "*"
#: Of more matches than this, only so many are counted.
LIMIT = 10_000

#: A common word's or value's rows fit into it; otherwise PostgreSQL notes pages instead, and reads every row on them.
MEMORY = "SET LOCAL work_mem = '32MB'"

#: Facet → the values chosen in it.
Chosen = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Counts:
    """``total`` matches, at most the limit; ``by_facet[facet][value]`` of them would be left by that choice.

    ``is_capped`` says that there are more matches, ``is_partial`` that some value was counted among the
    first so many rows only, so that its number is a lower bound. Values without rows are absent, except that
    ``holding[facet]`` rows, which hold for every value, are to be added: :meth:`of` does it.
    """

    total: int
    is_capped: bool
    is_partial: bool
    by_facet: Mapping[str, Mapping[str, int]]

    def of(self, facet: str, value: str) -> int:
        """How many rows choosing this value leaves, those that hold for every value included."""
        counted = self.by_facet.get(facet, {})
        return counted.get(value, 0) + counted.get(ANY, 0)

    def own(self, facet: str, value: str) -> int:
        """How many of them name the value itself."""
        return self.by_facet.get(facet, {}).get(value, 0)


def code(facet: str, value: str) -> str:
    """How a value stands in the array."""
    return f"{facet}:{value}"


def narrow(queryset: QuerySet, chosen: Chosen) -> QuerySet:
    """Keep the rows that hold for a chosen value of each facet."""
    for facet in chosen:
        queryset = queryset.filter(facets__overlap=_codes(facet, chosen))
    return queryset


def count(
    matches: QuerySet, chosen: Chosen, *, result: QuerySet | None = None, is_small: bool = False, limit: int = LIMIT
) -> Counts:
    """Count ``matches``, rows before any facet has narrowed them, in one SQL statement.

    A facet with chosen values is counted among the rows that all *other* facets leave, the others among the
    rows that all leave. ``result`` gives the latter where they are not simply ``matches`` narrowed.
    ``is_small`` says that there are few matches: they are then read only once.
    """
    branches = [_branch("matches", chosen, limit) if result is None else _inner(result, limit)]
    branches += [_branch("matches", {key: chosen[key] for key in chosen if key != facet}, limit) for facet in chosen]
    sql, params = _statement(_select(matches), branches, list(chosen), is_small=is_small, limit=limit)
    totals = [0] * len(branches)
    counted: list[dict[str, int]] = [{} for _branch in branches]
    with connections[matches.db].cursor() as cursor:
        cursor.execute(f"{MEMORY}; {sql}", params)
        for branch, value, number in cursor.fetchall():
            if value is None:
                totals[branch] = number
            else:
                counted[branch][value] = number
    return Counts(
        total=min(totals[0], limit),
        is_capped=totals[0] > limit,
        is_partial=max(totals) > limit,
        by_facet=_by_facet(counted, list(chosen), chosen),
    )


def gathered(narrowed: QuerySet, *, limit: int = LIMIT) -> QuerySet:
    """The same rows, found before they are put in order; for up to ``limit`` of them, counted before.

    Otherwise PostgreSQL may go through all rows in the asked order, hoping to meet them soon.
    """
    found = narrowed.order_by().values("pk")[:limit]
    return narrowed.model._default_manager.filter(pk__in=found)


def _codes(facet: str, chosen: Chosen) -> list[str]:
    return [*(code(facet, value) for value in chosen[facet]), code(facet, ANY)]


Sql = tuple[str, tuple]


def _select(queryset: QuerySet) -> Sql:
    return queryset.order_by().values("facets").query.sql_with_params()


def _inner(queryset: QuerySet, limit: int) -> Sql:
    sql, params = _select(queryset)
    return f"{sql} LIMIT {limit + 1}", params


def _branch(source: str, chosen: Chosen, limit: int) -> Sql:
    """One row more than is counted, to know whether there are more."""
    where = " AND ".join("facets && %s::varchar[]" for _facet in chosen) or "true"
    params = tuple(_codes(facet, chosen) for facet in chosen)
    return f"SELECT facets FROM {source} WHERE {where} LIMIT {limit + 1}", params  # noqa: S608 -- no value in it


def _statement(matches: Sql, branches: list[Sql], facets: list[str], *, is_small: bool, limit: int) -> Sql:
    """Rows of (branch, code, rows with it), and (branch, NULL, rows) for its total.

    All codes of the first branch, and of each other one those of its own facet.
    """
    tables = [("matches", "MATERIALIZED" if is_small else "NOT MATERIALIZED", matches)]
    tables += [(f"branch{number}", "MATERIALIZED", branch) for number, branch in enumerate(branches)]
    named = ", ".join(f"{name} AS {kept} ({sql})" for name, kept, (sql, _params) in tables)
    parts = [
        f"SELECT {number}, NULL, count(*) FROM branch{number} UNION ALL SELECT {number}, code, count(*) "  # noqa: S608
        f"FROM (SELECT facets FROM branch{number} LIMIT {limit}) AS counted, unnest(facets) AS code "
        f"{'WHERE starts_with(code, %s)' if number else ''} GROUP BY code"
        for number in range(len(branches))
    ]
    params = [value for _name, _kept, (_sql, values) in tables for value in values]
    return f"WITH {named} {' UNION ALL '.join(parts)}", (*params, *(code(facet, "") for facet in facets))


def _by_facet(counted: list[dict[str, int]], facets: list[str], chosen: Chosen) -> dict[str, dict[str, int]]:
    """Each facet from its own branch, those without a choice from the first."""
    found: dict[str, dict[str, int]] = {}
    for number, branch in enumerate(counted):
        for facet, value, rows in _split(branch):
            source = facets.index(facet) + 1 if facet in facets else 0
            if source == number:
                found.setdefault(facet, {})[value] = rows
    # A chosen value is counted among the result too: never show fewer than there are.
    for facet, value, rows in _split(counted[0]):
        if value in chosen.get(facet, ()) or (value == ANY and facet in chosen):
            own = found.setdefault(facet, {})
            own[value] = max(own.get(value, 0), rows)
    return found


def _split(counted: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    for item, rows in counted.items():
        facet, _colon, value = item.partition(":")
        yield facet, value, rows
