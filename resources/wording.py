"""What the list page says in words: how many resources for what, and each filter as a chip to take off."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

_SENTENCE_END = re.compile(r"(?<=[^\W_]{3})[.!?](?=\s)|[。！？]")


@dataclass(frozen=True)
class Chip:
    """One active filter: what it is, and the address of the same list without it."""

    name: str
    label: str
    url: str


def first_sentence(text: str) -> str:
    """The first sentence of a summary; a stop after an abbreviation ("U.S. Customs") does not end it."""
    end = _SENTENCE_END.search(text)
    return text[: end.end()] if end else text


def count_sentence(count: int, chosen: dict[str, list[str]], *, is_capped: bool = False) -> str:
    """ "132 resources for Canada, on customs procedures": ``chosen`` maps a filter to the labels chosen in it.

    ``is_capped`` says that there are more than ``count``.
    """
    number = number_format(count, force_grouping=True)
    if is_capped:
        start = _("More than %(number)s resources") % {"number": number}
    else:
        start = ngettext("%(number)s resource", "%(number)s resources", count) % {"number": number}
    return _told(start, chosen)


def new_sentence(chosen: dict[str, list[str]]) -> str:
    """ "New resources for Canada, on customs procedures": what somebody follows."""
    return _told(_("New resources"), chosen)


def _told(start: str, chosen: dict[str, list[str]]) -> str:
    """ "132 resources" and what was chosen, as one sentence."""
    phrases = {
        "words": pgettext("resources …", "with “%(labels)s”"),
        "kind": pgettext("resources …", "of the kind %(labels)s"),
        "economy": pgettext("resources …", "for %(labels)s"),
        "topic": pgettext("resources …", "on %(labels)s"),
        "sector": pgettext("resources …", "in %(labels)s"),
        "audience": pgettext("resources …", "useful to %(labels)s"),
        "language": pgettext("resources …", "with the source in %(labels)s"),
        "agreement": pgettext("resources …", "under %(labels)s"),
    }
    inside = {"kind", "topic", "sector", "audience"}
    parts = [
        phrase % {"labels": either(in_sentence(label) if name in inside else label for label in chosen[name])}
        for name, phrase in phrases.items()
        if chosen.get(name)
    ]
    if parts:
        start = pgettext("a list's title", "%(count)s %(phrase)s") % {"count": start, "phrase": parts.pop(0)}
    return pgettext("between parts of a sentence", ", ").join([start, *parts])


def either(labels: Iterable[str]) -> str:
    """ "Canada, Mexico or Taiwan"."""
    *first, last = labels
    if not first:
        return last
    listed = pgettext("between parts of a sentence", ", ").join(first)
    return _("%(first)s or %(last)s") % {"first": listed, "last": last}


def chips(chosen: dict[str, list[tuple[str, str]]], labels: Mapping[str, Any], query: QueryDict) -> list[Chip]:
    """One chip per chosen value; ``chosen`` maps a filter to its (value, label) pairs."""
    return [
        Chip(labels[name], label, _without(query, name, value))
        for name, pairs in chosen.items()
        for value, label in pairs
    ]


def _without(query: QueryDict, name: str, value: str) -> str:
    rest = QueryDict(mutable=True)
    for key, values in query.lists():
        kept = [item for item in values if item and not (key == name and item.strip() == value)]
        if kept and key != "page":
            rest.setlist(key, kept)
    return f"?{rest.urlencode()}"


def in_sentence(label: str) -> str:
    """A label's first letter small, unless it begins with an acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() or label[1:2] == "-" else label
