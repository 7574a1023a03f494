"""What a query asks for: its words without those that say nothing, and the concepts that its words name."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from portal.search import thesaurus
from portal.search.silence import NOTHING, SILENT, SILENT_HAN
from portal.search.text import _QUOTES, CONFIGURATIONS, MAX_QUERY, Unit, _pieces, _units, fold
from portal.search.thesaurus import Match
from portal.search.wording import in_capitals

MAX_WORDS = 14
MAX_CONCEPTS = 8
MAX_PLACES = 4
_QUOTED = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class Wanted:
    """One thing asked for, a word or a concept.

    ``terms``: language → wordings that mean it, folded as queries are. ``span``: where in the folded query.
    ``weight``: how much it counts beside its rarity. ``inside``: a word that is part of a concept named too.
    """

    span: tuple[int, int]
    terms: dict[str, tuple[str, ...]]
    weight: float = 1.0
    inside: bool = False
    slugs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Question:
    """``text``: without what was excluded. ``places``: the economies named, as codes.

    ``topics``, ``sectors`` and ``bodies`` (slugs of public bodies) are tags of the concepts, each with its weight.
    ``phrases`` must stand in a result, ``excluded`` must not.
    """

    text: str
    folded: str
    words: tuple[Wanted, ...] = ()
    concepts: tuple[Wanted, ...] = ()
    place_words: tuple[Wanted, ...] = ()
    places: tuple[str, ...] = ()
    topics: dict[str, float] = field(default_factory=dict)
    sectors: dict[str, float] = field(default_factory=dict)
    bodies: frozenset[str] = frozenset()
    phrases: tuple[Unit, ...] = ()
    excluded: tuple[Unit, ...] = ()
    matches: tuple[Match, ...] = ()

    @property
    def units(self) -> tuple[Wanted, ...]:
        """All that is looked for in the texts, in the order of :attr:`portal.search.scoring.Row.levels`."""
        return (*self.words, *self.concepts, *self.place_words)

    @property
    def is_empty(self) -> bool:
        return next(_pieces(self.folded), None) is None

    @property
    def tags(self) -> list[str]:
        """The facets that say something about a row."""
        found = [f"economy:{code}" for code in self.places]
        found += [f"topic:{slug}" for slug in self.topics] + [f"sector:{slug}" for slug in self.sectors]
        return [*found, "economy:*"]


def understand(typed: str, *, meant: str = "", with_words: bool = True, with_thesaurus: bool = True) -> Question:
    """Read a query; ``meant`` is the same with its misspelt words put right, if there were any.

    Whatever is typed, nothing is raised; what says nothing gives an empty question.
    """
    typed = typed.replace("\0", " ").encode("utf-8", "ignore").decode()[:MAX_QUERY]
    units = list(_units(typed))
    excluded = tuple(unit for unit in units if unit.is_excluded)
    quoted = {fold(phrase) for phrase in _QUOTED.findall(typed.translate(_QUOTES))}
    phrases = tuple(unit for unit in units if not unit.is_excluded and unit.text in quoted)
    text = _without(meant or typed, excluded)
    folded = fold(text)[:MAX_QUERY]
    capitals = in_capitals(text)
    matches = _telling(thesaurus.expand(text).matches, capitals) if with_thesaurus else ()
    concepts = tuple(_concepts(match for match in matches if not match.is_place))[:MAX_CONCEPTS]
    place_words = tuple(_concepts(match for match in matches if match.is_place))[:MAX_PLACES]
    reading = _Reading(
        folded,
        taken=[wanted.span for wanted in concepts],
        places=[wanted.span for wanted in place_words],
        typed=_as_typed(typed, text) if meant else {},
    )
    return Question(
        text=text,
        folded=folded,
        words=tuple(reading.words(capitals) or reading.words(None))[:MAX_WORDS] if with_words else (),
        concepts=concepts,
        place_words=place_words,
        places=tuple(dict.fromkeys(code for match in matches if match.is_place for code in match.economies)),
        topics=_tags(matches, "topics"),
        sectors=_tags(matches, "sectors"),
        bodies=frozenset(match.slug for match in matches if not match.is_place),
        phrases=phrases,
        excluded=excluded,
        matches=matches,
    )


def _as_typed(typed: str, meant: str) -> dict[str, str]:
    """Folded words that were put right → as they were typed: a new text may have them so after all."""
    before, after = ([fold(word) for word in re.findall(r"\w+", text)] for text in (typed, meant))
    if len(before) != len(after):
        return {}
    return {right: wrong for wrong, right in zip(before, after, strict=True) if wrong != right}


def _without(typed: str, excluded: Iterable[Unit]) -> str:
    if not excluded:
        return typed
    return re.sub(r'(?<!\S)[-\N{MINUS SIGN}](?:["“„«][^"”“»]*["”“»]?|\S+)', " ", typed)


def _telling(matches: Iterable[Match], capitals: frozenset[str]) -> tuple[Match, ...]:
    """Without those that an everyday word has met by accident."""
    return tuple(match for match in matches if (word := fold(match.text)) not in SILENT or word in capitals)


def _concepts(matches: Iterable[Match]) -> Iterator[Wanted]:
    """One for each span: where several concepts are called the same, each of them may be meant."""
    spans: dict[tuple[int, int], list[Match]] = {}
    for match in matches:
        spans.setdefault(match.span, []).append(match)
    for span, named in spans.items():
        terms: dict[str, list[str]] = {}
        for match in named:
            for language, texts in match.terms.items():
                terms.setdefault(language, []).extend(map(fold, texts))
        unique = {language: tuple(dict.fromkeys(texts)) for language, texts in terms.items()}
        yield Wanted(span, unique, weight=max(match.weight for match in named), slugs=frozenset(m.slug for m in named))


@dataclass(frozen=True)
class _Reading:
    """Taking the single words out of a folded query. ``taken`` and ``places``: spans that the thesaurus knows."""

    folded: str
    taken: Sequence[tuple[int, int]]
    places: Sequence[tuple[int, int]]
    typed: Mapping[str, str]

    def words(self, capitals: frozenset[str] | None) -> list[Wanted]:
        """What says something; with ``capitals`` None every word, for queries that have no other."""
        rest = list(self.folded)
        for start, end in self.places:
            rest[start:end] = " " * (end - start)
        found: list[Wanted] = []
        at = 0
        for kind, part in _pieces("".join(rest)):
            start = self.folded.find(part, at)
            at = start + len(part)
            if kind == "han":
                found += self._pairs(part, start, silent=SILENT_HAN if capitals is not None else NOTHING)
            elif capitals is None or part in capitals or _says_something(part):
                terms = (part, self.typed[part]) if part in self.typed else (part,)
                span = (start, at)
                found.append(Wanted(span, dict.fromkeys(CONFIGURATIONS, terms), inside=_is_inside(span, self.taken)))
        return found

    def _pairs(self, run: str, offset: int, *, silent: re.Pattern[str]) -> Iterator[Wanted]:
        """Pairs of characters, as texts are indexed; so many of them that each counts less than a word."""
        rest = silent.sub(lambda match: " " * len(match[0]), run)
        for piece in re.finditer(r"\S{2,}", rest):
            for at in range(piece.start(), piece.end() - 1):
                span = (offset + at, offset + at + 2)
                yield Wanted(span, {"zh-hant": (rest[at : at + 2],)}, weight=0.6, inside=_is_inside(span, self.taken))


def _says_something(word: str) -> bool:
    return word not in SILENT and (len(word) > 1 or word.isdigit())


def _is_inside(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _tags(matches: Iterable[Match], kind: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for match in matches:
        for slug in getattr(match, kind):
            found[slug] = max(found.get(slug, 0.0), match.weight)
    return found


def shown(question: Question) -> tuple[str, ...]:
    """The wordings to highlight in what was found."""
    return tuple(dict.fromkeys(text for unit in question.units for texts in unit.terms.values() for text in texts))
