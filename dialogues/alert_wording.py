"""What somebody follows of sessions and commitments, in words."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from resources.wording import either, in_sentence

Chosen = Mapping[str, Sequence[str]]


def new_sessions(chosen: Chosen) -> str:
    """ "New sessions of the USMCA SME Dialogue, in Spanish"."""
    phrases = {
        "words": pgettext("sessions …", "with “%(labels)s”"),
        "dialogue": pgettext("sessions …", "of %(labels)s"),
        "economy": pgettext("sessions …", "with %(labels)s"),
        "topic": pgettext("sessions …", "on %(labels)s"),
        "language": pgettext("sessions …", "in %(labels)s"),
    }
    return _told(_("New sessions"), phrases, chosen)


def new_commitments(chosen: Chosen) -> str:
    """ "New commitments of Mexico, on customs procedures"."""
    phrases = {
        "words": pgettext("commitments …", "with “%(labels)s”"),
        "dialogue": pgettext("commitments …", "made in %(labels)s"),
        "economy": pgettext("commitments …", "of %(labels)s"),
        "topic": pgettext("commitments …", "on %(labels)s"),
    }
    return _told(_("New commitments"), phrases, chosen)


def _told(start: str, phrases: Mapping[str, str], chosen: Chosen) -> str:
    parts = [
        phrase % {"labels": either(in_sentence(label) if name == "topic" else label for label in chosen[name])}
        for name, phrase in phrases.items()
        if chosen.get(name)
    ]
    if parts:
        start = pgettext("a list's title", "%(count)s %(phrase)s") % {"count": start, "phrase": parts.pop(0)}
    return pgettext("between parts of a sentence", ", ").join([start, *parts])
