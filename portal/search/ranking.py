"""Finding rows by words, by concepts and by meaning at once."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models.functions import Coalesce

from portal.search import asking, correcting, facets, guessing, meaning, scoring, searched, semantic
from portal.search.asking import Question, Wanted
from portal.search.scoring import Row
from portal.search.searched import Searched
from portal.search.text import COLUMNS, CONFIGURATIONS, _accented, _anywhere, _han_query, _pieces

ALL = frozenset({"words", "thesaurus", "meaning"})

#: So few rows are all looked at; of more, only the best candidates of each way are.
FEW = 2_000
RANKED = 600
#: Rows that have everything asked for, at most; and rows that a part of it may bring in where nothing much has all: a
#: word of more is too common to tell which of them are better.
CAP, PART = 10_000, 4_000
NEAREST = 200
#: Rows of one language in which words are looked for next to each other: an index knows the words but not their order,
#: and to read a text takes fifty microseconds.
READ = 1_000
#: When so many rows have everything that was asked for, those that have only some of it are not looked for.
ENOUGH = 200

_SQL = """
WITH base AS NOT MATERIALIZED (
    SELECT hit_id AS id, hit_en AS en, hit_es AS es, hit_fr AS fr, hit_zh AS zh, hit_facets AS facets,
        hit_publisher AS publisher
    FROM ({base}) AS visible
),
term AS (
    SELECT unit, tongue, nullif(concat_ws(' & ', '(' || nullif(literal, '') || ')',
        '(' || nullif(phraseto_tsquery(config::regconfig, words)::text, '') || ')'), '') AS asked
    FROM unnest(%(units)s::int[], %(tongues)s::text[], %(configs)s::text[], %(words)s::text[], %(literals)s::text[])
        AS given(unit, tongue, config, words, literal)
),
written AS (
    SELECT unit, tongue, string_agg('(' || asked || ')', ' | ') AS asked,
        string_agg('(' || asked || ')', ' | ') FILTER (WHERE asked !~ '{near_each_other}') AS plain,
        array_agg(asked) FILTER (WHERE asked ~ '{near_each_other}') AS phrases
    FROM term GROUP BY unit, tongue
),
unit AS MATERIALIZED (
    SELECT unit, (%(weights)s::float[])[unit + 1] AS weight, {per_tongue} FROM written GROUP BY unit
),
whole AS MATERIALIZED (
    SELECT {all_per_tongue} FROM written WHERE unit = ANY(%(main)s::int[])
),
few AS MATERIALIZED (SELECT id FROM base LIMIT {few} + 1),
every AS MATERIALIZED (
    SELECT b.id FROM whole CROSS JOIN LATERAL ({in_each_whole}) b
    WHERE (SELECT count(*) FROM few) > {few}
),
hit AS MATERIALIZED (
    SELECT b.id, unit.unit, unit.weight FROM unit CROSS JOIN LATERAL ({in_each_unit}) b
    WHERE (SELECT count(*) FROM few) > {few} AND (SELECT count(*) FROM every) < {enough}
        AND ARRAY[unit.unit] <> %(main)s::int[]  -- the only thing asked for was looked for above
),
rarity AS (SELECT unit, ln(1 + 1e6 / (1 + count(*))) AS rarity FROM hit GROUP BY unit),
lexical AS MATERIALIZED (
    SELECT id, 1e6 AS score FROM every
    UNION ALL SELECT id, sum(weight * rarity) FROM hit JOIN rarity USING (unit) GROUP BY id
),
nearest AS MATERIALIZED ({nearest}),
near AS MATERIALIZED ({near}),
guess AS MATERIALIZED ({guess}),
candidate AS MATERIALIZED (
    SELECT id FROM few WHERE (SELECT count(*) FROM few) <= {few}
    UNION SELECT id FROM nearest
    UNION (SELECT id FROM lexical ORDER BY score DESC LIMIT {ranked})
),
row AS MATERIALIZED (
    -- Joined to nothing, each text's vector is read once and stays in memory for all that is compared with it.
    SELECT id, en || ''::tsvector AS en, es || ''::tsvector AS es, fr || ''::tsvector AS fr,
        zh || ''::tsvector AS zh, facets, publisher
    FROM base WHERE id IN (SELECT id FROM candidate)
)
SELECT row.id,
    (SELECT coalesce(string_agg(CASE WHEN {found} THEN CASE WHEN {in_a} THEN '3' WHEN {in_bc} THEN '2' ELSE '1' END
        ELSE '0' END, '' ORDER BY unit.unit), '') FROM unit),
    {likeness}, row.publisher,
    ARRAY(SELECT tag FROM unnest(row.facets) tag WHERE tag = ANY(%(tags)s)),
    (SELECT least(coalesce(sum(share), 0), 1) FROM guess WHERE 'topic:' || slug = ANY(row.facets))
FROM row
UNION ALL
SELECT id, NULL, NULL, NULL, NULL, NULL FROM every
"""
#: Between two words of a phrase.
_NEAR_EACH_OTHER = "<(-|[0-9]+)>"
_LABEL = r"regexp_replace({asked}, '(''(?:[^'']|'''')*'')(?::(\*))?', '\1:\2{weights}', 'g')"
_NEAREST = """
    SELECT {owner} AS id FROM {table} m CROSS JOIN LATERAL (SELECT FROM base WHERE base.id = m.{owner} LIMIT 1) visible
    WHERE (SELECT count(*) FROM few) > {few} ORDER BY m.vector <=> %(vector0)s LIMIT {nearest}
"""
_TEXTS = ArrayField(models.TextField())
_SHORT = {"en": "en", "es": "es", "fr": "fr", "zh-hant": "zh"}


@dataclass(frozen=True)
class Found:
    """``ids`` best first; ``is_capped``: there are more than those; ``terms`` to highlight; ``correction`` or ""."""

    ids: tuple[Any, ...]
    is_capped: bool = False
    terms: tuple[str, ...] = ()
    correction: str = ""


def find(
    queryset: models.QuerySet, words: str, *, language: str = "", ways: Collection[str] = ALL, limit: int = 10_000
) -> Found:
    """Return the rows of ``queryset`` that ``words`` are about, the best first.

    ``queryset`` is what the reader may see, already narrowed by filters; its order does not matter. ``words`` are
    in any of the four languages or several at once; ``language`` is the reader's. ``ways`` are some of "words",
    "thesaurus" and "meaning"; the last is left out by itself where there are no vectors. Quotes make a phrase that
    a row must have, a minus before a word one that it must not. Words of only punctuation find nothing. One SQL
    statement finds and compares; misspelt words may cost a second. Nothing is raised whatever is typed.
    """
    correction = correcting.correct(words, language=language)
    question = asking.understand(
        words, meant=correction, with_words="words" in ways, with_thesaurus="thesaurus" in ways
    )
    vectors = _vectors(queryset, question, ways)
    if not (question.units or vectors):
        return Found(())
    rows, rest = candidates(_narrowed(queryset, question), question, vectors=vectors)
    ranked = [scored for scored in scoring.scored(rows, question) if scored.is_enough]
    ids = dict.fromkeys([*(scored.row.id for scored in ranked), *rest])
    return Found(
        tuple(islice(ids, limit)), is_capped=len(ids) > limit, terms=asking.shown(question), correction=correction
    )


def nearest(queryset: models.QuerySet, words: str, *, language: str = "", limit: int = 5) -> list[Any]:
    """Return the keys of the rows that come nearest, though they need not be about ``words``; [] without vectors."""
    question = asking.understand(words, meant=correcting.correct(words, language=language))
    vectors = _vectors(queryset, question, ALL)
    if not vectors or limit < 1:
        return []
    rows, _rest = candidates(queryset, question, vectors=vectors)
    return [scored.row.id for scored in scoring.scored(rows, question)[:limit]]


def candidates(
    queryset: models.QuerySet, question: Question, *, vectors: Sequence[str] = ()
) -> tuple[list[Row], list[Any]]:
    """Return the rows to compare, and the keys of more that have everything asked for but were not looked at."""
    try:
        sql, parameters = _statement(searched.of(queryset.model), queryset, question, vectors)
    except EmptyResultSet:
        return [], []  # filters that exclude each other, or none()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    rows = [
        Row(
            pk,
            levels,
            max((value or 0.0 for value in likeness), default=0.0),
            publisher or "",
            frozenset(tags),
            guessed or 0.0,
        )
        for pk, levels, likeness, publisher, tags, guessed in found
        if levels is not None
    ]
    return rows, [pk for pk, levels, *_nothing in found if levels is None]


def _narrowed(queryset: models.QuerySet, question: Question) -> models.QuerySet:
    for unit in question.excluded:
        queryset = queryset.exclude(Coalesce(_anywhere([unit]), models.Value(False)))
    for unit in question.phrases:
        queryset = queryset.filter(_anywhere([unit]))
    return queryset


def _vectors(queryset: models.QuerySet, question: Question, ways: Collection[str]) -> list[str]:
    """What is typed, encoded; nothing where it says nothing, or there is nothing to compare it with."""
    entry = searched.of(queryset.model)
    if "meaning" not in ways or question.is_empty or not meaning.is_ready(entry.meaning):
        return []
    return [semantic.literal(question.text)]


def _statement(
    entry: Searched, queryset: models.QuerySet, question: Question, vectors: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    base, parameters = _base(entry, queryset)
    units = question.units
    parameters |= dict(_terms(units)) | {
        "tags": question.tags,
        "weights": [unit.weight for unit in units],
        "main": [number for number, unit in enumerate(units) if not unit.inside],
        **{f"vector{number}": vector for number, vector in enumerate(vectors)},
    }
    likeness, nearest = "ARRAY[]::float[]", "SELECT NULL::bigint AS id WHERE false"
    if vectors and entry.meaning is not None:
        table, owner = entry.meaning._meta.db_table, f"{entry.meaning.OWNER}_id"
        parts = ", ".join(f"max(1 - (m.vector <=> %(vector{number})s))" for number in range(len(vectors)))
        likeness = f"(SELECT ARRAY[{parts}] FROM {table} m WHERE m.{owner} = row.id)"  # noqa: S608 -- own names
        nearest = _NEAREST.format(table=table, owner=owner, few=FEW, nearest=NEAREST)
    sql = _SQL.format(
        base=base,
        per_tongue=", ".join(_tongue(short) for short in _SHORT.values()),
        all_per_tongue=", ".join(_whole(short) for short in _SHORT.values()),
        in_each_whole=_each("whole", CAP),
        in_each_unit=_each("unit", PART),
        found=_any("row", "unit"),
        in_a=_any("row", "unit", "_a"),
        in_bc=_any("row", "unit", "_bc"),
        nearest=nearest,
        near=guessing.NEAR if vectors and guessing.is_ready() else guessing.NOTHING_NEAR,
        guess=guessing.SQL,
        likeness=likeness,
        few=FEW,
        ranked=RANKED,
        near_each_other=_NEAR_EACH_OTHER,
        enough=ENOUGH,
    )
    near = "SET LOCAL hnsw.iterative_scan = relaxed_order; " if vectors else ""
    return f"{facets.MEMORY}; {near}{sql}", parameters


def _base(entry: Searched, queryset: models.QuerySet) -> tuple[str, dict[str, Any]]:
    # Under names of our own, because the order of the columns is Django's affair.
    columns = {f"hit_{short}": models.F(COLUMNS[code]) for code, short in _SHORT.items()}
    none = models.Value(None, output_field=models.TextField())
    plain = queryset.order_by().annotate(
        hit_id=models.F("pk"),
        hit_facets=models.F(entry.facets) if entry.facets else models.Value([], output_field=_TEXTS),
        hit_publisher=models.F(entry.publisher) if entry.publisher else none,
        **columns,
    )
    names = ("hit_id", *columns, "hit_facets", "hit_publisher")
    base, values = plain.values_list(*names).query.sql_with_params()
    named = {f"base{number}": value for number, value in enumerate(values)}
    return base % tuple(f"%({name})s" for name in named), named


def tags(question: Question) -> list[str]:
    found = [f"economy:{code}" for code in question.places]
    found += [f"topic:{slug}" for slug in question.topics] + [f"sector:{slug}" for slug in question.sectors]
    return [*found, "economy:*", "language:en", "language:es", "language:fr", "language:zh-hant"]


def _tongue(short: str) -> str:
    here = f"FILTER (WHERE tongue = '{short}')"
    asked, plain, phrases = (f"max({column}) {here}" for column in ("asked", "plain", "phrases"))
    in_a = _LABEL.format(asked=asked, weights="A")
    in_bc = _LABEL.format(asked=asked, weights="BC")
    queries = f"{asked}::tsquery AS {short}, {in_a}::tsquery AS {short}_a, {in_bc}::tsquery AS {short}_bc"
    return f"{queries}, {plain}::tsquery AS {short}_plain, {phrases} AS {short}_phrases"


def _whole(short: str) -> str:
    """Everything asked for at once; NULL when the language has no word for some of it."""
    here = f"FILTER (WHERE tongue = '{short}')"
    asked, plain = (
        f"CASE WHEN count({column}) {here} = cardinality(%(main)s::int[])"
        f" THEN string_agg('(' || {column} || ')', ' & ') {here} END"
        for column in ("asked", "plain")
    )
    phrases = (
        f"CASE WHEN cardinality(%(main)s::int[]) = 1 THEN max(phrases) {here}"
        f" WHEN count(phrases) {here} > 0 THEN ARRAY[{asked}] END"
    )
    return f"({plain})::tsquery AS {short}_plain, {phrases} AS {short}_phrases"


def _each(queries: str, cap: int) -> str:
    """Rows in which one language has it, up to the cap: a later language is only asked while there are too few.

    Language by language, because PostgreSQL would rather read the whole table than ask four indexes at once. Phrase by
    phrase, because each is then found by its rarest word.
    """
    parts: list[str] = []
    names: list[str] = []
    for short in _SHORT.values():
        too_few = "".join(f" AND (SELECT count(*) FROM {name}) <= {cap}" for name in names)  # noqa: S608
        anywhere = f"regexp_replace(phrase, '{_NEAR_EACH_OTHER}', '&', 'g')::tsquery"
        parts.append(
            f"in_{short} AS MATERIALIZED ((SELECT id FROM base WHERE {short} @@ {queries}.{short}_plain{too_few}"  # noqa: S608
            f" LIMIT {cap} + 1) UNION SELECT id FROM (SELECT held.id, held.text, phrase"
            f" FROM unnest({queries}.{short}_phrases) AS phrase CROSS JOIN LATERAL ("
            f"SELECT id, {short} AS text FROM base WHERE {short} @@ {anywhere}{too_few} LIMIT {READ}) AS held"
            f" LIMIT {READ}) AS read WHERE text @@ phrase::tsquery)"
        )
        names.append(f"in_{short}")
    union = " UNION ".join(f"SELECT id FROM {name}" for name in names)  # noqa: S608 -- own names
    return f"WITH {', '.join(parts)} {union} LIMIT {cap} + 1"


def _any(rows: str, queries: str, suffix: str = "") -> str:
    return "(" + " OR ".join(f"{rows}.{short} @@ {queries}.{short}{suffix}" for short in _SHORT.values()) + ")"


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
