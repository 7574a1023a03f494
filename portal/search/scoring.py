"""How well a row answers a question: one number out of what was found of it.

The weights were fitted on the "tune" half of bench/search_queries.jsonl, with the whole thesaurus, with half of it
and with none, so that no way is trusted more than it deserves where another one has nothing to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.search.asking import Question

#: Strength of a find in the text, in the summary or the tags, in the title.
STRENGTH = {"0": 0.0, "1": 0.5, "2": 0.8, "3": 1.0}
#: How much the words inside a concept's name say about it when the name itself is not there.
INNER = 0.8
COVERED, LIKE = 0.78, 0.87
HERE, ANYWHERE, ELSEWHERE = 0.24, 0.0, -0.24
TOPIC, SECTOR, BODY, GUESSED = 0.18, 0.15, 0.1, 0.2
#: A row is about what was asked from this score on, and from this share of the best one's.
ENOUGH, ENOUGH_OF_BEST = 0.25, 0.35


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate. ``levels``: one digit for each of ``Question.units`` (0 not there, 1 in the text, 2 in the summary
    or its tags, 3 in the title); ``likeness`` to what was typed, 0 without vectors; ``tags`` it shares with it;
    ``guessed``: how far it is on the topics that the question seems to be about, 0 to 1."""

    id: Any
    levels: str
    likeness: float
    publisher: str
    tags: frozenset[str]
    guessed: float = 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """A row with its ``score``; ``is_enough``: it is about what was asked, and not only the next best."""

    row: Row
    score: float
    is_enough: bool


def scored(rows: Sequence[Row], question: Question) -> list[Scored]:
    """Return all rows, the best first."""
    parts = _parts(rows, question)
    total = sum(weight for weight, _at, _inner in parts)
    scores = []
    for row in rows:
        strengths = [STRENGTH[level] for level in row.levels]
        covered = sum(weight * _strength(strengths, at, inner) for weight, at, inner in parts) / total if total else 0.0
        scores.append(COVERED * covered + LIKE * row.likeness + _tagged(row, question))
    enough = max(ENOUGH, ENOUGH_OF_BEST * max(scores, default=0.0))
    found = [Scored(row, score, score >= enough) for row, score in zip(rows, scores, strict=True)]
    return sorted(found, key=lambda one: (-one.score, one.row.id))


#: The weight of one thing asked for, its digit, and those of the words inside its name with their rarity.
Part = tuple[float, int, Sequence[tuple[float, int]]]


def _parts(rows: Sequence[Row], question: Question) -> list[Part]:
    """What counts for coverage: concepts, and the words that are in none. The rarer, the more."""
    units = question.units
    rarity = []
    for at, unit in enumerate(units):
        count = sum(row.levels[at] != "0" for row in rows)
        rarity.append(unit.weight * math.log(1 + len(rows) / (1 + count)))
    first = len(question.words)
    words = [(at, unit) for at, unit in enumerate(question.words)]
    parts: list[Part] = [(rarity[at], at, ()) for at, unit in words if not unit.inside]
    for at, concept in enumerate(question.concepts, start=first):
        start, end = concept.span
        inner = [(rarity[i], i) for i, unit in words if start <= unit.span[0] and unit.span[1] <= end]
        parts.append((rarity[at], at, inner))
    return parts


def _strength(strengths: Sequence[float], at: int, inner: Sequence[tuple[float, int]]) -> float:
    total = sum(weight for weight, _at in inner)
    if not total:
        return strengths[at]
    return max(strengths[at], INNER * sum(weight * strengths[i] for weight, i in inner) / total)


def _tagged(row: Row, question: Question) -> float:
    score = GUESSED * row.guessed + (BODY if row.publisher in question.bodies else 0.0)
    if question.places:
        if any(f"economy:{code}" in row.tags for code in question.places):
            score += HERE
        else:
            score += ANYWHERE if "economy:*" in row.tags else ELSEWHERE
    topic = max((w for slug, w in question.topics.items() if f"topic:{slug}" in row.tags), default=0.0)
    sector = max((w for slug, w in question.sectors.items() if f"sector:{slug}" in row.tags), default=0.0)
    return score + TOPIC * topic + SECTOR * sector
