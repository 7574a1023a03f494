"""What the lists of partnering say in words: how many, of what, from where."""

from collections.abc import Mapping, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resources.wording import either, in_sentence

Chosen = Mapping[str, Sequence[str]]


def count_requests(count: int, chosen: Chosen, *, is_capped: bool = False) -> str:
    """ "12 open opportunities from Taiwan, in food": ``chosen`` maps a filter to the labels chosen in it."""
    number = number_format(count, force_grouping=True)
    if is_capped:
        return _told(_("More than %(number)s open opportunities") % {"number": number}, _of_requests(chosen))
    start = ngettext("%(number)s open opportunity", "%(number)s open opportunities", count)
    return _told(start % {"number": number}, _of_requests(chosen))


def new_requests(chosen: Chosen) -> str:
    """ "New opportunities from Taiwan, in food": what somebody follows."""
    return _told(_("New opportunities"), _of_requests(chosen))


def count_companies(count: int, chosen: Chosen, *, is_capped: bool = False) -> str:
    """ "12 companies in Mexico, with ISO 9001"."""
    number = number_format(count, force_grouping=True)
    if is_capped:
        return _told(_("More than %(number)s companies") % {"number": number}, _of_companies(chosen))
    start = ngettext("%(number)s company", "%(number)s companies", count)
    return _told(start % {"number": number}, _of_companies(chosen))


def _of_requests(chosen: Chosen) -> list[str]:
    phrases = {
        "words": pgettext("opportunities …", "with “%(labels)s”"),
        "type": pgettext("opportunities …", "of the type %(labels)s"),
        "economy": pgettext("opportunities …", "from %(labels)s"),
        "target": pgettext("opportunities …", "for partners in %(labels)s"),
        "sector": pgettext("opportunities …", "in %(labels)s"),
        "certificate": pgettext("opportunities …", "asking for %(labels)s"),
        "language": pgettext("opportunities …", "written in %(labels)s"),
        "closes": pgettext("opportunities …", "closing %(labels)s"),
    }
    return _phrased(phrases, chosen, inside={"type", "sector", "closes"})


def _of_companies(chosen: Chosen) -> list[str]:
    phrases = {
        "words": pgettext("companies …", "with “%(labels)s”"),
        "economy": pgettext("companies …", "in %(labels)s"),
        "sector": pgettext("companies … sector", "in %(labels)s"),
        "market": pgettext("companies …", "serving %(labels)s"),
        "certificate": pgettext("companies …", "with %(labels)s"),
        "language": pgettext("companies …", "speaking %(labels)s"),
        "size": pgettext("companies …", "with %(labels)s"),
        "ownership": pgettext("companies …", "that are %(labels)s"),
    }
    return _phrased(phrases, chosen, inside={"sector", "size", "ownership"})


def _phrased(phrases: Mapping[str, str], chosen: Chosen, *, inside: set[str]) -> list[str]:
    return [
        phrase % {"labels": either(in_sentence(label) if name in inside else label for label in chosen[name])}
        for name, phrase in phrases.items()
        if chosen.get(name)
    ]


def _told(start: str, parts: list[str]) -> str:
    if parts:
        first, *parts = parts
        start = pgettext("a list's title", "%(count)s %(phrase)s") % {"count": start, "phrase": first}
    return pgettext("between parts of a sentence", ", ").join([start, *parts])
