"""From the bytes of a chamber's CSV file to records."""

import csv
import io
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from partners import sheets
from partners.complaints import Problem
from partners.models import FirmImport
from resources.sheets import meant
from resources.unpacking import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, UNSTORABLE, decoded

_SEPARATOR = re.compile(r'"?sep=([,;|\t])"?\r?\n', re.IGNORECASE)  # Excel's own first line


@dataclass(frozen=True)
class Record:
    """One row: only what the file says, by column, without spaces around it."""

    row: int
    values: dict[str, str]

    def get(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass
class Unpacked:
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.records) + len(self.problems)


def unpack(content: bytes, kind: str) -> Unpacked:
    """Read a CSV file of at most 5 MB and 5,000 rows, in UTF-8 or UTF-16, with commas, semicolons or tabs.

    Raises ``ValidationError`` when it cannot be read: a wrong encoding, unknown columns, no rows.
    """
    if len(content) > MAX_BYTES:
        raise ValidationError(_("The file is larger than 5 MB. Divide it."), code="too_large")
    text = decoded(content)
    if first := _SEPARATOR.match(text):
        text = text[first.end() :]
    header = text.partition("\n")[0]
    delimiter = first[1] if first else max(",;\t", key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        found = _rows(lines, _header(next(lines, []), kind))
    except csv.Error as error:
        message = _("The file cannot be read as CSV near line %(row)d: a quotation mark is missing or a cell too long.")
        raise ValidationError(message % {"row": lines.line_num}, code="csv") from error
    if not found.rows:
        raise ValidationError(_("The file has no rows."), code="empty")
    return found


def _header(cells: list[str], kind: str) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise ValidationError(_("The file has too many columns."), code="columns")
    names = [re.sub(r"[\s.-]+", "_", cell.strip().lower()) for cell in cells]
    known = {*sheets.columns(kind), *sheets.ALSO[FirmImport.Kind(kind)]}
    if unknown := [name for name in names if name not in known]:
        shown = ", ".join(f"“{UNSTORABLE.sub('?', name[:40])}”" for name in unknown[:10])
        raise ValidationError(_("These columns are not known: %(names)s.") % {"names": shown}, code="columns")
    if len(set(names)) < len(names):
        raise ValidationError(_("Two columns have the same name."), code="columns")
    if not {"slug", "name", "title"} & set(names):
        needed = "name" if kind == FirmImport.Kind.MEMBERS else "title"
        message = _("The column “slug” or “%(name)s” is needed to know which one a row is about.")
        raise ValidationError(message % {"name": needed}, code="columns")
    return names


def _rows(lines: Iterable[list[str]], names: list[str]) -> Unpacked:
    found = Unpacked()
    for row, line in enumerate(lines, start=2):
        if not any(cell.strip() for cell in line):
            continue
        if found.rows >= MAX_ROWS:
            raise ValidationError(_("The file has more than 5,000 rows. Divide it."), code="too_many_rows")
        # Excel leaves empty cells at the end of a row away.
        values = {
            name: meant(cell).strip() for name, cell in itertools.zip_longest(names, line[: len(names)], fillvalue="")
        }
        wrong = [name for name, text in values.items() if UNSTORABLE.search(text)]
        if any(cell.strip() for cell in line[len(names) :]):
            found.problems.append(Problem(row, "", "more_cells"))
        elif wrong:
            found.problems.append(Problem(row, wrong[0], "unstorable", {"value": values[wrong[0]]}))
        else:
            found.records.append(Record(row, values))
    return found
