"""Finding rows by words, by concepts and by meaning at once."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from portal.search import asking, meaning, searched, semantic
from portal.search.asking import Question, Wanted
from portal.search.searched import Searched
from portal.search.text import COLUMNS, CONFIGURATIONS, _accented, _han_query, _pieces

ALL = frozenset({"words", "thesaurus", "meaning"})

_SQL = """
WITH base AS NOT MATERIALIZED (
    SELECT hit_id AS id, hit_en AS en, hit_es AS es, hit_fr AS fr, hit_zh AS zh, hit_facets AS facets,
        hit_publisher AS publisher
    FROM ({base}) AS visible
),
term AS (
    SELECT unit, tongue, concat_ws(' & ', '(' || nullif(literal, '') || ')',
        '(' || nullif(phraseto_tsquery(config::regconfig, words)::text, '') || ')') AS asked
    FROM unnest(%(units)s::int[], %(tongues)s::text[], %(configs)s::text[], %(words)s::text[], %(literals)s::text[])
        AS given(unit, tongue, config, words, literal)
),
written AS (
    SELECT unit, tongue, string_agg('(' || asked || ')', ' | ') AS asked FROM term WHERE asked <> '' GROUP BY 1, 2
),
unit AS MATERIALIZED (
    SELECT unit, {per_tongue} FROM written GROUP BY unit
),
nearest AS MATERIALIZED ({nearest}),
candidate AS MATERIALIZED ({candidates}),
row AS MATERIALIZED (
    SELECT id, en || ''::tsvector AS en, es || ''::tsvector AS es, fr || ''::tsvector AS fr,
        zh || ''::tsvector AS zh, facets, publisher
    FROM base WHERE id IN (SELECT id FROM candidate)
),
level AS (
    SELECT row.id, string_agg(CASE WHEN {found} THEN CASE WHEN {in_a} THEN '3' WHEN {in_bc} THEN '2' ELSE '1' END
        ELSE '0' END, '' ORDER BY unit.unit) AS levels
    FROM row CROSS JOIN unit GROUP BY row.id
)
SELECT row.id, coalesce(level.levels, ''), {likeness}, row.publisher,
    ARRAY(SELECT tag FROM unnest(row.facets) tag WHERE tag = ANY(%(tags)s))
FROM row LEFT JOIN level USING (id)
"""
_LABEL = r"regexp_replace({asked}, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2{weights}', 'g')"
_SHORT = {"en": "en", "es": "es", "fr": "fr", "zh-hant": "zh"}


@dataclass(frozen=True)
class Found:
    """``ids`` best first; ``is_capped``: there are more than those; ``terms`` to highlight; ``correction`` or ""."""

    ids: tuple[Any, ...]
    is_capped: bool = False
    terms: tuple[str, ...] = ()
    correction: str = ""


@dataclass(frozen=True)
class Row:
    """A candidate. ``levels``: one digit for each thing asked for (0 not there, 1 in the text, 2 in the summary
    or its tags, 3 in the title); ``likeness`` to the query's vectors, 0 without; ``tags`` it shares with it."""

    id: Any
    levels: str
    likeness: tuple[float, ...]
    publisher: str
    tags: frozenset[str]


def find(
    queryset: models.QuerySet, words: str, *, language: str = "", ways: Collection[str] = ALL, limit: int = 10_000
) -> Found:
    """Return the rows of ``queryset`` that ``words`` are about, the best first.

    ``queryset`` is what the reader may see, already narrowed by filters; its order does not matter. ``words`` are
    in any of the four languages, ``language`` is the reader's. ``ways`` are some of "words", "thesaurus" and
    "meaning"; meaning is left out by itself where there are no vectors. Words of only punctuation find nothing.
    One SQL statement; nothing is raised whatever is typed.
    """
    question = asking.understand(words, with_thesaurus="thesaurus" in ways)
    vectors = _vectors(queryset, question, ways)
    if question.is_empty and not vectors:
        return Found(())
    rows = candidates(queryset, question, vectors=vectors)
    ranked = [(score, row) for score, row in _scored(rows, question) if score >= _ENOUGH]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].id))
    ids = tuple(row.id for _score, row in ranked[:limit])
    return Found(ids, is_capped=len(ranked) > limit, terms=_shown(question))


def nearest(queryset: models.QuerySet, words: str, *, language: str = "", limit: int = 5) -> list[Any]:
    """Return the keys of the rows that come nearest, though they need not hold the words; [] without vectors."""
    question = asking.understand(words)
    vectors = _vectors(queryset, question, ALL)
    if not vectors or limit < 1:
        return []
    rows = candidates(queryset, question, vectors=vectors)
    ranked = sorted(_scored(rows, question), key=lambda pair: (-pair[0], pair[1].id))
    return [row.id for _score, row in ranked[:limit]]


_ENOUGH = 0.25
_STRENGTH = {"0": 0.0, "1": 0.5, "2": 0.8, "3": 1.0}


def _vectors(queryset: models.QuerySet, question: Question, ways: Collection[str]) -> list[str]:
    entry = searched.of(queryset.model)
    if "meaning" not in ways or not question.text.strip() or not meaning.is_ready(entry.meaning):
        return []
    return [semantic.literal(question.text)]


def _scored(rows: Sequence[Row], question: Question) -> Iterator[tuple[float, Row]]:
    units = wanted(question)
    counts = [sum(row.levels[at : at + 1] not in {"", "0"} for row in rows) for at in range(len(units))]
    weights = [
        unit.weight * math.log(1 + len(rows) / (1 + count)) * (0.3 if unit.inside else 1.0)
        for unit, count in zip(units, counts, strict=True)
    ]
    total = sum(weights)
    for row in rows:
        strengths = [_STRENGTH[level] for level in row.levels]
        covered = sum(w * s for w, s in zip(weights, strengths, strict=False)) / total if total else 0.0
        likeness = max([value or 0.0 for value in row.likeness], default=0.0)
        yield 0.6 * covered + 0.8 * max(likeness - 0.15, 0.0) + _tagged(row, question), row


def _tagged(row: Row, question: Question) -> float:
    score = 0.3 if row.publisher in question.bodies else 0.0
    if question.places:
        here = any(f"economy:{code}" in row.tags for code in question.places)
        score += 0.15 if here else 0.0 if "economy:*" in row.tags else -0.15
    if any(f"topic:{slug}" in row.tags for slug in question.topics):
        score += 0.05
    return score


def _shown(question: Question) -> tuple[str, ...]:
    texts = [text for unit in wanted(question) for terms in unit.terms.values() for text in terms]
    return tuple(dict.fromkeys(texts))


def candidates(queryset: models.QuerySet, question: Question, *, vectors: Sequence[str] = ()) -> list[Row]:
    entry = searched.of(queryset.model)
    sql, parameters = _statement(entry, queryset, question, vectors)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [
            Row(pk, levels, tuple(likeness), publisher, frozenset(tags))
            for pk, levels, likeness, publisher, tags in cursor.fetchall()
        ]


def wanted(question: Question) -> list[Wanted]:
    """The order of the digits in ``Row.levels``."""
    return [*question.words, *question.concepts, *question.place_words]


def _statement(
    entry: Searched, queryset: models.QuerySet, question: Question, vectors: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    # Under names of our own, because the order of the columns is Django's affair.
    columns = {f"hit_{short}": models.F(COLUMNS[code]) for code, short in _SHORT.items()}
    none = models.Value(None, output_field=models.TextField())
    plain = queryset.order_by().annotate(
        hit_id=models.F("pk"),
        hit_facets=models.F(entry.facets) if entry.facets else none,
        hit_publisher=models.F(entry.publisher) if entry.publisher else none,
        **columns,
    )
    names = ("hit_id", *columns, "hit_facets", "hit_publisher")
    base, base_parameters = plain.values_list(*names).query.sql_with_params()
    parameters: dict[str, Any] = dict(_terms(wanted(question)))
    parameters["tags"] = tags(question)
    named = {f"base{number}": value for number, value in enumerate(base_parameters)}
    base = base % tuple(f"%({name})s" for name in named)
    parameters |= named
    likeness = "ARRAY[]::float[]"
    if vectors:
        table, owner = entry.meaning._meta.db_table, f"{entry.meaning.OWNER}_id"
        parts = ", ".join(f"max(1 - (m.vector <=> %(vector{n})s))" for n in range(len(vectors)))
        parameters |= {f"vector{n}": vector for n, vector in enumerate(vectors)}
        likeness = f"(SELECT ARRAY[{parts}] FROM {table} m WHERE m.{owner} = row.id)"
    sql = _SQL.format(
        base=base,
        per_tongue=", ".join(_tongue(short) for short in _SHORT.values()),
        nearest="SELECT NULL::bigint AS id WHERE false",
        candidates="SELECT id FROM base LIMIT 10000",
        found=_any(""),
        in_a=_any("_a"),
        in_bc=_any("_bc"),
        likeness=likeness,
    )
    return sql, parameters


def tags(question: Question) -> list[str]:
    found = [f"economy:{code}" for code in question.places]
    found += [f"topic:{slug}" for slug in question.topics] + [f"sector:{slug}" for slug in question.sectors]
    return [*found, "economy:*", "language:en", "language:es", "language:fr", "language:zh-hant"]


def _tongue(short: str) -> str:
    asked = f"max(asked) FILTER (WHERE tongue = '{short}')"
    in_a = _LABEL.format(asked=asked, weights="A")
    in_bc = _LABEL.format(asked=asked, weights="BC")
    return f"{asked}::tsquery AS {short}, {in_a}::tsquery AS {short}_a, {in_bc}::tsquery AS {short}_bc"


def _any(suffix: str) -> str:
    return "(" + " OR ".join(f"row.{short} @@ unit.{short}{suffix}" for short in _SHORT.values()) + ")"


def _terms(units: Sequence[Wanted]) -> Iterator[tuple[str, list]]:
    rows = [
        (number, _SHORT[language], CONFIGURATIONS[language], *_written(language, text))
        for number, unit in enumerate(units)
        for language, texts in unit.terms.items()
        for text in texts
    ]
    for at, name in enumerate(("units", "tongues", "configs", "words", "literals")):
        yield name, [row[at] for row in rows]


def _written(language: str, text: str) -> tuple[str, str]:
    words, literals = [], []
    for kind, piece in _pieces(text):
        if kind == "han":
            literals.append(_han_query(piece))
        else:
            words.append(piece)
    return _accented(language, " ".join(words)), " & ".join(literals)
