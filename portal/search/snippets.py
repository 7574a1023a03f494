"""Showing where the words of a search stand in a text: marked, and of a long text the place that has most of them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.search.text import fold
from portal.search.wording import Token, is_han, tokens

_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|^\s*(?:#+|[-*+>]|\d+\.)\s+|[*_`#|~]+", re.MULTILINE)
_SPACE = re.compile(r"\s+")

Span = tuple[int, int]


#: What to mark: runs of stems and Han characters that stand together, by their first.
Marks = Mapping[str, Sequence[tuple[str, ...]]]


def marks(words: str, terms: Iterable[str] = ()) -> Marks:
    """What is recognized in a text of ``words``, as typed: each of them, and each pair of Han characters.

    ``terms`` say the same otherwise; of them only the whole counts, or "tariff rates" would mark every rate.
    """
    runs: set[tuple[str, ...]] = set()
    typed = _said(words)
    for place, token in enumerate(typed):
        following = typed[place + 1 : place + 2]
        if not is_han(token.text):
            runs.add((token.stem,))
        elif following and is_han(following[0].text):
            runs.add((token.stem, following[0].stem))
        elif place == 0 or not is_han(typed[place - 1].text):
            runs.add((token.stem,))
    for term in terms:
        run = tuple(token.stem for token in _said(term))
        if len(run) > 1 or (run and not is_han(run[0])):
            runs.add(run)
    found: dict[str, list[tuple[str, ...]]] = {}
    for run in sorted(runs, key=len, reverse=True):
        found.setdefault(run[0], []).append(run)
    return found


def _said(text: str) -> list[Token]:
    return [token for token in tokens(fold(text)) if not token.is_joining]


def marked(text: str, sought: Marks) -> SafeString:
    """The whole of ``text``, escaped, with what was sought in ``<mark>``."""
    return _with_marks(text, _spans(text, sought))


def excerpt(text: str, sought: Marks, *, length: int) -> SafeString:
    """About ``length`` characters of ``text`` around the place where most stands that was sought; "" if nowhere.

    A Han character counts as two. Markdown signs are left out.
    """
    plain = _SPACE.sub(" ", _MARKDOWN.sub(lambda found: found[1] or " ", text)).strip()
    spans = _spans(plain, sought)
    if not spans:
        return mark_safe("")
    start, end = _window(plain, spans, length)
    shown = [
        (max(first, start) - start, min(last, end) - start) for first, last in spans if first < end and last > start
    ]
    before, after = "… " if start else "", " …" if end < len(plain) else ""
    return format_html("{}{}{}", before, _with_marks(plain[start:end], shown), after)


def _with_marks(text: str, spans: list[Span]) -> SafeString:
    if not spans:
        return escape(text)
    pieces, place = [], 0
    for start, end in spans:
        pieces.append((text[place:start], text[start:end]))
        place = end
    return format_html_join("", "{}<mark>{}</mark>", pieces) + escape(text[place:])


def _spans(text: str, sought: Marks) -> list[Span]:
    """Where in ``text`` something sought stands, in order and without overlap."""
    if not sought:
        return []
    folded, places = _folded(text)
    row = [token for token in tokens(folded) if not token.is_joining]
    stems = [token.stem for token in row]
    found: list[Span] = []
    for place, stem in enumerate(stems):
        for run in sought.get(stem, ()):
            if tuple(stems[place : place + len(run)]) == run:
                found.append((row[place].start, row[place + len(run) - 1].end))
                break  # the longest comes first
    joined: list[Span] = []
    for start, end in ((places[first], max(places[last], places[first] + 1)) for first, last in found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


_folded_characters: dict[str, str] = {}
_MAX_KEPT = 20_000


def _folded(text: str) -> tuple[str, list[int]]:
    """``text`` folded as for the search, and for each folded character its place in ``text``.

    One place more at the end, and a combining mark belongs to the letter before it.
    """
    if len(_folded_characters) > _MAX_KEPT:
        _folded_characters.clear()
    without = {place for match in _INITIALS.finditer(text) for place in range(*match.span()) if text[place] == "."}
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        folded = _folded_characters.get(character)
        if folded is None:
            folded = _folded_characters[character] = fold(character)
        if place not in without and folded:
            pieces.append(folded)
            places += [place] * len(folded)
    return "".join(pieces), [*places, len(text)]


def _window(text: str, spans: list[Span], length: int) -> Span:
    """The stretch with most of the spans, a little before its first, cut between words where there are any."""
    width = length // 2 if is_han(text[spans[0][0]]) else length

    def weight(first: int) -> int:
        return len({text[start:end].casefold() for start, end in spans if first <= start and end <= first + width})

    best = max((start for start, _end in spans), key=lambda first: (weight(first), -first))
    start = max(0, min(best - width // 4, len(text) - width))
    end = min(len(text), start + width)
    if start and (space := text.find(" ", start, best)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", max(start, best + 1), end)) > start + width // 2:
        end = space
    return start, end
