"""Full-text search in four languages with PostgreSQL alone.

Each searchable model has one ``tsvector`` column per language (:class:`SearchVectors`). Every column holds

* words in Latin script, accents removed, as the stemmer of that language reads them
  (English, Spanish, French; in the Chinese column they are kept whole), and
* Han characters as overlapping pairs with their positions, so that a phrase of pairs finds any
  stretch of two or more characters inside a sentence. No word list is needed, and none can be wrong.

Folding (:func:`fold`) is the same for texts and for queries and looks at one character at a time:
width (NFKC), case, accents, and traditional to simplified characters by OpenCC's Taiwan table.
One character at a time, because a phrase-aware conversion reads a cut-out piece differently from the
whole, and a text would then not be found by its own words.

Nothing here depends on the database's locale, on ICU or on an extension.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from opencc import OpenCC

# Language of the text → PostgreSQL's configuration for its Latin words; all are part of any PostgreSQL.
CONFIGURATIONS = {"en": "english", "es": "spanish", "fr": "french", "zh-hant": "simple"}
COLUMNS = {code: f"search_{code.replace('-', '_')}" for code in CONFIGURATIONS}

# A tsvector holds at most 1 MB and knows positions up to 16,383 (PostgreSQL manual, 12.11). Of a longer
# text the rest is not indexed, or found by single words only.
MAX_TEXT = 60_000
MAX_POSITION = 16_383
MAX_WORD = 100
MAX_QUERY = 300
MAX_UNITS = 16

# Endings that the Snowball stemmers know only with their accent, which folding took away and many never
# type: without it exportacion and exportaciones, financiere and financier would be different words.
_ENDINGS = {
    "es": [(re.compile(r"(?<=[au]c)ion\b"), "ión"), (re.compile(r"(?<=log)ia(?=s?\b)"), "ía")],
    "fr": [(re.compile(r"(?<=[ig])ere(?=s?\b)"), "ère"), (re.compile(r"ee(?=s?\b)"), "ée")],
}
_HAN = "\u3005\u3007\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_PIECES = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>\d+(?:\.\d+)+|[^\W_{_HAN}]+)")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_UNITS = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s",;:!?/|()\[\]{}<>、。「」『』]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"') | {"\N{MINUS SIGN}": "-"})
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


class SearchVectors(models.Model):
    """The four columns. Fill them with :func:`vectors` in the verb that changes the text."""

    search_en = SearchVectorField(null=True, editable=False)
    search_es = SearchVectorField(null=True, editable=False)
    search_fr = SearchVectorField(null=True, editable=False)
    search_zh_hant = SearchVectorField(null=True, editable=False)

    class Meta:
        abstract = True


def search_indexes(prefix: str) -> list[GinIndex]:
    """The four indexes for ``Meta.indexes``; ``prefix`` (at most 15 characters) begins their names."""
    return [GinIndex(fields=[column], name=f"{prefix}_{column}") for column in COLUMNS.values()]


def vectors(texts: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, Any]:
    """Return the value of every search column, for ``.update(**…)`` or ``setattr`` and ``save``.

    ``texts`` maps a language code to its texts with their weights, ``{"en": [("A", title), ("D", body)]}``,
    the weightiest first. All four columns come back: a language without words gets NULL. The values of
    the others are expressions, so an object saved with them shows the columns only when read afresh.
    """
    if unknown := set(texts) - set(COLUMNS):
        raise ValueError(f"No search column for {sorted(unknown)}.")
    return {column: _vector(code, texts.get(code, ())) for code, column in COLUMNS.items()}


def search(queryset: QuerySet, words: str) -> QuerySet:
    """Keep the rows in which ``words`` are found, best first, with the annotation ``rank``.

    ``words`` are in any of the four languages or in several at once. A row is found when one language,
    read with its own stemmer and stop words, has all of them, or when each is found in some language.
    Quotes make a phrase, a minus before a word excludes it. Whatever is typed, nothing is raised; words
    of only punctuation (or none) filter nothing, and every row then has rank 0.
    """
    units = list(_units(words))
    wanted = [unit for unit in units if not unit.is_excluded]
    for unit in units:
        if unit.is_excluded:
            # An empty column is NULL, and "not NULL" would drop the row.
            queryset = queryset.exclude(Coalesce(_anywhere([unit]), Value(False)))
    if not wanted:
        return queryset.annotate(rank=Value(0.0)).order_by("pk")
    found = Q(_anywhere(wanted))
    if len(wanted) > 1:
        each = (Q(_anywhere([unit])) for unit in wanted)
        found |= reduce(and_, each)
    return queryset.filter(found).annotate(rank=_rank(wanted)).order_by("-rank", "pk")


def begun(queryset: QuerySet, words: str, *, weight: str = "A") -> QuerySet:
    """Keep the rows in whose texts of ``weight`` all ``words`` stand, each perhaps only begun; without an order.

    For suggestions while typing. Words of only punctuation, or none, keep nothing.
    """
    pieces = list(_pieces(fold(words[:MAX_QUERY])))
    if not pieces:
        return queryset.none()
    matches = [
        Func(F(column), _begun_query(code, pieces, _weight(weight)), template="%(expressions)s", arg_joiner=" @@ ")
        for code, column in COLUMNS.items()
    ]
    holds = Func(*matches, template="(%(expressions)s)", arg_joiner=" OR ", output_field=models.BooleanField())
    return queryset.filter(holds)


def fold(text: str) -> str:
    """Return ``text`` without the differences that do not count in a search."""
    text = text.replace("\0", " ").encode("utf-8", "ignore").decode()[:MAX_TEXT]
    text = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    marked = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in marked if unicodedata.category(c) != "Mn")
    return _INITIALS.sub(_without_dots, unicodedata.normalize("NFC", bare)).translate(_simplified())[:MAX_TEXT]


@dataclass(frozen=True)
class Unit:
    """One thing asked for: a word or a quoted phrase, already folded."""

    text: str
    is_excluded: bool = False


def _units(words: str) -> Iterator[Unit]:
    """Split a query; of a very long one only the beginning counts."""
    asked = fold(words[:MAX_QUERY].translate(_QUOTES))[:MAX_QUERY]
    count = 0
    for match in _UNITS.finditer(asked):
        text = match["phrase"] if match["word"] is None else match["word"]
        if _PIECES.search(text):
            yield Unit(text, is_excluded=bool(match["minus"]))
            count += 1
        if count == MAX_UNITS:
            return


def _anywhere(units: Sequence[Unit]) -> Func:
    """All of ``units`` in one column, whichever it is. NULL where the columns are empty."""
    matches = [
        Func(F(column), _query(code, units, "&&"), template="%(expressions)s", arg_joiner=" @@ ")
        for code, column in COLUMNS.items()
    ]
    return Func(*matches, template="(%(expressions)s)", arg_joiner=" OR ", output_field=models.BooleanField())


def _rank(units: Sequence[Unit]) -> Greatest:
    """How well the best column fits: more of the words, and in weightier texts, is more."""
    ranks = [
        Coalesce(Func(F(column), _query(code, units, "||"), function="ts_rank"), Value(0.0))
        for code, column in COLUMNS.items()
    ]
    return Greatest(*ranks, output_field=models.FloatField())


def _query(code: str, units: Sequence[Unit], operator: str) -> Func:
    parts = [part for unit in units for part in _parts(code, unit)]
    return Func(*parts, template="(%(expressions)s)", arg_joiner=f" {operator} ", output_field=SearchQueryField())


def _parts(code: str, unit: Unit) -> Iterator[Func]:
    """What one unit asks of the column of one language: its Latin words together, each run of Han."""
    words = []
    for kind, piece in _pieces(unit.text):
        if kind == "han":
            yield _literal(_han_query(piece), "tsquery")
        else:
            words.append(piece)
    if words:
        # A word with a hyphen inside is a phrase of its halves.
        yield Func(
            Value(CONFIGURATIONS[code]),
            Value(_accented(code, " ".join(words))),
            template="phraseto_tsquery(%(expressions)s)",
            arg_joiner="::regconfig, ",
            output_field=SearchQueryField(),
        )


def _vector(code: str, texts: Sequence[tuple[str, str]]) -> Func | None:
    parts: list[Func] = []
    han: dict[str, list[str]] = {}
    position = 1
    for weight, text in texts:
        pieces = list(_pieces(fold(text or "")))
        words = " ".join(piece for kind, piece in pieces if kind == "word")
        if words:
            parts.append(_words(code, words, weight))
        for run in (piece for kind, piece in pieces if kind == "han"):
            for lexeme in _pairs(run):
                han.setdefault(lexeme, []).append(f"{min(position, MAX_POSITION)}{weight}")
                position += 1
            position += 1  # so that no phrase reaches over the gap
    if han:
        # First, because joining moves the positions of what comes after.
        parts.insert(0, _literal(" ".join(f"{_quote(k)}:{','.join(v)}" for k, v in han.items()), "tsvector"))
    if not parts:
        return None
    return Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=SearchVectorField())


def _words(code: str, words: str, weight: str) -> Func:
    return Func(
        Value(CONFIGURATIONS[code]),
        Value(_accented(code, words)),
        template=f"setweight(to_tsvector(%(expressions)s), '{_weight(weight)}')",
        arg_joiner="::regconfig, ",
        output_field=SearchVectorField(),
    )


def _accented(code: str, words: str) -> str:
    for ending, accented in _ENDINGS.get(code, ()):
        words = ending.sub(accented, words)
    return words


def _weight(weight: str) -> str:
    if weight not in {"A", "B", "C", "D"}:
        raise ValueError(f"A weight is A, B, C or D, not {weight!r}.")
    return weight


def _literal(text: str, kind: str) -> Func:
    """A tsvector or tsquery written out, which no parser of the database reads differently."""
    field = SearchVectorField() if kind == "tsvector" else SearchQueryField()
    return Func(Value(text), template=f"%(expressions)s::{kind}", output_field=field)


def _pieces(folded: str) -> Iterator[tuple[str, str]]:
    for match in _PIECES.finditer(folded):
        kind = match.lastgroup or ""
        yield kind, match[0] if kind == "han" else match[0][:MAX_WORD]


def _pairs(run: str) -> list[str]:
    """關稅法 → 關稅, 稅法, 法. The last character alone lets every single character be found as a beginning."""
    return [run[i : i + 2] for i in range(len(run))]


def _begun_query(code: str, pieces: Sequence[tuple[str, str]], weight: str) -> Func:
    parts = [
        _literal(_han_query(piece, weight), "tsquery")
        if kind == "han"
        else Func(
            Value(CONFIGURATIONS[code]),
            Value(f"{_quote(_accented(code, piece))}:*{weight}"),
            template="to_tsquery(%(expressions)s)",
            arg_joiner="::regconfig, ",
            output_field=SearchQueryField(),
        )
        for kind, piece in pieces
    ]
    return Func(*parts, template="(%(expressions)s)", arg_joiner=" && ", output_field=SearchQueryField())


def _han_query(run: str, weight: str = "") -> str:
    if len(run) == 1:
        return f"{_quote(run)}:*{weight}"
    of_weight = f":{weight}" if weight else ""
    return " <-> ".join(_quote(pair) + of_weight for pair in _pairs(run)[:-1])


def _quote(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _without_dots(match: re.Match) -> str:
    return match[0].replace(".", "")


class _Simplified(dict):
    """A table for ``str.translate`` that asks OpenCC once for each character it meets."""

    def __init__(self) -> None:
        super().__init__()
        self.converter = OpenCC("tw2s")

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = self.converter.convert(character) if _is_han(character) else character
        self[code] = folded
        return folded


@cache
def _simplified() -> _Simplified:
    return _Simplified()


def _is_han(character: str) -> bool:
    match = _PIECES.match(character)
    return match is not None and match.lastgroup == "han"
