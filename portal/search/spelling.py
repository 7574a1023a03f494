"""Which known word was meant by a misspelt one: a letter left out, put in, changed, or two exchanged.

Two words that are one such step apart have a word in common when a letter is left out of either (SymSpell's
idea), so one dictionary of shortened words answers without comparing. Chinese names of three to eight
characters are treated as one word: 報官單 is one character away from 報關單.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.search.wording import TYPED_WORDS, is_han, tokens

_MIN_LATIN, _MIN_HAN, _MAX_HAN, _MAX_LATIN = 4, 3, 8, 24


@dataclass(frozen=True, slots=True)
class Spelled:
    """A label as it is written and folded, with its languages and its concept."""

    text: str
    folded: str
    languages: tuple[str, ...]
    slug: str


@dataclass(frozen=True, slots=True)
class Word:
    """A known word, written as most labels write it; ``slug`` is the concept of the shortest of them."""

    text: str
    folded: str
    languages: frozenset[str]
    slug: str
    count: int


class Spelling:
    """The words of the labels, and those of which a letter was left out."""

    def __init__(self, labels: Iterable[Spelled]) -> None:
        self._words: dict[str, Word] = {}
        # The words under each shortened one, one on a line: most have one word, and there are many.
        self._shortened: dict[str, str] = {}
        written: dict[str, list[tuple[str, Spelled]]] = {}
        for label in labels:
            for folded, text in _parts(label):
                written.setdefault(folded, []).append((text, label))
        for folded, places in written.items():
            shortest = min((label for _text, label in places), key=lambda label: (len(label.folded), label.slug))
            languages = frozenset(language for _text, label in places for language in label.languages)
            usual = Counter(text for text, _label in places).most_common(1)[0][0]
            self._words[folded] = Word(usual, folded, languages, shortest.slug, len(places))
            for shorter in {folded, *_without_one(folded)}:
                others = self._shortened.get(shorter)
                self._shortened[shorter] = f"{others}\n{folded}" if others else folded

    def knows(self, folded: str) -> bool:
        return folded in self._words

    def near(self, folded: str, language: str | None = None) -> list[Word]:
        """The known words one step away, those in most labels first; none for a known or a short word."""
        if self.knows(folded) or not _can_be_wrong(folded):
            return []
        shortened = (self._shortened.get(shorter, "") for shorter in (folded, *_without_one(folded)))
        candidates = {word for words in shortened for word in words.split("\n") if word}
        found = [self._words[word] for word in candidates if is_one_step(folded, word)]
        if language is not None:
            found = [word for word in found if language in word.languages]
        # The first letter is the one that people get right.
        return sorted(found, key=lambda word: (word.folded[0] != folded[0], -word.count, word.folded))


def is_one_step(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbours exchanged, turn ``one`` into ``other``."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or (
        one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    )


def _parts(label: Spelled) -> Iterator[tuple[str, str]]:
    """The words of a label worth correcting others by: folded, and as written."""
    if is_han(label.folded):
        if _MIN_HAN <= len(label.folded) <= _MAX_HAN:
            yield label.folded, label.text
        return
    parts, written = tokens(label.folded), TYPED_WORDS.findall(label.text)
    if len(written) != len(parts):
        written = [token.text for token in parts]
    for text, token in zip(written, parts, strict=True):
        if _can_be_wrong(token.text) and not token.is_joining:
            yield token.text, text if text.isupper() else text.lower()


def _can_be_wrong(folded: str) -> bool:
    if is_han(folded):
        return _MIN_HAN <= len(folded) <= _MAX_HAN
    return _MIN_LATIN <= len(folded) <= _MAX_LATIN and folded.isalpha()


def _without_one(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
