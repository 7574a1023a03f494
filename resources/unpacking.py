"""From the bytes of an uploaded file to records. What it is, its content says, not its name."""

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.languages import Language, column
from resources import sheets
from resources.models import TRANSLATED, ImportRun

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 200
#: Of a wrong value this much is repeated to the person who sent it.
MAX_REPEATED = 200

Format = ImportRun.Format
#: How files begin that are no text, and what to do with them.
_NOT_TEXT = {
    b"PK\x03\x04": gettext_lazy("This is a workbook or an archive, not a text. Save it as “CSV UTF-8” first."),
    b"\xd0\xcf\x11\xe0": gettext_lazy("This is an old Excel workbook, not a text. Save it as “CSV UTF-8” first."),
    b"%PDF": gettext_lazy("This is a PDF document. Use a CSV or JSON Lines file."),
    b"\x1f\x8b": gettext_lazy("This is a packed file. Unpack it first."),
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16's
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODES = re.compile(r"[|;,、，；\s]+")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in the words of the person who sent the file. ``row`` counts as spreadsheets and
    editors do: the header is row 1; in JSON Lines it is the line."""

    row: int
    field: str
    value: str
    message: str

    def __post_init__(self) -> None:
        # It is stored as JSON, where PostgreSQL knows no NUL and UTF-8 no half characters.
        for name in ("field", "value", "message"):
            object.__setattr__(self, name, UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", getattr(self, name)))
        if len(self.value) > MAX_REPEATED:
            object.__setattr__(self, "value", f"{self.value[:MAX_REPEATED]}…")


@dataclass(frozen=True)
class Record:
    """One resource of a file: only what the file says of it, by the names of :data:`resources.sheets.WRITTEN`."""

    row: int
    values: dict[str, str | list[str]]

    def shown(self, name: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else sheets.joined(value)


@dataclass
class Unpacked:
    """The records of a file and what is wrong with its rows as such."""

    format: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def unpack(content: bytes) -> Unpacked:
    """Read a CSV or JSON Lines file, at most :data:`MAX_BYTES` and :data:`MAX_ROWS`.

    Raises ``ValidationError`` when it cannot be read as either: a wrong encoding, unknown columns, no rows.
    """
    if len(content) > MAX_BYTES:
        raise _unreadable(_("The file is larger than 5 MB. Divide it."), "too_large")
    text = decoded(content)
    start = text.lstrip()[:1]
    if start == "[":
        raise _unreadable(_("This is one JSON list. Write one JSON object in each line."), "json_list")
    found = _from_json(text) if start == "{" else _from_csv(text)
    if not found.records and not found.problems:
        raise _unreadable(_("The file has no rows."), "empty")
    return found


def _unreadable(message: str, code: str) -> ValidationError:
    return ValidationError(message, code=code)


def decoded(content: bytes) -> str:
    """The text of an uploaded file. Raises ``ValidationError`` for what is none, is empty or not in Unicode."""
    for start, what_to_do in _NOT_TEXT.items():
        if content.startswith(start):
            raise _unreadable(str(what_to_do), "not_text")
    if not content.strip():
        raise _unreadable(_("The file is empty."), "empty")
    try:
        return content.decode(_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        message = _("The file is not in UTF-8 (the first wrong character is in line %(row)d). Save it as “CSV UTF-8”.")
        raise _unreadable(message % {"row": row}, "encoding") from error


def _encoding(content: bytes) -> str:
    for bom, name in _BOMS:
        if content.startswith(bom):
            return name
    # UTF-16 without its mark: every other byte of the Latin column names is 0.
    beginning = content[:200]
    if len(beginning) > 1 and not any(beginning[1::2]):
        return "utf-16-le"
    if len(beginning) > 1 and not any(beginning[::2]):
        return "utf-16-be"
    return "utf-8"


def _take(found: Unpacked, row: int, values: dict[str, str | list[str]]) -> None:
    """Keep a record unless the database could not store it."""
    for name, value in values.items():
        if UNSTORABLE.search(value if isinstance(value, str) else "".join(value)):
            shown = value if isinstance(value, str) else sheets.joined(value)
            found.problems.append(Problem(row, name, shown, _("This has characters that cannot be stored.")))
            return
    found.records.append(Record(row, values))


def _check_room(row: int) -> None:
    if row > MAX_ROWS:
        raise _unreadable(_("The file has more than 5,000 rows. Divide it."), "too_many_rows")


# --- CSV --------------------------------------------------------------------------------------------


def _from_csv(text: str) -> Unpacked:
    declared = re.match(r'"?sep=([,;|\t])"?\r?\n', text, re.IGNORECASE)  # Excel's own first line
    if declared:
        text = text[declared.end() :]
    first = text.partition("\n")[0]
    delimiter = declared[1] if declared else max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _rows(lines, _header(next(lines, [])))
    except csv.Error as error:
        message = _("The file cannot be read as CSV near line %(row)d: a quotation mark is missing or a cell too long.")
        raise _unreadable(message % {"row": lines.line_num}, "csv") from error


def _header(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise _unreadable(_("The file has too many columns."), "columns")
    names = [re.sub(r"[\s.-]+", "_", cell.strip().lower()) for cell in cells]
    names = [sheets.ALSO.get(name, name) for name in names]
    if unknown := [name for name in names if name not in {*sheets.WRITTEN, *sheets.LEFT_ASIDE}]:
        message = _("These columns are not known: %(names)s.")
        shown = ", ".join(f"“{UNSTORABLE.sub('?', name[:40])}”" for name in unknown[:10])
        raise _unreadable(message % {"names": shown}, "columns")
    if len(set(names)) < len(names):
        raise _unreadable(_("Two columns have the same name."), "columns")
    if "slug" not in names and not {"url", "agency"} <= set(names):
        message = _("The column “slug” is needed to know which resource is meant, or “url” and “agency”.")
        raise _unreadable(message, "columns")
    return names


def _rows(lines: Iterable[list[str]], names: list[str]) -> Unpacked:
    found = Unpacked(Format.CSV)
    count = 0
    for row, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        _check_room(count)
        if any(cell.strip() for cell in cells[len(names) :]):
            found.problems.append(Problem(row, "", "", _("This row has more cells than there are columns.")))
            continue
        # Excel leaves empty cells at the end of a row away.
        values: dict[str, str | list[str]] = {}
        for name, cell in itertools.zip_longest(names, cells[: len(names)], fillvalue=""):
            _put(values, name, sheets.meant(cell))
        _take(found, row, values)
    return found


def _put(values: dict[str, str | list[str]], name: str, text: str) -> None:
    text = text.strip()
    if name in sheets.LISTS:
        values[name] = _codes(name, [code for code in _CODES.split(text) if code])
    elif name in sheets.TEXTS or (name in sheets.PLAIN and text):
        values[name] = text


def _codes(name: str, codes: list[str]) -> list[str]:
    changed = [code.upper() if name == "economies" else code.lower() for code in codes]
    return list(dict.fromkeys(changed))


# --- JSON Lines -------------------------------------------------------------------------------------


def _from_json(text: str) -> Unpacked:
    found = Unpacked(Format.JSON_LINES)
    count = 0
    # Not splitlines(): a line separator inside a text is no end of a line.
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        count += 1
        _check_room(count)
        try:
            data = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError):
            found.problems.append(Problem(row, "", line.strip(), _("This line is not JSON.")))
            continue
        if not isinstance(data, dict):
            found.problems.append(Problem(row, "", line.strip(), _("A JSON object is expected in each line.")))
            continue
        values, wrong = _flat(row, data)
        found.problems += wrong
        if not wrong:
            _take(found, row, values)
    return found


def _no_number(name: str) -> None:
    raise ValueError(name)


def _flat(row: int, data: dict[str, Any]) -> tuple[dict[str, str | list[str]], list[Problem]]:
    values: dict[str, str | list[str]] = {}
    wrong: list[Problem] = []
    for key, value in data.items():
        name = sheets.ALSO.get(key, key)
        if name in sheets.LEFT_ASIDE:
            continue
        if name in TRANSLATED:
            wrong += _texts(row, name, value, values)
        elif name in sheets.LISTS:
            codes = [value] if isinstance(value, str) else value or []
            if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
                wrong.append(_odd(row, key, value, _("A list of codes is expected here.")))
            else:
                values[name] = _codes(name, [code.strip() for code in codes if code.strip()])
        elif name not in {*sheets.PLAIN, *sheets.TEXTS}:
            wrong.append(_odd(row, key, value, _("This field is not known.")))
        elif isinstance(value, str):
            _put(values, name, value)
        elif value is not None:
            wrong.append(_odd(row, key, value, _("A text is expected here.")))
    return values, wrong


def _texts(row: int, field: str, given: Any, values: dict[str, str | list[str]]) -> Iterator[Problem]:
    if given is None:
        return
    if not isinstance(given, dict):
        yield _odd(row, field, given, _("Texts by language are expected here, as in {“en”: “…”}."))
        return
    for code, text in given.items():
        if code not in Language.values:
            yield _odd(row, f"{field}.{code}", text, _("This is not one of the portal's languages."))
        elif text is not None and not isinstance(text, str):
            yield _odd(row, f"{field}.{code}", text, _("A text is expected here."))
        else:
            values[column(field, code)] = (text or "").strip()


def _odd(row: int, name: str, value: Any, message: str) -> Problem:
    # Not the whole of a list or an object: it may be as deep as the file is long.
    shown = "[…]" if isinstance(value, list) else "{…}" if isinstance(value, dict) else str(value)
    return Problem(row, name[:80], shown, message)
