"""Loading data files: all of a run or nothing, every problem named, nothing written that is already so.

An app's ``importing.py`` has ``load(data_dir, problems, report)``: it reads :func:`rows`, checks them with
:class:`Problems`, writes them with :func:`upsert` and counts them in the :class:`Report`. :func:`run` puts
such loads into one transaction. What is no longer in the files is left alone: other rows may hang on it.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import translation
from rich.console import Console
from rich.progress import track

from portal import pagecache
from portal.languages import Language, column

Item = TypeVar("Item")
Model = TypeVar("Model", bound=models.Model)

CREATED, CHANGED, UNCHANGED, BROKEN = "created", "changed", "unchanged", "broken"
_LOCK = 0x534D45  # any number, the same for every load


class BrokenData(Exception):  # noqa: N818 -- it is not the program that erred
    """Data that cannot be loaded; ``lines`` has one sentence per problem."""

    def __init__(self, lines: Sequence[str]):
        super().__init__("\n".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True)
class Row:
    """One record of a file. ``number`` counts from 1: the line in ``.jsonl``, the place in a list."""

    file: str
    number: int
    data: dict[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.data[field]

    def get(self, field: str, default: Any = None) -> Any:
        return self.data.get(field, default)

    @property
    def key(self) -> Any:
        """What other rows refer to this one by."""
        return self.data.get("slug", self.data.get("iso2")) if isinstance(self.data, dict) else None


class Problems:
    """What is wrong with the data, collected so that one run tells everything."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._broken: list[Any] = []

    def add(self, row: Row, field: str, message: str) -> None:
        where = f"{row.file}, row {row.number}"
        self.lines.append(f"{where}, field {field}: {message}" if field else f"{where}: {message}")
        self._broken.append(row.key)

    def add_errors(self, row: Row, error: ValidationError, names: Mapping[str, str] | None = None) -> None:
        """Add a model's complaints. ``names`` says what a model's field is called in the file."""
        for field, messages in error.message_dict.items():
            for message in messages:
                self.add(row, _name_in_file(field, names or {}), message)

    def check(self, row: Row, **fields: type | tuple[type, ...]) -> bool:
        """Whether ``row`` has these fields with values of these types; what may be absent allows ``NoneType``."""
        before = len(self.lines)
        for field, kinds in fields.items():
            value = row.get(field)
            if not isinstance(value, kinds):
                self.add(row, field, "missing" if value is None else f"{value!r} is not what is expected here")
        return len(self.lines) == before

    def look_up(self, row: Row, field: str, known: Mapping[str, Item | None]) -> list[Item]:
        """The objects that ``row[field]``, a key or a list of keys, refers to.

        A key whose own row has been complained about, or that ``known`` maps to None, is passed over:
        it is one problem, not two.
        """
        keys = row.get(field) or []
        found = []
        for key in [keys] if isinstance(keys, str) else keys:
            if isinstance(key, str) and key in known:
                item = known[key]
                found += [] if item is None else [item]
            elif key not in self._broken:
                self.add(row, field, f"{key!r} is unknown")
        return found

    def texts(self, row: Row, field: str, to: str | None = None) -> dict[str, str | None]:
        """The columns of a translated field from ``{"en": …, "es": …}``; ``to`` is the model's name for it.

        Languages that are not given come back as None, so that a text that was withdrawn goes away.
        """
        given = row.get(field) or {}
        if not isinstance(given, dict):
            self.add(row, field, "texts by language are expected here")
            given = {}
        for code, text in given.items():
            if code not in Language.values:
                self.add(row, f"{field}.{code}", "not one of the portal's languages")
            elif not isinstance(text, str):
                self.add(row, f"{field}.{code}", "a text is expected here")
        return {column(to or field, code): given.get(code) or None for code in Language.values}

    def raise_if_any(self) -> None:
        if self.lines:
            raise BrokenData(self.lines)


class Report:
    """How many rows of each kind were created, changed, or found as they should be."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}

    def count(self, what: type[models.Model] | str, outcome: str) -> None:
        name = what if isinstance(what, str) else str(what._meta.verbose_name_plural)
        self.counts.setdefault(name, Counter())[outcome] += 1

    @property
    def writes(self) -> int:
        """Rows created or changed: 0 when everything was loaded before."""
        return sum(counts[CREATED] + counts[CHANGED] for counts in self.counts.values())

    def lines(self) -> Iterator[str]:
        """The report as a table for a terminal."""
        width = max(map(len, self.counts), default=0) + 2
        outcomes = (CREATED, CHANGED, UNCHANGED)
        yield " " * width + "".join(f"{outcome:>11}" for outcome in outcomes)
        for name, counts in self.counts.items():
            yield f"{name:<{width}}" + "".join(f"{counts[outcome]:>11}" for outcome in outcomes)


def rows(path: Path, key: str | None = None, *, problems: Problems | None = None, unique: str = "") -> list[Row]:
    """Read a ``.jsonl`` file, a ``.json`` list, or the list under ``key`` of a ``.json`` object.

    ``unique`` names a field whose values must differ. Rows that are no object, repeat a unique value or
    hold characters that PostgreSQL cannot store are left out and told to ``problems``; without it they
    raise. A file that cannot be read as JSON raises :class:`BrokenData` with the line.
    """
    found = Problems() if problems is None else problems
    records = _lines(path) if path.suffix == ".jsonl" else enumerate(_list(path, key), start=1)
    kept: list[Row] = []
    seen: dict[str, int] = {}
    for number, data in records:
        row = Row(path.name, number, data)
        value = data.get(unique) if isinstance(data, dict) else None
        if not isinstance(data, dict):
            found.add(row, "", "an object is expected here")
        elif unstorable := [text for text in _strings(data) if "\0" in text or not _is_unicode(text)]:
            found.add(row, "", f"{unstorable[0]!r} has characters that cannot be stored")
        elif isinstance(value, str) and value in seen:
            found.add(row, unique, f"{value!r} is in row {seen[value]} already")
        else:
            kept.append(row)
            if isinstance(value, str):
                seen[value] = number
    if problems is None:
        found.raise_if_any()
    return kept


def upsert(
    model: type[Model],
    *,
    by: Mapping[str, Any],
    values: Mapping[str, Any],
    many: Mapping[str, Iterable[models.Model]] | None = None,
    if_new: Mapping[str, Any] | None = None,
    row: Row | None = None,
    problems: Problems | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[Model, str]:
    """Make the row found ``by`` these fields hold ``values``; return it with what had to be done.

    ``"created"``, ``"changed"`` (only the differing columns are written) or ``"unchanged"`` (nothing is).
    ``many`` are many-to-many relations; ``if_new`` is written at creation only. Values are validated
    before they are written: with ``row`` and ``problems`` the errors are collected there and the outcome
    is ``"broken"``, with an object that was not written; otherwise ``ValidationError`` is raised.
    Search columns are expressions and always differ: write them with ``.update()`` unless ``"unchanged"``.
    """
    obj = model._default_manager.filter(**by).first()
    is_new = obj is None
    if obj is None:
        obj = model(**by, **values, **(if_new or {}))
        differing = []
    else:
        differing = [field for field, value in values.items() if _set(obj, field, value)]
    if (is_new or differing) and not validate_all(obj, row=row, problems=problems, names=names):
        return obj, BROKEN
    if is_new or differing:
        _write(obj, differing, is_new=is_new)
    related = [relate(obj, name, others) for name, others in (many or {}).items()]
    if not (is_new or differing or any(related)):
        return obj, UNCHANGED
    pagecache.changed()
    return obj, CREATED if is_new else CHANGED


def validate_all(
    obj: models.Model,
    *,
    row: Row | None = None,
    problems: Problems | None = None,
    names: Mapping[str, str] | None = None,
) -> bool:
    """Check ``obj`` by its fields and constraints; complaints go to ``problems`` or are raised."""
    try:
        with translation.override("en"):
            obj.full_clean()
    except ValidationError as error:
        if row is None or problems is None:
            raise
        problems.add_errors(row, error, names)
        return False
    return True


def relate(obj: models.Model, name: str, others: Iterable[models.Model]) -> bool:
    """Make the many-to-many relation ``name`` hold exactly ``others``; whether that changed anything."""
    manager = getattr(obj, name)
    wanted = {other.pk for other in others}
    if set(manager.values_list("pk", flat=True).order_by()) == wanted:
        return False
    manager.set(wanted)
    return True


def known(model: type[Model], key: str = "slug") -> dict[str, Model]:
    """All rows of ``model`` by ``key``, for :meth:`Problems.look_up`."""
    return {getattr(obj, key): obj for obj in model._default_manager.all()}


def progress(title: str, items: Iterable[Item], total: int | None = None) -> Iterable[Item]:
    """Go through ``items`` with a progress bar on a terminal, silently elsewhere.

    ``total`` says how many there are when they come one by one.
    """
    if not sys.stderr.isatty():
        return items
    return track(items, title, total=total, console=Console(stderr=True))


@contextmanager
def one_load_at_a_time() -> Iterator[None]:
    """A transaction that waits for any other load to end: two at once would both create the same rows."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


Load = Callable[[Path, Problems, Report], None]


def run(loads: Iterable[Load], data_dir: Path) -> Report:
    """Do all ``loads`` in one transaction. Raises :class:`BrokenData`, with nothing written, if any row is broken."""
    report, problems = Report(), Problems()
    with one_load_at_a_time():
        for load in loads:
            try:
                load(data_dir, problems, report)
            except BrokenData as error:
                raise BrokenData([*problems.lines, *error.lines]) from error
        problems.raise_if_any()
    return report


def _set(obj: models.Model, field: str, value: Any) -> bool:
    """Set one field; whether its value differs now. ``"2020-07-01"`` does not differ from that day."""
    target = cast(models.Field, obj._meta.get_field(field))
    attribute = target.attname
    if isinstance(value, models.Model):
        value = value.pk
    try:
        value = target.to_python(value)
    except ValidationError:
        setattr(obj, attribute, value)  # for full_clean to complain about
        return True
    if getattr(obj, attribute) == value:
        return False
    setattr(obj, attribute, value)
    return True


def _write(obj: models.Model, differing: Sequence[str], *, is_new: bool) -> None:
    # In English, because the column without a language follows the active one.
    with translation.override("en"):
        if is_new:
            obj.save(force_insert=True)
            return
        plain = {field.name for field in obj._meta.concrete_fields}
        plain &= {field.removesuffix("_en") for field in differing if field.endswith("_en") and getattr(obj, field)}
        obj.save(update_fields=[*differing, *plain])


def _name_in_file(field: str, names: Mapping[str, str]) -> str:
    if field == "__all__":
        return ""
    for code in Language.values:
        base = field.removesuffix(column("", code))
        if base != field and base in names:
            return f"{names[base]}.{code}"
    return names.get(field, field)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BrokenData([f"{path.name}: there is no such file in {path.parent}"]) from error
    except UnicodeDecodeError as error:
        raise BrokenData([f"{path.name}: not UTF-8 at byte {error.start}"]) from error


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    broken = []
    # Not splitlines(): a line separator inside a text is no end of a line.
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except json.JSONDecodeError as error:
            broken.append(f"{path.name}, row {number}: not JSON ({error.msg} at character {error.colno})")
    if broken:
        raise BrokenData(broken)


def _list(path: Path, key: str | None) -> list[Any]:
    try:
        data = json.loads(_read(path))
    except json.JSONDecodeError as error:
        raise BrokenData([f"{path.name}, line {error.lineno}: not JSON ({error.msg})"]) from error
    if key is not None:
        data = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, list):
        raise BrokenData([f"{path.name}: a list is expected" + (f" under {key!r}" if key else "")])
    return data


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _is_unicode(text: str) -> bool:
    """False for half a surrogate pair, which JSON can write and UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
