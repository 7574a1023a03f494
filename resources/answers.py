"""The answers in the guided finder, as they stand in its address: shared, gone back to, kept for a firm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.reference.labels import Labels
from portal.search import thesaurus
from resources.models import FirmNeeds

#: In the order they are asked.
QUESTIONS = ("home", "market", "sells", "stage", "needs")
#: The market of who sells where she is.
OWN = "own"
MAX_WORDS = 200
#: Of a description so many sectors are believed: more say nothing.
MAX_SECTORS = 4
_SHOWN_OF_UNKNOWN = 40  # characters
_ENOUGH = 0.6  # weight of a match of the thesaurus: from the same stem on


@dataclass(frozen=True)
class Answers:
    """What a firm said. ``given`` names the questions that are answered, also by leaving them open.

    ``market`` is a code or :data:`OWN`; ``sectors`` are the chosen one, or what ``words`` were read as;
    ``needs`` are slugs of topics, none for whatever helps. ``left_out`` is what of an address was not understood.
    """

    home: str = ""
    market: str = ""
    sector: str = ""
    words: str = ""
    stage: str = ""
    needs: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def next_question(self) -> str:
        """The first that is not answered; "" when all are."""
        return next((question for question in QUESTIONS if question not in self.given), "")

    @property
    def is_own_market(self) -> bool:
        return self.market in {OWN, self.home}

    @property
    def abroad(self) -> str:
        """The market's code, or "" for one's own."""
        return "" if self.is_own_market else self.market

    def pairs(self, *, without: str = "") -> Iterator[tuple[str, str]]:
        """Names and values for an address or a form, question by question, without those of one question."""
        values = {
            "home": [("home", self.home)],
            "market": [("market", self.market)],
            "sells": [("sector", self.sector), ("words", self.words)],
            "stage": [("stage", self.stage)],
            "needs": [("need", slug) for slug in self.needs or ("",)],
        }
        for question in QUESTIONS:
            if question in self.given and question != without:
                yield from values[question]

    def address(self, **more: str) -> str:
        """The query string of these answers: ``home=TW&market=US&…``."""
        query = QueryDict(mutable=True)
        for name, value in (*self.pairs(), *more.items()):
            query.appendlist(name, value)
        return query.urlencode()


def read(query: QueryDict, labels: Labels) -> Answers:
    """Read an address or a form. Never raises: a value we do not know leaves its question open."""
    reader = _Reader(query)
    home = reader.one("home", labels.economies)
    market = reader.one("market", {OWN: "", **labels.economies})
    stage = reader.one("stage", dict(FirmNeeds.Stage.choices))
    sector = reader.one("sector", labels.sectors)
    words = reader.words()
    needs = reader.several("need", labels.topics)
    answered = {"home": home, "market": market, "stage": stage}
    given = {question for question, value in answered.items() if value}
    given |= {"sells"} if {"sector", "words"} & set(query) and not reader.is_unknown("sector", "words") else set()
    given |= {"needs"} if "need" in query and (needs or not reader.is_unknown("need")) else set()
    answers = Answers(home, market, sector, words, stage, needs, given=frozenset(given), left_out=tuple(reader.unknown))
    return replace(answers, sectors=(sector,) if sector else sectors_of(words, labels))


def sectors_of(words: str, labels: Labels) -> tuple[str, ...]:
    """What a description names, by the thesaurus: "salsa picante" → ("sauces-condiments",)."""
    if not words:
        return ()
    matches = (match for match in thesaurus.expand(words).matches if match.weight >= _ENOUGH and not match.is_place)
    found = dict.fromkeys(slug for match in matches for slug in match.sectors if slug in labels.sectors)
    # A part says more than the wider sector it belongs to.
    wider = {labels.wider.get(slug) for slug in found}
    return tuple(slug for slug in found if slug not in wider)[:MAX_SECTORS]


def of_needs(needs: FirmNeeds) -> Answers:
    """What a firm said the last time."""
    sectors = tuple(sector.slug for sector in needs.sectors.all())
    return Answers(
        home=needs.home_id,
        market=needs.market_id or OWN,
        sector=sectors[0] if len(sectors) == 1 else "",
        words=needs.words,
        stage=needs.stage,
        needs=tuple(topic.slug for topic in needs.topics.all()),
        sectors=sectors,
        given=frozenset(QUESTIONS),
    )


class _Reader:
    """Takes values out of a query and remembers what was not understood."""

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.unknown: list[str] = []
        self._wrong: set[str] = set()

    def one(self, name: str, known: Mapping[str, Any]) -> str:
        value = self.query.get(name, "").strip()
        if value and value not in known:
            self._note(name, value)
            return ""
        return value

    def several(self, name: str, known: Mapping[str, Any]) -> tuple[str, ...]:
        given = dict.fromkeys(value.strip() for value in self.query.getlist(name) if value.strip())
        for value in [value for value in given if value not in known][:10]:
            self._note(name, value)
        return tuple(value for value in given if value in known)

    def words(self) -> str:
        value = " ".join(self.query.get("words", "").split())
        if len(value) > MAX_WORDS or "\0" in value:
            self._note("words", value)
            return ""
        return value

    def is_unknown(self, *names: str) -> bool:
        return bool(self._wrong & set(names))

    def _note(self, name: str, value: str) -> None:
        self._wrong.add(name)
        shown = value.replace("\0", "").encode("utf-8", "replace").decode()[:_SHOWN_OF_UNKNOWN]
        self.unknown.append(str(_("“%(value)s” is not known here.") % {"value": shown}))
