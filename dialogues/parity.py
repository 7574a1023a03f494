"""Whether the minutes say the same in every working language, as far as a machine can tell.

Counted per section: whether a text is there at all, its headings, its list items, its numbers, and its length. What it
finds are hints for people who know the languages, not verdicts.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from dialogues.models import Minutes
from portal.languages import Language, column

#: Letters that say in each language what one letter says in English: Han needs about a third as many signs, Spanish
#: and French run about a fifth longer (usual rates of translators; the check below leaves them wide room).
LENGTH = {Language.EN: 1.0, Language.ZH_HANT: 0.33, Language.ES: 1.2, Language.FR: 1.2}
#: A text less than half as long as the longest, by that measure, is likely to lack something.
SHORTEST = 0.5
#: Short texts differ in length for no reason (English letters).
TOO_SHORT_TO_COMPARE = 120
_HEADING = re.compile(r"^ {0,3}#{1,6}\s", re.MULTILINE)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s", re.MULTILINE)
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f' ]\d{3})*(?:[.,]\d+)?")
_GROUPING = re.compile(r"[.,\u00a0\u202f' ](?=\d{3}(?!\d))")
_ADDRESS = re.compile(r"https?://\S+")
#: Chinese writes the month as a number where the others write its name.
_HAN_MONTH = re.compile(r"\d{1,2}\s*月")


class Kind(models.TextChoices):
    """What differs."""

    MISSING = "missing", pgettext_lazy("parity", "Missing")
    HEADINGS = "headings", pgettext_lazy("parity", "Headings")
    ITEMS = "items", pgettext_lazy("parity", "List items")
    NUMBERS = "numbers", pgettext_lazy("parity", "Numbers")
    LENGTH = "length", pgettext_lazy("parity", "Length")


@dataclass(frozen=True)
class Finding:
    """One thing in which the languages of one piece differ.

    ``where`` is the section, decision or commitment, None for what belongs to no agenda item. ``said`` maps each
    language to what was counted in it: how many headings or items, which numbers, how many letters; of a missing text
    it holds the languages that lack it.
    """

    kind: Kind
    where: Any
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def languages(self) -> list[str]:
        return list(self.said)


def check(minutes: Minutes) -> list[Finding]:
    """What is missing or unequal across the working languages of the dialogue, section by section, then in what is to
    be published of decisions and commitments. Nothing for a dialogue with one language."""
    session = minutes.session
    languages = list(session.dialogue.working_languages)
    rows: list[Any] = [
        *minutes.sections.all(),
        *session.decisions.filter(published_at=None),
        *session.commitments.filter(published_at=None),
    ]
    found = _compare_piece(None, minutes, languages)
    for row in rows:
        found += _compare_piece(row, row, languages)
    return found


def compare(texts: Mapping[str, str], *, where: Any = None) -> list[Finding]:
    """The findings for one piece, given its text in each language. Nothing for a piece that is empty in all."""
    written = {code: text for code, text in texts.items() if text.strip()}
    if not written:
        return []
    found = []
    if missing := [code for code in texts if code not in written]:
        found.append(Finding(Kind.MISSING, where, dict.fromkeys(missing, "")))
    for kind, count in ((Kind.HEADINGS, _headings), (Kind.ITEMS, _items)):
        counted = {code: count(text) for code, text in written.items()}
        if len(set(counted.values())) > 1:
            found.append(Finding(kind, where, counted))
    only = _only_here({code: numbers(text) for code, text in written.items()})
    if any(only.values()):
        found.append(Finding(Kind.NUMBERS, where, only))
    lengths = {code: len(text) / LENGTH[Language(code)] for code, text in written.items()}
    longest = max(lengths.values())
    if longest >= TOO_SHORT_TO_COMPARE and min(lengths.values()) < SHORTEST * longest:
        found.append(Finding(Kind.LENGTH, where, {code: len(text) for code, text in written.items()}))
    return found


def numbers(text: str) -> Counter[str]:
    """The numbers in a text, however the language groups their digits; not those of addresses and list marks."""
    text = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text))
    text = _ITEM.sub(" ", _HAN_MONTH.sub(" ", text))
    return Counter(_GROUPING.sub("", number).replace(",", ".") for number in _NUMBER.findall(text))


def _compare_piece(where: Any, piece: Any, languages: list[str]) -> list[Finding]:
    return compare({code: getattr(piece, column("text", code)) or "" for code in languages}, where=where)


def _headings(text: str) -> int:
    return len(_HEADING.findall(text))


def _items(text: str) -> int:
    return len(_ITEM.findall(text))


def _only_here(counted: Mapping[str, Counter[str]]) -> dict[str, list[str]]:
    """Of each language the numbers that another one lacks."""
    shared = None
    for numbers_of_one in counted.values():
        shared = numbers_of_one if shared is None else shared & numbers_of_one
    return {code: sorted((of_one - (shared or Counter())).elements()) for code, of_one in counted.items()}
