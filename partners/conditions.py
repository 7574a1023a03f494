"""Reading conditions out of what people write: what a partner must have, and what a company says it has.

Everything here is a suggestion: a request's poster confirms each with its quote, a company confirms its capacities;
matching takes what nobody confirmed at a lower weight. Four languages, no model, only rules: the same text always gives
the same answer. Nothing here raises, whatever the text, and nothing asks the database.

Where several values would do ("UL or CSA listing", "at least 50 employees"), one suggestion holds them all, joined by
``ANY``; ``alternatives("50-249 | 250+") == ["50-249", "250+"]``. A partner with any of them meets the condition.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from partners.models.requests import Condition, PartnerRequest
from partners.reading import capacities, certificates, cues, people, places, wording

Kind = Condition.Kind

ANY = " | "
_QUOTE = 240
_LARGEST = Decimal("9999999999999.99")
_LONGEST_VALUE = 80
_OR = re.compile(r"\b(?:or|o|u|ou|either)\b|或|/", re.IGNORECASE)
#: Between the members of one list; a name that nobody here knows may stand among them.
_LISTED = re.compile(
    r"[\s,、/]*(?:(?:and|or|y|o|u|e|et|ou|in|en|simple|an|a|un|una|une|the|el|la|le)[\s,]+|和|及|或是?|與|l['’]){0,3}"
    r"(?:\w+,? (?:or|o|ou) (?:en )?)?",
    re.IGNORECASE,
)
#: A certificate of the writer's own: "our UL 2849 file".
_OWN = re.compile(r"(?:\b(?:our|my|nuestr[oa]s?|notre|nos)|我方|本公司|我們)的?\s*$", re.IGNORECASE)
#: Not held yet.
_PENDING = re.compile(
    r"in progress|pending|appl(?:ying|ied) for|working towards?|preparing|planned|in process|expired|en proceso"
    r"|en tr[aá]mite|en curso|gestionando|vencid|en cours|en voie|en préparation"
    r"|申請中|取得中|辦理中|準備|籌備|規劃取得|預計取得|輔導中|letter$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Suggested:
    """A condition that a text seems to state: ``quote`` is the place it was read from, in the text's own words.

    ``value`` is as in :class:`~partners.models.requests.Condition`; ``amount`` only for capacities, in ``value``'s unit
    (the lower end of a range).
    """

    kind: str
    value: str
    amount: Decimal | None
    is_required: bool
    quote: str


@dataclass(frozen=True)
class Held:
    """How much a company makes or takes in: ``amount`` per ``unit`` ("pieces/month"), the upper end of a range."""

    unit: str
    amount: Decimal


@dataclass(frozen=True)
class CompanyReading:
    """What a company says of itself. Certificates in their one spelling with those they imply; languages, sizes,
    ownership tags and markets as in its profile; ``excluded``: no partners from there, or no deliveries to there.

    ``lacks`` is what it says it does not have, as (kind, value): ("certification", "AS9100"). ``offers``, ``seeks`` and
    ``denies`` are its text by side, in its own words; ``denies`` is what it says it does not do.
    """

    certifications: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    capacities: list[Held] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    ownership: list[str] = field(default_factory=list)
    markets: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    offers: str = ""
    seeks: str = ""
    denies: str = ""
    lacks: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Sides:
    """A text by side: what it offers, what it seeks, what it rules out."""

    offers: str
    seeks: str
    denies: str


def alternatives(value: str) -> list[str]:
    """The values of which any will do."""
    return value.split(ANY)


def side_of(text: str, language: str, *, start: str = wording.OFFERS) -> Sides:
    """Split a text into what its writer offers, what she seeks and what she rules out; every word is on one side.

    ``start`` ("offers" or "seeks") is the side of what stands before the first sign.
    """
    found = wording.stretches(text, language, start=start)
    return Sides(*(_joined(found, side) for side in (wording.OFFERS, wording.SEEKS, wording.DENIES)))


def read_request(title: str, teaser: str, description: str, language: str, *, type: str = "") -> list[Suggested]:  # noqa: A002 -- as the field
    """What a request's text asks of a partner, each kind and value once, required before preferred.

    Only what is said of the partner: "we are ISO 9001 certified" asks nothing. ``type`` (a
    ``PartnerRequest.Type``) tells whose a sentence without a verb is: the poster's in an offer, else the partner's.
    """
    start = wording.OFFERS if type in PartnerRequest.OFFERS else wording.SEEKS
    found: dict[tuple[str, str], Suggested] = {}
    for text in (title, teaser, description):
        for stretch in wording.stretches(text, language, start=start):
            for suggested in _asked(stretch, language):
                key = (suggested.kind, suggested.value)
                if key not in found or (suggested.is_required and not found[key].is_required):
                    found[key] = suggested
    kinds = list(Kind.values)
    return sorted(found.values(), key=lambda s: (not s.is_required, kinds.index(s.kind)))


def read_company(capabilities: str, seeks: str, language: str, *, certifications: Iterable[str] = ()) -> CompanyReading:
    """What a company's text says it has, in codes. ``certifications`` are its profile's, added in one spelling.

    What stands in its seeking sentences is the partner's and not taken as its own, except volumes it buys.
    """
    own = [*wording.stretches(capabilities, language), *wording.stretches(seeks, language, start=wording.SEEKS)]
    offered = [s.text for s in own if s.side == wording.OFFERS]
    denied = [s.text for s in own if s.side == wording.DENIES]
    whole = f"{capabilities}\n{seeks}"
    lacks = _lacked(denied, capabilities)
    listed = [name for name in certifications if not _is_pending(name)]
    lacking = {value for kind, value in lacks if kind == Kind.CERTIFICATION}
    held = [named.value for text in offered for named in _held_certificates(text) if named.value not in lacking]
    said = [people.sizes(text, language) for text in offered]
    excluded = _once(said.value for sentence in wording.sentences(whole) for said in places.excluded(sentence))
    return CompanyReading(
        certifications=certificates.with_implied([*listed, *held]),
        languages=_once(said.value for text in offered for said in people.spoken(text)),
        capacities=_most(offered, [s.text for s in own if s.side == wording.SEEKS], language),
        sizes=_once(value for found in said for size in found for value in alternatives(size.value)),
        ownership=_once(said.value for text in offered for said in people.owners(text)),
        markets=[code for code in _once(_served(offered)) if code not in excluded],
        excluded=excluded,
        offers=_joined(own, wording.OFFERS),
        seeks=_joined(own, wording.SEEKS),
        denies=_joined(own, wording.DENIES),
        lacks=lacks,
    )


def _asked(stretch: wording.Stretch, language: str) -> list[Suggested]:
    """The conditions of one stretch."""
    text = stretch.text
    found = [
        Suggested(Kind.EXCLUDED, said.value, None, True, _quote(text, said.start, said.end))
        for said in places.excluded(text)
    ]
    if stretch.side == wording.OFFERS or wording.is_waived(text, language):
        return found
    if stretch.side == wording.DENIES and not wording.asks_of_those_without(text):
        return found
    named = [
        people.Said(name.value, name.start, name.end)
        for name in certificates.names_in(text)
        if not _OWN.search(text[: name.start])
    ]
    owned = [said for said in people.owners(text) if wording.asks_before(text, said.start, language)]
    for kind, said in (
        (Kind.CERTIFICATION, _either(named, text)),
        (Kind.LANGUAGE, _either(people.spoken(text), text)),
        (Kind.SIZE, people.sizes(text, language)),
        (Kind.OWNERSHIP, owned),
        (Kind.MARKET, _either(_not_twice(places.known(text)), text)),
    ):
        for one in said:
            required = wording.strength(text, one.start, language)
            found.append(Suggested(kind, one.value, None, required, _quote(text, one.start, one.end)))
    seen: set[str] = set()
    for volume in capacities.volumes(text, language):
        if volume.unit not in seen and volume.amount <= _LARGEST:
            seen.add(volume.unit)
            quote = _quote(text, volume.start, volume.end)
            required = wording.strength(text, volume.start, language)
            found.append(Suggested(Kind.CAPACITY, volume.unit, volume.amount, required, quote))
    return found


def _either(said: list[people.Said], text: str) -> list[people.Said]:
    """Values of one list that ends in "or" as one, so that any of them will do; the others each by itself."""
    found: list[people.Said] = []
    for run in _runs(said, text):
        between = [text[a.end : b.start] for a, b in pairwise(run)]
        values = ANY.join(_once(one.value for one in run))
        if any(_OR.search(words) for words in between) and len(values) <= _LONGEST_VALUE:
            found.append(people.Said(values, run[0].start, run[-1].end))
        else:
            found += run
    return found


def _runs(said: list[people.Said], text: str) -> list[list[people.Said]]:
    """Values with nothing but a list's words between them, together."""
    runs: list[list[people.Said]] = []
    for one in said:
        if runs and _LISTED.fullmatch(text[runs[-1][-1].end : one.start]):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _quote(text: str, start: int, end: int) -> str:
    """The words around a place, at most a sentence, cut at words."""
    if len(text) <= _QUOTE:
        return text.strip()
    middle = (start + end) // 2
    first = max(0, min(middle - _QUOTE // 2, len(text) - _QUOTE))
    piece = text[first : first + _QUOTE]
    if first and " " in piece[:30]:
        piece = "…" + piece.split(" ", 1)[1]
    return piece.strip()


def _joined(found: list[wording.Stretch], side: str) -> str:
    return " ".join(s.text.strip() for s in found if s.side == side)


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _not_twice(said: list[people.Said]) -> list[people.Said]:
    return list({one.value: one for one in reversed(said)}.values())[::-1]


def _lacked(denied: list[str], whole: str) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for text in [*denied, *(s for s in wording.sentences(whole) if cues.NOT_CERTIFIED.search(s))]:
        for named in certificates.names_in(text):
            found[Kind.CERTIFICATION, named.value] = None
    for text in denied:
        for said in people.spoken(text):
            found[Kind.LANGUAGE, said.value] = None
    return [(str(kind), value) for kind, value in found]


def _served(offered: list[str]) -> Iterator[str]:
    for text in offered:
        yield from (said.value for said in places.served(text))


def _held_certificates(text: str) -> list[certificates.Named]:
    return [named for named in certificates.names_in(text) if not _is_pending(wording.clause_at(text, named.start))]


def _is_pending(text: str) -> bool:
    return bool(_PENDING.search(text))


def _most(offered: list[str], sought: list[str], language: str) -> list[Held]:
    most: dict[str, Decimal] = {}
    for texts in (offered, sought):
        here: dict[str, Decimal] = {}
        for text in texts:
            for volume in capacities.volumes(text, language):
                here[volume.unit] = max(here.get(volume.unit, Decimal(0)), min(volume.amount, _LARGEST))
        most = here | most
    return [Held(unit, amount) for unit, amount in most.items()]
