"""Times that are put to the vote."""

import datetime as dt
from typing import Any

from django import template

from dialogues import fairness, poll_links, slot_wording
from dialogues.fairness import Ledger
from dialogues.models import Availability, Dialogue, Invitee

register = template.Library()

TONES = {Availability.Answer.YES: "good", Availability.Answer.IF_NEED_BE: "soon", Availability.Answer.NO: "bad"}


@register.filter
def as_moment(text: str) -> dt.datetime:
    """A moment that a mail carries as ISO 8601."""
    return dt.datetime.fromisoformat(text)


@register.filter
def answer_name(code: str) -> str:
    """An answer in words: "If need be"."""
    return str(Availability.Answer(code).label)


@register.filter
def answer_tone(code: str) -> str:
    return TONES[Availability.Answer(code)]


@register.filter
def points_name(points: int) -> str:
    """ "3 points"."""
    return slot_wording.points_label(points)


@register.filter
def own_poll_path(invitee: Invitee) -> str:
    """The page on which she answers. For herself alone."""
    return poll_links.path(invitee)


@register.simple_tag
def ledger_of(dialogue: Dialogue, user: Any) -> Ledger:
    """Who had the bad hours in the sessions that this reader may see."""
    return fairness.ledger(dialogue, user=user)


@register.filter
def in_sentences(ledger: Ledger) -> list[str]:
    return fairness.sentences(ledger)
