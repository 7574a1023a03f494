"""What a session pack is made of: the same blocks for paper, for PDF and for the page that is printed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialogues.pack_text import printable
from portal.languages import column, current


@dataclass(frozen=True)
class Said:
    """A line of text. ``language`` is its code where it is not the reader's; ``link`` an address it leads to."""

    text: str
    language: str = ""
    link: str = ""


#: What stands in one cell of a table, line under line.
Cell = tuple[Said, ...]


def say(text: Any, link: str = "") -> Said:
    """Words of the portal, in the reader's language."""
    return Said(printable(text), "", link)


def cell(*lines: Any) -> Cell:
    """One line under the other; empty ones are left out."""
    return tuple(line if isinstance(line, Said) else say(line) for line in lines if line not in {"", None})


def said_by(obj: Any, name: str, prefix: str = "") -> Said:
    """A translated field in the reader's language, or in the first one that it is written in."""
    languages = (current(), "en", "es", "fr", "zh-hant")
    found = next((code for code in languages if getattr(obj, column(name, code))), current())
    text = getattr(obj, column(name, found)) or ""
    return Said(printable(prefix + text), "" if found == current() else found)


@dataclass(frozen=True)
class Paragraphs:
    lines: Sequence[Said]
    block: str = field(default="paragraphs", init=False)


@dataclass(frozen=True)
class Remark:
    """A quiet word on what stands around it."""

    line: Said
    block: str = field(default="remark", init=False)


@dataclass(frozen=True)
class Facts:
    """Labels with what stands for each."""

    pairs: Sequence[tuple[str, Cell]]
    block: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Table:
    """``widths`` are shares of the line, one a column; ``numbers`` the columns (from 0) that are set to the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    numbers: Sequence[int] = ()
    block: str = field(default="table", init=False)


@dataclass(frozen=True)
class Heading:
    """Inside a section."""

    line: Said
    block: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Side:
    """One language's text, in Markdown; ``label`` names the language. Empty when nobody wrote it."""

    label: str
    language: str
    text: str


@dataclass(frozen=True)
class Sides:
    """The same in several languages, beside each other or one after the other, none above the others."""

    sides: Sequence[Side]
    empty: str
    block: str = field(default="sides", init=False)


Block = Paragraphs | Remark | Facts | Table | Heading | Sides


@dataclass(frozen=True)
class Section:
    """``name`` is the same in every language, for links."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Pack:
    """``for_whom`` says whose eyes it is meant for; ``as_of`` when it was put together, in words with the zone."""

    language: str
    kicker: Said
    title: Said
    subtitle: str
    for_whom: str
    as_of: str
    made_at: datetime
    filename: str
    sections: Sequence[Section]
