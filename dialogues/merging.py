"""Bringing two writers' changes to one text together, where they do not touch the same lines."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

#: Comparing lines costs up to the product of their numbers: beyond it frequent lines are no landmarks.
MOST = 1_000_000


@dataclass(frozen=True)
class _Change:
    """Lines ``begins`` to ``ends`` of the base became ``lines``."""

    begins: int
    ends: int
    lines: tuple[str, ...]


def merge(base: str, mine: str, theirs: str) -> str | None:
    """``base`` with what both writers changed; None where they changed the same lines in different ways.

    Nothing that either added is missing from the result, and nothing that either took out is in it. Two different
    lines put in at the same place are for people to order: None.
    """
    if mine in (theirs, base):
        return theirs
    if theirs == base:
        return mine
    lines = base.split("\n")
    changes = sorted(
        {*_changes(lines, mine.split("\n")), *_changes(lines, theirs.split("\n"))},
        key=lambda change: (change.begins, change.ends),
    )
    if any(_collide(one, other) for one, other in pairwise(changes)):
        return None
    merged: list[str] = []
    at = 0
    for change in changes:
        merged += [*lines[at : change.begins], *change.lines]
        at = change.ends
    return "\n".join([*merged, *lines[at:]])


def _changes(base: list[str], text: list[str]) -> list[_Change]:
    matcher = SequenceMatcher(None, base, text, autojunk=len(base) * len(text) > MOST)
    return [
        _Change(begins, ends, tuple(text[first:last]))
        for kind, begins, ends, first, last in matcher.get_opcodes()
        if kind != "equal"
    ]


def _collide(one: _Change, other: _Change) -> bool:
    """Whether two changes of different writers, in order, are about the same lines or the same gap."""
    return other.begins < one.ends or (one.begins, one.ends) == (other.begins, other.ends)
