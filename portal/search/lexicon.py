"""The thesaurus in memory: from the tokens of a query to the concepts that are called so.

A :class:`Lexicon` is built from two queries and never changed afterwards, so threads share it freely.
``thesaurus.py`` keeps the current one; nothing else needs this module.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from portal.search.models import ECONOMY_PREFIX, Concept, Term
from portal.search.spelling import Spelled, Spelling
from portal.search.wording import (
    ORDINARY,
    OTHER_NUMBER,
    Token,
    as_written,
    in_capitals,
    is_han,
    is_small,
    likeness,
    stem,
    tokens,
)

# How the short names of general words begin (goods, guide, cost), as data/README.md says.
_GENERAL_PREFIX = "word-"
_SEVERAL = re.compile(r"\W+")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
# Two words are read as one only from this length on: shorter ones meet by accident.
_MIN_JOINED = 7
_THREE = 3
# The weight of a three-letter acronym in small letters.
_SMALL = 0.7


@dataclass(frozen=True, slots=True)
class Meaning:
    """A concept as search needs it. ``terms`` has the preferred one of each language first."""

    concept_id: int
    slug: str
    terms: Mapping[str, tuple[str, ...]]
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    economies: tuple[str, ...]
    is_place: bool
    broader: tuple[int, ...]
    related: tuple[int, ...]

    @property
    def is_economy(self) -> bool:
        return self.slug.startswith(ECONOMY_PREFIX)

    @property
    def is_general(self) -> bool:
        return self.slug.startswith(_GENERAL_PREFIX)


@dataclass(frozen=True, slots=True)
class Label:
    """One wording of one concept, whatever the languages that have it so.

    ``content``: its words that say something. ``is_small``: it has none, once its accents are gone, as thé.
    """

    meaning: Meaning
    text: str
    folded: str
    content: tuple[str, ...]
    languages: tuple[str, ...]
    is_acronym: bool
    is_preferred: bool
    is_small: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Labels found at ``[first, last)`` of the query's tokens, each with its weight."""

    first: int
    last: int
    labels: tuple[tuple[Label, float], ...]


class Lexicon:
    """All labels by the stems of their tokens, with every beginning of one, for the longest match."""

    def __init__(self, token: UUID | None, meanings: Iterable[Meaning], labels: Iterable[Label]) -> None:
        self.token = token
        self.meanings = {meaning.concept_id: meaning for meaning in meanings}
        self.narrower: dict[int, list[int]] = {}
        for meaning in self.meanings.values():
            for wider in meaning.broader:
                self.narrower.setdefault(wider, []).append(meaning.concept_id)
        self._all = list(labels)
        self._labels: dict[str, list[Label]] = {}
        self._beginnings: set[str] = set()
        for label in self._all:
            for stems in _readings(label):
                self._add(stems, label)

    def _add(self, stems: Sequence[str], label: Label) -> None:
        key = ""
        for part in stems:
            key = f"{key} {part}" if key else part
            self._beginnings.add(key)
        self._labels.setdefault(key, []).append(label)

    @cached_property
    def spelling(self) -> Spelling:
        """The words of all labels, to correct others by; made when first asked for."""
        return Spelling(Spelled(label.text, label.folded, label.languages, label.meaning.slug) for label in self._all)

    def find(self, typed: str, folded: str, words: Sequence[Token]) -> list[Finding]:
        """The labels in a query, the longest at each place; none lies inside another.

        ``words`` are the tokens of ``folded``, and ``folded`` is what ``typed`` was made into.
        Of Han labels that overlap, the longer (else the earlier) one stays: characters have one reading.
        """
        joined = _joined(words)
        query = _Query(words, folded, in_capitals(typed), as_written(typed))
        longest = [found for first in range(len(words)) if (found := self._longest(query, joined, first))]
        kept: list[Finding] = []
        for found in sorted(longest, key=lambda f: (f.first - f.last, f.first)):
            if not any(_excludes(other, found, words) for other in kept):
                kept.append(found)
        return sorted(kept, key=lambda f: f.first)

    def _longest(self, query: "_Query", joined: Sequence[str], first: int) -> Finding | None:
        ends: dict[int, list[str]] = {}
        for last, key in self._ends(query.words, joined, first):
            ends.setdefault(last, []).append(key)
        for last in sorted(ends, reverse=True):
            found: dict[int, tuple[Label, float]] = {}
            for label in (label for key in ends[last] for label in self._labels[key]):
                weight = query.weight(label, first, last)
                before = found.get(label.meaning.concept_id)
                if weight and (before is None or (weight, label.is_preferred) > (before[1], before[0].is_preferred)):
                    found[label.meaning.concept_id] = (label, weight)
            if found:
                return Finding(first, last, _best(found.values()))
        return None

    def _ends(self, words: Sequence[Token], joined: Sequence[str], first: int) -> Iterator[tuple[int, str]]:
        """Where labels that begin at ``first`` end, with their keys."""
        paths = [(first, "")]
        while paths:
            at, key = paths.pop()
            if at == len(words):
                continue
            if key and words[at].is_joining:
                paths.append((at + 1, key))
            for part, after in ((words[at].stem, at + 1), (joined[at], at + 2)):
                longer = f"{key} {part}" if key else part
                if part and longer in self._beginnings:
                    if longer in self._labels:
                        yield after, longer
                    paths.append((after, longer))


@dataclass(frozen=True, slots=True)
class _Query:
    words: Sequence[Token]
    folded: str
    capitals: frozenset[str]
    written: frozenset[str]

    def weight(self, label: Label, first: int, last: int) -> float:
        """How well the words at ``[first, last)`` fit ``label``: 0 (not at all) to 1 (typed so)."""
        typed = self.folded[self.words[first].start : self.words[last - 1].end]
        if label.is_acronym:
            return self._acronym_weight(label, typed, first, last)
        if label.is_small and last - first < len(self.words) and label.text.lower() not in self.written:
            return 0.0
        if typed == label.folded:
            return 1.0
        said, wanted = _content(self.words[first:last]), label.content
        if len(said) != len(wanted):
            return OTHER_NUMBER  # written together or apart
        return min(map(likeness, said, wanted))

    def _acronym_weight(self, label: Label, typed: str, first: int, last: int) -> float:
        letters, wanted = _SEVERAL.sub("", typed), _SEVERAL.sub("", label.folded)
        if letters not in {wanted, f"{wanted}s"}:  # SMEs
            return 0.0
        if letters in self.capitals or last - first == len(self.words):
            return 1.0
        if wanted in ORDINARY or letters in ORDINARY or len(wanted) < _THREE:
            # R&D is itself in small letters too; EV and PE are not.
            return OTHER_NUMBER if typed == label.folded != letters else 0.0
        return OTHER_NUMBER if len(wanted) > _THREE else _SMALL


def read(token: UUID | None) -> Lexicon:
    """Build the lexicon of what the database holds now; ``token`` names that state."""
    meanings = {}
    languages: dict[tuple[int, str], list[Any]] = {}
    terms: dict[int, dict[str, list[str]]] = {}
    fields = ("concept_id", "language", "text", "folded", "is_acronym", "is_preferred")
    for concept_id, language, text, folded, acronym, preferred in Term.objects.order_by(
        "concept_id", "language", "order", "pk"
    ).values_list(*fields):
        terms.setdefault(concept_id, {}).setdefault(language, []).append(text)
        # The same wording in several languages is one label, an acronym only if it is one in all of them.
        entry = languages.setdefault((concept_id, folded), [text, [], True, False])
        entry[1].append(language)
        entry[2] = entry[2] and acronym
        entry[3] = entry[3] or preferred
    for row in _concepts():
        names = {language: tuple(texts) for language, texts in terms.get(row["id"], {}).items()}
        meanings[row["id"]] = _meaning(row, names)
    labels = [
        _label(meanings[concept_id], text, folded, tuple(spoken), is_acronym=acronym, is_preferred=preferred)
        for (concept_id, folded), (text, spoken, acronym, preferred) in languages.items()
        if concept_id in meanings
    ]
    return Lexicon(token, meanings.values(), labels)


def _label(
    meaning: Meaning, text: str, folded: str, languages: tuple[str, ...], *, is_acronym: bool, is_preferred: bool
) -> Label:
    words = tokens(folded)
    return Label(
        meaning=meaning,
        text=text,
        folded=folded,
        content=tuple(_content(words)),
        languages=languages,
        is_acronym=is_acronym,
        is_preferred=is_preferred,
        is_small=is_small(words),
    )


def _concepts() -> Iterable[Mapping[str, Any]]:
    def others(through: Any, mine: str, theirs: str) -> ArraySubquery:
        return ArraySubquery(through.objects.filter(**{mine: OuterRef("pk")}).order_by(theirs).values(theirs))

    return Concept.objects.order_by("pk").values(
        "id",
        "slug",
        topic_slugs=others(Concept.topics.through, "concept", "topic__slug"),
        sector_slugs=others(Concept.sectors.through, "concept", "sector__slug"),
        economy_codes=others(Concept.economies.through, "concept", "economy_id"),
        broader_ids=others(Concept.broader.through, "from_concept", "to_concept_id"),
        related_ids=others(Concept.related.through, "from_concept", "to_concept_id"),
    )


def _meaning(row: Mapping[str, Any], terms: Mapping[str, tuple[str, ...]]) -> Meaning:
    return Meaning(
        concept_id=row["id"],
        slug=row["slug"],
        terms=terms,
        topics=tuple(row["topic_slugs"]),
        sectors=tuple(row["sector_slugs"]),
        economies=tuple(row["economy_codes"]),
        is_place=Concept(slug=row["slug"]).is_place,
        broader=tuple(row["broader_ids"]),
        related=tuple(row["related_ids"]),
    )


def _readings(label: Label) -> set[tuple[str, ...]]:
    """The sequences of stems under which a label is found."""
    words = tokens(label.folded)
    readings = {tuple(word.stem for word in words)}
    if not label.is_acronym and len(label.content) > 1:
        readings.add(tuple(map(stem, label.content)))
    if "-" in label.folded:
        readings.add(tuple(word.stem for word in tokens(_HYPHEN.sub("", label.folded))))
    whole = _joined(words)[0] if words else ""
    if whole and words[0] is words[-2]:
        readings.add((whole,))
    return {reading for reading in readings if reading}


def _content(words: Sequence[Token]) -> list[str]:
    """The texts of the words that say something; of a phrase of nothing but small words, all."""
    return [word.text for word in words if not word.is_joining] or [word.text for word in words]


def _joined(words: Sequence[Token]) -> list[str]:
    """For each token the stem of it and the next written as one word, or ""."""
    joined = []
    for one, other in pairwise(words):
        whole = one.text + other.text
        is_word = len(whole) >= _MIN_JOINED and whole.isascii() and whole.isalpha() and not other.is_joining
        joined.append(stem(whole) if is_word else "")
    return [*joined, ""]


def _best(found: Iterable[tuple[Label, float]]) -> tuple[tuple[Label, float], ...]:
    """Best first; where the words themselves are a label, words that only look related are left out."""
    ordered = sorted(found, key=lambda pair: (-pair[1], not pair[0].is_preferred, pair[0].meaning.slug))
    floor = _SMALL if ordered[0][1] >= OTHER_NUMBER else 0.0
    return tuple(pair for pair in ordered if pair[1] >= floor)


def _excludes(kept: Finding, found: Finding, words: Sequence[Token]) -> bool:
    if kept.first <= found.first and found.last <= kept.last:
        return True
    shared = words[max(kept.first, found.first) : min(kept.last, found.last)]
    return any(is_han(word.text) for word in shared)
