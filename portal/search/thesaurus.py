"""The trade thesaurus: what the words of a query mean, and what the other languages call it.

``expand("permiso para trabajar en Canadá")`` finds the concepts *work permit* and *Canada* with all their
terms, topics, sectors and economies, so that a search can look for words the owner did not type.

The thesaurus is read into memory once per process, at the first question. A change made in the admin or by
a load is seen in the same process at once, and in every other one within ``THESAURUS_CHECK_SECONDS``
(a setting, 3 unless told): that often, and no more, one row is read to see whether there is a newer edition.
"""

import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.contrib.postgres.search import TrigramSimilarity
from django.db import transaction

from portal.search import lexicon
from portal.search.lexicon import Finding, Label, Lexicon, Meaning
from portal.search.models import Edition, Term
from portal.search.text import MAX_QUERY, fold
from portal.search.wording import Token, tokens

CHECK_SECONDS = 3.0
_MIN_CLOSEST = 3
_WEIGHTS = {"broader": 0.5, "narrower": 0.6, "related": 0.3}

Terms = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """One concept that some words of the query name.

    ``span``: where, as (start, end) in ``Expansion.folded``. ``text``: the concept's own wording that was
    met. ``is_exact``: typed so, but for case, accents and character set. ``weight``: 1 typed so, 0.9 in
    another number or spacing, 0.7 a three-letter acronym in small letters, 0.6 only the same stem.
    ``terms``: all wordings, language code → preferred one first. ``languages``: those in which ``text`` is
    said. ``topics`` and ``sectors`` are slugs, ``economies`` codes (empty: any economy).
    ``is_place``: an economy, a region, a state, a city; then ``economies`` says where, and the words rather
    limit a search than describe what is sought. ``is_economy``: a whole economy. ``is_general``: a word like
    "goods" or "guide", which is worth translating but says little.
    """

    concept_id: int
    slug: str
    span: tuple[int, int]
    text: str
    is_exact: bool
    weight: float
    terms: Terms
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    economies: tuple[str, ...]
    is_place: bool
    is_economy: bool
    is_general: bool


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a query means: ``matches`` in the order of the words, the best first where several share a span.
    A concept that is named twice stands once, by its best (then longest, then first) wording.

    ``folded`` is the query as compared (:func:`portal.search.text.fold` of its first 300 characters);
    ``unknown`` are its words, folded, that no match covers, without articles and prepositions.
    """

    folded: str
    matches: tuple[Match, ...]
    unknown: tuple[str, ...]

    @property
    def economies(self) -> tuple[str, ...]:
        """Codes of the economies of all places named, each once, in the order of naming."""
        return tuple(dict.fromkeys(code for match in self.matches if match.is_place for code in match.economies))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A concept near another one; ``weight`` is for multiplying with the match's: 0.6, 0.5 or 0.3."""

    relation: Literal["broader", "narrower", "related"]
    weight: float
    concept_id: int
    slug: str
    terms: Terms
    topics: tuple[str, ...]
    sectors: tuple[str, ...]
    economies: tuple[str, ...]
    is_place: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A term that looks like what was typed; ``similarity``: 0.3 to 1, by pg_trgm or by the share of right letters."""

    text: str
    language: str
    slug: str
    similarity: float


def expand(words: str) -> Expansion:
    """Find the concepts that ``words`` name, in any of the four languages or several at once.

    At each place the longest wording counts, and all concepts that are called so. Latin words are compared
    whole, without accents and in any number or gender; "e-invoice", "e invoice" and "einvoice" are one;
    articles and prepositions may be missing. Chinese is found anywhere in a sentence, Traditional or
    Simplified. An acronym of two letters, or one that is an ordinary word too (ESTA, TIN), counts in
    capitals or when it is the whole query. Whatever is typed, nothing is raised. Well below a millisecond
    after the first call of a process, which takes about one second.
    """
    typed = words[:MAX_QUERY].replace("\0", " ")
    folded = fold(typed)[:MAX_QUERY]
    parts = tokens(folded)
    found = current().find(typed, folded, parts) if parts else []
    matches = _once(_match(label, weight, finding, parts) for finding in found for label, weight in finding.labels)
    covered = {at for finding in found for at in range(finding.first, finding.last)}
    unknown = tuple(part.text for at, part in enumerate(parts) if at not in covered and not part.is_joining)
    return Expansion(folded, matches, unknown)


def around(concept_id: int) -> tuple[Neighbour, ...]:
    """The narrower, broader and related concepts of one that :func:`expand` gave; no query, nothing if unknown.

    Places inside a place are left out: who asks for Canada does not ask for each of its provinces.
    """
    known = current()
    centre = known.meanings.get(concept_id)
    if centre is None:
        return ()
    narrower = () if centre.is_place else known.narrower.get(concept_id, ())
    return (
        *(_neighbour("narrower", known.meanings[other]) for other in narrower),
        *(_neighbour("broader", known.meanings[other]) for other in centre.broader if other in known.meanings),
        *(_neighbour("related", known.meanings[other]) for other in centre.related if other in known.meanings),
    )


def closest(word: str, language: str | None = None, limit: int = 3) -> tuple[Suggestion, ...]:
    """Terms, or words of terms, that look like ``word`` (one or several words), the likest first.

    In ``language`` or any. First known words one slip away, then whole terms by pg_trgm (one query on its
    index). Nothing when ``word`` is a term or a word of one, is shorter than three characters, or nothing
    is alike.
    """
    folded = fold(word[:MAX_QUERY]).strip()
    spelling = current().spelling
    if len(folded) < _MIN_CLOSEST or spelling.knows(folded):
        return ()
    found = {
        near.folded: Suggestion(near.text, language or min(near.languages), near.slug, 1 - 1 / len(folded))
        for near in spelling.near(folded, language)
    }
    rows = Term.objects.filter(folded__trigram_similar=folded)
    if language is not None:
        rows = rows.filter(language=language)
    rows = rows.annotate(similarity=TrigramSimilarity("folded", folded)).select_related("concept")
    for row in rows.order_by("-similarity", "folded", "-is_preferred", "pk")[: limit * 8]:
        if row.folded == folded:
            return ()
        found.setdefault(row.folded, Suggestion(row.text, row.language, row.concept.slug, row.similarity))
    return tuple(found.values())[:limit]


def corrected(words: str, language: str | None = None) -> str | None:
    """The query with its misspelt words put right, or None when there is nothing to put right.

    Only words that no term has and that are one slip away from a word that some term has; quotes and the
    rest stay as typed. No query.
    """
    typed = words[:MAX_QUERY].replace("\0", " ")
    spelling = current().spelling
    changed = False

    def put_right(match: re.Match[str]) -> str:
        nonlocal changed
        near = spelling.near(fold(match[0]).strip(), language)
        changed = changed or bool(near)
        return near[0].text if near else match[0]

    right = re.sub(r"\w+", put_right, typed)
    return right if changed else None


def renew() -> None:
    """Give the thesaurus a new edition, after any change of it and in the same transaction."""
    edition = Edition()
    Edition.objects.update_or_create(pk=1, defaults={"token": edition.token})
    _keeper.look_again()
    transaction.on_commit(_keeper.look_again)


def current() -> Lexicon:
    """The lexicon of this process, read anew when there is a newer edition."""
    return _keeper.current()


class _Keeper:
    """One lexicon for all threads of the process. A thread that finds a newer edition reads it; the others
    go on with the old one meanwhile, and wait only when there is none yet."""

    def __init__(self) -> None:
        self._lexicon: Lexicon | None = None
        self._next_look = 0.0
        self._reading = threading.Lock()

    def look_again(self) -> None:
        self._next_look = 0.0

    def current(self) -> Lexicon:
        known = self._lexicon
        if known is not None and time.monotonic() < self._next_look:
            return known
        if not self._reading.acquire(blocking=known is None):
            return known  # type: ignore[return-value]  # not None, or we would have waited
        try:
            self._next_look = time.monotonic() + getattr(settings, "THESAURUS_CHECK_SECONDS", CHECK_SECONDS)
            token = Edition.objects.values_list("token", flat=True).first()
            if self._lexicon is None or self._lexicon.token != token:
                self._lexicon = lexicon.read(token)
        except BaseException:
            self._next_look = 0.0
            raise
        finally:
            self._reading.release()
        return self._lexicon


_keeper = _Keeper()


def _once(matches: Iterable[Match]) -> tuple[Match, ...]:
    best: dict[int, Match] = {}
    for match in matches:
        before = best.get(match.concept_id)
        if before is None or _worth(match) > _worth(before):
            best[match.concept_id] = match
    return tuple(sorted(best.values(), key=lambda match: match.span[0]))


def _worth(match: Match) -> tuple[float, int]:
    return match.weight, match.span[1] - match.span[0]


def _match(label: Label, weight: float, finding: Finding, parts: list[Token]) -> Match:
    meaning = label.meaning
    return Match(
        concept_id=meaning.concept_id,
        slug=meaning.slug,
        span=(parts[finding.first].start, parts[finding.last - 1].end),
        text=label.text,
        is_exact=weight == 1.0,
        weight=weight,
        terms=meaning.terms,
        languages=label.languages,
        topics=meaning.topics,
        sectors=meaning.sectors,
        economies=meaning.economies,
        is_place=meaning.is_place,
        is_economy=meaning.is_economy,
        is_general=meaning.is_general,
    )


def _neighbour(relation: Literal["broader", "narrower", "related"], meaning: Meaning) -> Neighbour:
    return Neighbour(
        relation=relation,
        weight=_WEIGHTS[relation],
        concept_id=meaning.concept_id,
        slug=meaning.slug,
        terms=meaning.terms,
        topics=meaning.topics,
        sectors=meaning.sectors,
        economies=meaning.economies,
        is_place=meaning.is_place,
    )
