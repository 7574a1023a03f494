"""The session pack as a Word file: real headings, tables with repeated heads, the language of every text named."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import docx
from django.conf import settings
from django.utils.translation import gettext as _
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from dialogues.pack_blocks import Cell, Facts, Heading, Pack, Paragraphs, Remark, Said, Sides, Table
from dialogues.pack_text import Node, Run, tree

PINE, SOFT = RGBColor(0x0B, 0x5D, 0x4E), RGBColor(0x55, 0x62, 0x5F)
#: Centimetres between the margins of an A4 page.
LINE = 17.0
LATIN, HAN, MONO = "Calibri", "Microsoft JhengHei", "Consolas"
#: As Word names languages, for spelling and for screen readers.
TONGUES = {"en": "en-US", "zh-hant": "zh-TW", "es": "es-MX", "fr": "fr-CA"}


def draw(pack: Pack) -> bytes:
    """The pack as a DOCX file."""
    document = docx.Document()
    _lay_out(document, pack)
    _line(document.add_paragraph(), pack.kicker, colour=SOFT)
    _line(document.add_heading(level=1), pack.title)
    document.add_paragraph(pack.subtitle)
    _line(document.add_paragraph(), Said(f"{pack.for_whom} {pack.as_of}"), colour=SOFT, size=8.5)
    for section in pack.sections:
        document.add_heading(section.title, level=2)
        for block in section.blocks:
            _DRAWERS[type(block)](document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _lay_out(document: Any, pack: Pack) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)
    sizes = {"Normal": 10, "Heading 1": 20, "Heading 2": 14, "Heading 3": 11, "List Bullet": 10}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind, font in (("eastAsia", HAN), ("ascii", LATIN), ("hAnsi", LATIN)):
            fonts.set(qn(f"w:{kind}"), font)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        if name.startswith("Heading"):
            style.font.color.rgb = PINE
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    _set_language(document.styles["Normal"].element.get_or_add_rPr(), pack.language)
    properties = document.core_properties
    properties.title, properties.author = pack.title.text, settings.SITE_NAME
    properties.language, properties.comments = TONGUES[pack.language], pack.for_whom
    properties.created = properties.modified = pack.made_at.replace(tzinfo=None)
    foot = page.footer.paragraphs[0]
    _line(foot, Said(f"{pack.title.text} · {pack.as_of} · {_('Page')} "), colour=SOFT, size=8)
    _field(foot, "PAGE")


def _draw_paragraphs(document: Any, block: Paragraphs) -> None:
    for line in block.lines:
        _line(document.add_paragraph(), line)


def _draw_remark(document: Any, block: Remark) -> None:
    _line(document.add_paragraph(), block.line, colour=SOFT, size=9)


def _draw_heading(document: Any, block: Heading) -> None:
    _line(document.add_heading(level=3), block.line)


def _draw_facts(document: Any, block: Facts) -> None:
    """A line each, the label before it: a list of facts is no table."""
    for label, lines in block.pairs:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(4.5)
        paragraph.paragraph_format.first_line_indent = Cm(-4.5)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(4.5))
        paragraph.paragraph_format.space_after = Pt(2)
        _line(paragraph, Said(f"{label}\t"), colour=SOFT)
        for number, line in enumerate(lines):
            if number:
                paragraph.add_run().add_break()
            _line(paragraph, line)


def _draw_table(document: Any, block: Table) -> None:
    table = document.add_table(rows=1, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.LEFT, False
    _hairlines(table)
    _repeat(table.rows[0])
    for at, word in zip(table.rows[0].cells, block.head, strict=True):
        run = at.paragraphs[0].add_run(word)
        run.bold, run.font.size = True, Pt(9)
    for cells in block.rows:
        row = table.add_row()
        _keep_together(row)
        for at, lines in zip(row.cells, cells, strict=True):
            _fill(at, lines)
    share = LINE / sum(block.widths)
    for row in table.rows:
        for number, (at, width) in enumerate(zip(row.cells, block.widths, strict=True)):
            at.width = Cm(share * width)
            for paragraph in at.paragraphs:
                paragraph.paragraph_format.space_after = Pt(1)
                if number in block.numbers:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _fill(at: Any, lines: Cell) -> None:
    for number, line in enumerate(lines):
        paragraph = at.add_paragraph() if number else at.paragraphs[0]
        is_beside = number and not line.link
        _line(paragraph, line, colour=SOFT if is_beside else None, size=9 if is_beside else None)


def _draw_sides(document: Any, block: Sides) -> None:
    if len(block.sides) != 2:  # noqa: PLR2004 -- two stand beside each other, more would be too narrow
        for side in block.sides:
            if len(block.sides) > 1:
                _line(document.add_paragraph(), Said(side.label), colour=SOFT, size=9)
            _prose(document, side.text, side.language, block.empty)
        return
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    _rule_between(table)
    for at, side in zip(table.rows[0].cells, block.sides, strict=True):
        at.width = Cm(LINE / 2)
        _line(at.paragraphs[0], Said(side.label), colour=SOFT, size=9)
        _prose(at, side.text, side.language, block.empty)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


_DRAWERS: dict[type, Callable[[Any, Any], None]] = {
    Paragraphs: _draw_paragraphs,
    Remark: _draw_remark,
    Heading: _draw_heading,
    Facts: _draw_facts,
    Table: _draw_table,
    Sides: _draw_sides,
}


def _prose(place: Any, text: str, language: str, empty: str) -> None:
    nodes = tree(text)
    if not nodes:
        _line(place.add_paragraph(), Said(empty), colour=SOFT)
    _nodes(place, nodes, language, indent=0.0)


def _nodes(place: Any, nodes: Sequence[Node], language: str, *, indent: float) -> None:
    """``place`` is the document or a cell of a table; ``indent`` in centimetres."""
    for node in nodes:
        if node["t"] == "list":
            _list(place, node, language, indent=indent)
        elif node["t"] == "quote":
            _nodes(place, node["nodes"], language, indent=indent + 0.8)
        elif node["t"] == "table":
            _plain_table(place, node, language)
        else:
            paragraph = place.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(indent)
            _one(paragraph, node, language)


def _one(paragraph: Any, node: Node, language: str) -> None:
    if node["t"] == "rule":
        paragraph.add_run("— — —").font.color.rgb = SOFT
    elif node["t"] == "code":
        _run(paragraph, {"text": node["text"], "code": True}, language)
    else:
        for run in node["runs"]:
            _run(paragraph, run | ({"strong": True} if node["t"] == "h" else {}), language)


def _list(place: Any, node: Node, language: str, *, indent: float) -> None:
    """Bullets are Word's own; numbers are written out, because Word would count on from list to list."""
    for number, item in enumerate(node["items"], start=node["start"]):
        first, rest = (item[0], item[1:]) if item and item[0]["t"] in {"p", "h"} else ({"t": "p", "runs": []}, item)
        paragraph = place.add_paragraph(style=None if node["ordered"] else "List Bullet")
        paragraph.paragraph_format.left_indent = Cm(indent + 0.8)
        paragraph.paragraph_format.first_line_indent = Cm(-0.6)
        if node["ordered"]:
            _run(paragraph, {"text": f"{number}. "}, language)
        _one(paragraph, first, language)
        _nodes(place, rest, language, indent=indent + 0.8)


def _plain_table(place: Any, node: Node, language: str) -> None:
    columns = max(len(row) for row in node["rows"])
    table = place.add_table(len(node["rows"]), columns)
    _hairlines(table)
    _repeat(table.rows[0])
    for row, runs in zip(table.rows, node["rows"], strict=True):
        for at, cell in zip(row.cells, runs, strict=False):
            for run in cell:
                _run(at.paragraphs[0], run | ({"strong": True} if runs is node["rows"][0] else {}), language)
    place.add_paragraph()


def _line(paragraph: Any, line: Said, *, colour: RGBColor | None = None, size: float | None = None) -> None:
    run = _linked(paragraph, line.link, line.text) if line.link else paragraph.add_run(line.text)
    if colour is not None and not line.link:
        run.font.color.rgb = colour
    if size is not None:
        run.font.size = Pt(size)
    if line.language:
        _set_language(run._r.get_or_add_rPr(), line.language)  # noqa: SLF001 -- no other way to it


def _run(paragraph: Any, run: Run, language: str) -> None:
    if run["text"] == "\n":
        paragraph.add_run().add_break()
        return
    made = _linked(paragraph, run["link"], run["text"]) if "link" in run else paragraph.add_run(run["text"])
    made.bold, made.italic = run.get("strong"), run.get("em")
    made.font.strike = run.get("strike")
    if "code" in run:
        made.font.name = MONO
    _set_language(made._r.get_or_add_rPr(), language)  # noqa: SLF001


def _linked(paragraph: Any, address: str, text: str) -> Any:
    """A run that leads to an address, in the colour of links."""
    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run = paragraph.add_run(text)
    run.font.color.rgb, run.font.underline = PINE, True
    link.append(run._r)  # noqa: SLF001
    paragraph._p.append(link)  # noqa: SLF001
    return run


def _set_language(properties: Any, language: str) -> None:
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    tag = OxmlElement("w:lang")
    name = TONGUES[language]
    tag.set(qn("w:eastAsia" if language == "zh-hant" else "w:val"), name)
    properties.append(tag)


def _field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)  # noqa: SLF001


def _repeat(row: Any) -> None:
    """The head of a table stands again on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001


def _keep_together(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _hairlines(table: Any) -> None:
    _borders(table, "bottom", "insideH")


def _rule_between(table: Any) -> None:
    """Columns of equal weight, with a thin rule between."""
    _borders(table, "insideV")


def _borders(table: Any, *ruled: str) -> None:
    """Thin rules on these sides (Word's names), none on the others."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "single" if side in ruled else "nil")
        if side in ruled:
            line.set(qn("w:sz"), "4")
            line.set(qn("w:color"), "CFCCC2")
        borders.append(line)
    properties = table._tbl.tblPr  # noqa: SLF001
    # Word insists on the order of its schema (ECMA-376, 17.4.59).
    after = [properties.find(qn(f"w:{name}")) for name in ("shd", "tblLayout", "tblCellMar", "tblLook")]
    following = next((tag for tag in after if tag is not None), None)
    properties.append(borders) if following is None else following.addprevious(borders)
