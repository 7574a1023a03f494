"""Two versions of a resource beside each other, in the reader's words."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.languages import column
from portal.templatetags.ui import language_name
from resources import differing, versions
from resources.checking import MANY, PLAIN, TEXTS
from resources.models import TRANSLATED, Resource


@dataclass(frozen=True)
class Sides:
    """One thing that differs: its name, the earlier and the later side as pieces with the differences marked."""

    label: str
    before: list[differing.Piece]
    after: list[differing.Piece]


@dataclass(frozen=True)
class LanguageSides:
    """The texts of one language that differ."""

    language: str
    texts: list[Sides]


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions: texts language by language, then kind, source, tags and days."""

    languages: list[LanguageSides]
    facts: list[Sides]

    @property
    def is_empty(self) -> bool:
        return not self.languages and not self.facts


def compare(before: versions.Past, after: versions.Past) -> Difference:
    """What differs, in the reader's language."""
    names = set(versions.changed(before, after))
    languages = []
    for code in dict.fromkeys(TEXTS.values()):
        texts = [_text(field, code, before, after) for field in TRANSLATED if column(field, code) in names]
        if texts:
            languages.append(LanguageSides(code, texts))
    facts = [_fact(name, before, after) for name in (*PLAIN, *MANY) if name in names]
    return Difference(languages, facts)


def field_label(name: str) -> str:
    """A field's name with a capital: "Topics", "Title (Spanish)"."""
    if name in TEXTS:
        field = name.removesuffix(column("", TEXTS[name]))
        label = _label(field)
        return pgettext("field of a language", "%(field)s (%(language)s)") % {
            "field": label,
            "language": language_name(TEXTS[name]),
        }
    return _label(name)


def _label(name: str) -> str:
    label = str(Resource._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _text(field: str, code: str, before: versions.Past, after: versions.Past) -> Sides:
    name = column(field, code)
    found = differing.pieces(before.content[name] or "", after.content[name] or "")
    return Sides(_label(field), differing.earlier(found), differing.later(found))


def _fact(name: str, before: versions.Past, after: versions.Past) -> Sides:
    """Lists keep what both have and mark the rest; a single value is replaced whole, an address by its parts."""
    if name == "url":
        found = differing.pieces(before.content[name], after.content[name])
        return Sides(field_label(name), differing.earlier(found), differing.later(found))
    old, new = _said(name, before.content[name]), _said(name, after.content[name])
    return Sides(
        field_label(name),
        [differing.Piece(differing.SAME if text in new else differing.REMOVED, text) for text in old],
        [differing.Piece(differing.SAME if text in old else differing.ADDED, text) for text in new],
    )


def _said(name: str, value: Any) -> list[str]:
    """A value in words, one entry for each of several."""
    field = Resource._meta.get_field(name)
    if isinstance(field, models.ManyToManyField | models.ForeignKey):
        keys = value if name in MANY else [value]
        rows = field.related_model._default_manager.in_bulk([key for key in keys if key is not None])  # type: ignore[union-attr]
        return [str(rows.get(_key(rows, key), _("no longer known"))) for key in keys if key is not None]
    if name in {"page_languages", "source_language"}:
        return [language_name(code) for code in (value if isinstance(value, list) else [value])]
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return [str(labels.get(code, code)) for code in value]
    if isinstance(value, dt.date):
        return [date_format(value, "DATE_FORMAT")]
    labels = dict(field.flatchoices)  # type: ignore[union-attr]
    return [str(labels.get(value, value))] if value else []


def _key(rows: dict[Any, Any], key: Any) -> Any:
    """The stored key, which is text, as the type the rows have."""
    return next((known for known in rows if str(known) == str(key)), key)
