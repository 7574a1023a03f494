"""Who says what of whom: a text in stretches, each offered, sought or ruled out, and how strictly it asks."""

import re
from dataclasses import dataclass
from itertools import pairwise

from partners.reading import cues

OFFERS, SEEKS, DENIES = "offers", "seeks", "denies"


@dataclass(frozen=True)
class Stretch:
    """A sentence or a part of one that stands on one side."""

    text: str
    side: str


_SENTENCE = re.compile(r"(?<=[.!?])[\"'”»)]*\s+(?=[^a-zà-ÿ])|(?<=[。！？；;])\s*|\n+")
#: Not the end of a sentence.
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|approx|nos?|art|ej|S\.A|C\.V|U\.S|etc|env|mín|min|máx|max|EE|UU|Inc|Ltd|Co|St|Dr|A\.P)\.\s*$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?<=[，：:])|,\s|\s(?=(?:but|and|while|whereas|although|pero|aunque|mientras|y|e|mais|et|tandis)\s)|(?=但|惟|不過)",
    re.IGNORECASE,
)
_MARKS = ",，;；:："


def sentences(text: str) -> list[str]:
    """The sentences of a text, none empty; abbreviations and decimal marks end none."""
    found: list[str] = []
    for part in (piece.strip() for piece in _SENTENCE.split(text) if piece):
        if found and part and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part:
            found.append(part)
    return found


def clauses(sentence: str) -> list[str]:
    """A sentence in parts that each may stand on a side of its own; joined they are the sentence."""
    bounds = [0, *sorted({match.end() for match in _CLAUSE.finditer(sentence)}), len(sentence)]
    return [sentence[a:b] for a, b in pairwise(bounds) if sentence[a:b].strip()]


def side_of_clause(clause: str, language: str) -> str | None:
    """What a clause says by itself: the first sign wins, "we look for a maker who offers" seeks."""
    deny = cues.DENY[language].search(clause)
    if deny and asks_of_those_without(clause):
        return SEEKS
    seek = cues.SEEK[language].search(clause)
    if deny and not is_waived(clause, language) and (not seek or deny.start() <= seek.start() + 3):
        return DENIES
    offer = cues.OFFER[language].search(clause)
    if seek and (not offer or seek.start() <= offer.start()):
        return SEEKS
    return OFFERS if offer or cues.OWN[language].search(clause) else None


def asks_of_those_without(clause: str) -> bool:
    """ "We do not consider makers without AS9100" demands it, though it denies."""
    return bool(cues.WITHOUT.search(clause) and cues.NOT_CONSIDERED.search(clause))


def stretches(text: str, language: str, *, start: str = OFFERS) -> list[Stretch]:
    """The text in stretches; together they hold every word of it.

    ``start`` is whose text it is: a profile or an offer speaks of its writer wherever a sentence gives no sign, a
    request of the partner, or goes on with what the sentence before spoke of.
    """
    found: list[Stretch] = []
    side = start
    for sentence in sentences(text):
        previous: str | None = None
        for clause in clauses(sentence):
            own = side_of_clause(clause, language)
            if own == OFFERS and SEEKS in {previous, side} and _may_be_theirs(clause, language, previous):
                own = None
            if own is None:
                own = OFFERS if previous == DENIES and cues.CONTRAST.match(clause) else previous or side
            if previous == own:
                found[-1] = Stretch(found[-1].text + clause, own)
            else:
                found.append(Stretch(clause, own))
            previous = own
        side = OFFERS if OFFERS in {start, previous} else SEEKS
    return found


def _may_be_theirs(clause: str, language: str, previous: str | None) -> bool:
    """Whether its sign of an offer may as well tell what the partner is to do or to be."""
    if cues.OWN[language].search(clause):
        return False
    return language == "zh-hant" or (previous == SEEKS and bool(cues.TRADE.search(clause)))


def clause_at(text: str, at: int) -> str:
    """What stands around ``at`` between two commas or the like."""
    first = max(text.rfind(mark, 0, at) for mark in _MARKS) + 1
    ends = [end for mark in _MARKS if (end := text.find(mark, at)) >= 0]
    return text[first : min(ends, default=len(text))]


def strength(text: str, at: int, language: str) -> bool:
    """Whether what stands at ``at`` is a must: by the words of its clause, else of the whole; by default it is."""
    for part in (clause_at(text, at), text):
        mild = cues.MILD[language].search(part)
        strict = cues.STRICT[language].search(cues.BOUND.sub(" ", part) if mild else part)
        if bool(strict) != bool(mild):
            return bool(strict)
    return True


def asks_before(text: str, at: int, language: str) -> bool:
    """Whether something is sought, wished or demanded in the words before ``at``."""
    return any(table[language].search(text, 0, at) for table in (cues.SEEK, cues.STRICT, cues.MILD))


def is_waived(text: str, language: str) -> bool:
    """Whether it says that something is not asked for: "certification not required"."""
    return bool(cues.WAIVED[language].search(text))
