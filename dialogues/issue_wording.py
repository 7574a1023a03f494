"""What a list of issues says in words: how many, raised where, on what."""

from collections.abc import Mapping, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from resources.wording import either, in_sentence


def count_sentence(count: int, chosen: Mapping[str, Sequence[str]], *, is_capped: bool = False) -> str:
    """ "12 issues raised in Mexico, on customs procedures": ``chosen`` maps a filter to the labels chosen in it."""
    number = number_format(count, force_grouping=True)
    if is_capped:
        start = _("More than %(number)s issues") % {"number": number}
    else:
        start = ngettext("%(number)s issue", "%(number)s issues", count) % {"number": number}
    return _told(start, chosen)


def new_sentence(chosen: Mapping[str, Sequence[str]]) -> str:
    """ "New issues raised in Mexico, on customs procedures": what somebody follows."""
    return _told(_("New issues"), chosen)


def _told(start: str, chosen: Mapping[str, Sequence[str]]) -> str:
    phrases = {
        "words": pgettext("issues …", "with “%(labels)s”"),
        "dialogue": pgettext("issues …", "put to %(labels)s"),
        "economy": pgettext("issues …", "raised in %(labels)s"),
        "about": pgettext("issues …", "about %(labels)s"),
        "topic": pgettext("issues …", "on %(labels)s"),
        "sector": pgettext("issues …", "in %(labels)s"),
        "state": pgettext("issues …", "that are now: %(labels)s"),
    }
    inside = {"topic", "sector", "state"}
    parts = [
        phrase % {"labels": either(in_sentence(label) if name in inside else label for label in chosen[name])}
        for name, phrase in phrases.items()
        if chosen.get(name)
    ]
    if parts:
        start = pgettext("a list's title", "%(count)s %(phrase)s") % {"count": start, "phrase": parts.pop(0)}
    return pgettext("between parts of a sentence", ", ").join([start, *parts])
