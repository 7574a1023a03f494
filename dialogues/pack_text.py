"""Markdown as a tree of plain words, for papers that are no web page. As strict as the pages: no HTML, no pictures."""

import re
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

#: Characters; as much as a page renders (portal.templatetags.ui).
LIMIT = 60_000
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_ADDRESS = re.compile(r"(?i)(https?://|mailto:)\S+")
_MARKS = {"strong": "strong", "em": "em", "s": "strike"}
#: What XML 1.0 and the makers of documents do not take.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

#: A piece of a line: ``text`` with ``strong``, ``em``, ``strike``, ``code`` (true when so) and ``link`` (an address).
Run = dict[str, Any]
#: A block: ``t`` is p, h, list, quote, code, rule or table; see :func:`tree`.
Node = dict[str, Any]


def printable(text: Any) -> str:
    """The text without characters that no document can hold."""
    return _UNPRINTABLE.sub("", str(text))


def tree(text: str) -> list[Node]:
    """The blocks of a Markdown text.

    By their ``t``: p (``runs``), h (``level`` 1–6, ``runs``), list (``ordered``, ``start``, ``items``: a list of nodes
    each), quote (``nodes``), code (``text``), rule, table (``rows`` of cells, each a list of runs; the headings first).
    A line break is the run ``{"text": "\\n"}``.
    """
    return _blocks(SyntaxTreeNode(_markdown.parse(printable(text)[:LIMIT])))


def _blocks(parent: SyntaxTreeNode) -> list[Node]:
    return [node for child in parent.children for node in [_block(child)] if node]


def _block(node: SyntaxTreeNode) -> Node | None:
    maker = _MAKERS.get(node.type)
    return maker(node) if maker else None


def _line(node: SyntaxTreeNode) -> Node:
    runs = _runs(node.children[0]) if node.children else []
    return {"t": "h", "level": int(node.tag[1]), "runs": runs} if node.type == "heading" else {"t": "p", "runs": runs}


def _list(node: SyntaxTreeNode) -> Node:
    items = [_blocks(item) for item in node.children]
    start = int(node.attrs.get("start", 1))
    return {"t": "list", "ordered": node.type == "ordered_list", "start": start, "items": items}


def _code(node: SyntaxTreeNode) -> Node:
    return {"t": "code", "text": node.content.rstrip("\n")}


def _table(node: SyntaxTreeNode) -> Node:
    rows = [row for part in node.children for row in part.children]
    return {"t": "table", "rows": [[_runs(cell.children[0]) for cell in row.children] for row in rows]}


_MAKERS: dict[str, Callable[[SyntaxTreeNode], Node]] = {
    "paragraph": _line,
    "heading": _line,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": lambda node: {"t": "quote", "nodes": _blocks(node)},
    "fence": _code,
    "code_block": _code,
    "hr": lambda node: {"t": "rule"},
    "table": _table,
}


def _runs(inline: SyntaxTreeNode) -> list[Run]:
    found: list[Run] = []
    for child in inline.children:
        _collect(child, {}, found)
    return found


def _collect(node: SyntaxTreeNode, style: Run, found: list[Run]) -> None:
    if node.type in {"softbreak", "hardbreak"}:
        found.append({"text": " " if node.type == "softbreak" else "\n"})
    elif node.type == "code_inline":
        found.append({"text": node.content, "code": True, **style})
    elif node.type == "image":  # its words stand for it
        found.append({"text": node.content, **style})
    elif node.type == "text":
        if node.content:
            found.append({"text": node.content, **style})
    else:
        if node.type == "link":
            address = str(node.attrs.get("href", ""))
            style = style | ({"link": address} if _ADDRESS.fullmatch(address) else {})
        elif node.type in _MARKS:
            style = style | {_MARKS[node.type]: True}
        for child in node.children:
            _collect(child, style, found)
