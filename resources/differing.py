"""What differs between two texts, word by word; Han, which sets no spaces, sign by sign."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
#: A Han sign by itself, a run of letters and digits, a run of blanks, or any other sign.
_TOKENS = re.compile(
    r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|\w+?(?=[\u3400-\u9fff])|\w+|\s+|."
)
#: Comparing costs up to the product of the two lengths: beyond it a passage counts as replaced whole.
MOST = 4_000_000


@dataclass(frozen=True)
class Piece:
    """A run of text that both have (``same``), only the earlier (``removed``) or only the later one (``added``)."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Both texts as one sequence: without the added pieces it is the earlier text, without the removed the later.

    Lines are compared first, then the words of those that differ; a text of the greatest length takes well under a
    second, whatever stands in it.
    """
    found: list[Piece] = []
    for piece in _compared(before.splitlines(keepends=True), after.splitlines(keepends=True), _words):
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def earlier(found: list[Piece]) -> list[Piece]:
    """The earlier text, with what was removed from it marked."""
    return [piece for piece in found if piece.kind != ADDED]


def later(found: list[Piece]) -> list[Piece]:
    """The later text, with what was added to it marked."""
    return [piece for piece in found if piece.kind != REMOVED]


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(old) * len(new) > MOST:
        return iter(_replaced(before, after))
    return _compared(old, new, _replaced)


def _compared(old: list[str], new: list[str], within: Callable[[str, str], Iterable[Piece]]) -> Iterator[Piece]:
    # Frequent words are no landmarks in a long text: difflib leaves them out, which keeps it quick.
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) * len(new) > MOST // 100)
    for kind, i, j, k, m in matcher.get_opcodes():
        before, after = "".join(old[i:j]), "".join(new[k:m])
        if kind == "equal":
            yield Piece(SAME, after)
        else:
            yield from within(before, after)


def _replaced(before: str, after: str) -> list[Piece]:
    return [piece for piece in (Piece(REMOVED, before), Piece(ADDED, after)) if piece.text]
