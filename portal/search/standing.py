"""Standing questions: words that are kept, and asked of each new row instead of being asked of all rows once.

The answer is that of :func:`portal.search.text.search` for the same words and the same row. The queries are made
when the words are kept, so that thousands of them are asked in one SQL statement.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQueryField
from django.db import models
from django.db.models import BooleanField, F, Func, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from portal.search.text import COLUMNS, CONFIGURATIONS, Unit, _query, _units

#: Queries stand in groups of one for each language, in the order of the columns; a group is found in any of them.
_SIZE = len(COLUMNS)
_IN_GROUPS = (
    "(SELECT {all}(hit) FROM "
    "(SELECT bool_or(coalesce(asked.vectors[mod(place - 1, {size}) + 1] @@ query, false)) AS hit "
    "FROM (SELECT %(expressions)s) AS asked(queries, vectors), "
    "unnest(asked.queries) WITH ORDINALITY AS one(query, place) GROUP BY (place - 1) / {size}) AS groups)"
)


class StandingQueries(models.Model):
    """What :func:`queries` makes of the words. All three are empty for words that filter nothing."""

    asked_together = ArrayField(SearchQueryField(), editable=False)
    asked_each = ArrayField(SearchQueryField(), editable=False)
    asked_never = ArrayField(SearchQueryField(), editable=False)

    class Meta:
        abstract = True


def queries(words: str) -> dict[str, Any]:
    """The value of each column; they are expressions, for saving only."""
    units = list(_units(words))
    wanted = [unit for unit in units if not unit.is_excluded]
    return {
        "asked_together": _array([wanted] if wanted else []),
        "asked_each": _array([[unit] for unit in wanted]),
        "asked_never": _array([[unit] for unit in units if unit.is_excluded]),
    }


def asks_nothing(words: str) -> bool:
    """Whether ``words`` hold nothing to look for: only punctuation, say."""
    return not list(_units(words))


def found_in(row: QuerySet[Any], prefix: str = "") -> Q:
    """The condition that the kept words are found in ``row``, a queryset of one row. ``prefix`` leads to the model
    with the queries (``"criteria__"``). Its model has :class:`portal.search.text.SearchVectors`."""
    columns = Func(
        *(F(column) for column in COLUMNS.values()),
        template="ARRAY[%(expressions)s]::tsvector[]",
        output_field=models.TextField(),
    )
    vectors = Subquery(row.order_by().annotate(vectors=columns).values("vectors")[:1])
    each, together, never = (
        Func(F(f"{prefix}asked_{name}"), vectors, template=_IN_GROUPS.format(all=every, size=_SIZE),
             output_field=BooleanField())
        for name, every in (("each", "bool_and"), ("together", "bool_and"), ("never", "bool_or"))
    )  # fmt: skip
    wanted = Q(Coalesce(each, Value(True))) | Q(Coalesce(together, Value(False)))
    return wanted & ~Q(Coalesce(never, Value(False)))


def _array(groups: list[list[Unit]]) -> Func:
    made = [_query(code, units, "&&") for units in groups for code in CONFIGURATIONS]
    field: ArrayField = ArrayField(SearchQueryField())
    return Func(*made, template="ARRAY[%(expressions)s]::tsquery[]", output_field=field)
