"""Interface catalogues, extracted and compiled with Babel: no gettext package is needed anywhere."""

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

#: The interface is written in English; these three are translated.
TRANSLATED = ("zh_Hant", "es", "fr")
PACKAGES = ("portal", "resources", "dialogues", "partners")
# Dates in the files would make every update a change.
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
_CALLS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def catalogue_path(locale: str) -> Path:
    return settings.LOCALE_PATHS[0] / locale / "LC_MESSAGES" / "django.po"


def marked_messages() -> Catalog:
    """Every string marked for translation in our Python modules and templates, with where it stands."""
    catalogue = Catalog(fuzzy=False)
    for name, source in _sources():
        for line, message, comments, context in extract("python", source, _CALLS, ("Translators:",)):
            catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


def _sources() -> Iterator[tuple[str, io.BytesIO]]:
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(settings.BASE_DIR)), io.BytesIO(path.read_bytes())
    for path in sorted((settings.BASE_DIR / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            calls = templatize(path.read_text(encoding="utf-8"))
            # What remains beside the calls is blanked text; its indentation means nothing to Python.
            flat = "\n".join(line.lstrip() for line in calls.splitlines())
            yield str(path.relative_to(settings.BASE_DIR)), io.BytesIO(flat.encode())


def update_catalogues() -> dict[str, int]:
    """Bring the ``.po`` files up to date with the marked strings; return how many lack a translation, by locale."""
    marked = marked_messages()
    missing = {}
    for locale in TRANSLATED:
        path = catalogue_path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = (
            _read(path, locale)
            if path.exists()
            else Catalog(
                locale=locale,
                project="SME Dialogue portal",
                version="1",
                header_comment=f"# The interface of the SME Dialogue portal: {locale}.",
            )
        )
        catalogue.update(marked, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy = False
        catalogue.creation_date = catalogue.revision_date = _UNDATED
        with path.open("wb") as output:
            # Line numbers would change with every edit and drown what a reviewer wants to see.
            write_po(output, catalogue, width=100, sort_output=True, include_lineno=False, omit_header=False)
        missing[locale] = sum(1 for message in catalogue if message.id and not _is_translated(message))
    return missing


def untranslated() -> dict[str, list[str]]:
    """The marked strings that a catalogue lacks or leaves without a translation, by locale."""
    marked = [(message.id, message.context) for message in marked_messages() if message.id]
    found = {}
    for locale in TRANSLATED:
        catalogue = _read(catalogue_path(locale), locale)
        rows = [(key, catalogue.get(*key)) for key in marked]
        found[locale] = [_first(key[0]) for key, row in rows if row is None or not _is_translated(row)]
    return found


def compile_catalogues(locale_dir: Path | None = None) -> list[Path]:
    """Compile every ``.po`` file that is newer than its ``.mo``; return the files written.

    Writes beside the target and renames, so that a process reading meanwhile sees the old or the
    new catalogue, never half of one.
    """
    written = []
    for source in sorted((locale_dir or settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        catalogue = _read(source, source.parts[-3])
        draft = target.with_suffix(f".{os.getpid()}.tmp")
        with draft.open("wb") as output:
            write_mo(output, catalogue)
        draft.replace(target)
        written.append(target)
    return written


def _read(path: Path, locale: str) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines, locale=locale)


def _first(identity: str | tuple[str, ...]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _is_translated(message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings) and not message.fuzzy
