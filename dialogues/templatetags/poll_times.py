"""Times that are put to the vote."""

import datetime as dt
from typing import Any

from django import template

from dialogues import fairness, poll_links
from dialogues.fairness import Ledger
from dialogues.models import Dialogue, Invitee, Session, SlotPoll

register = template.Library()


@register.filter
def as_moment(text: str) -> dt.datetime:
    """A moment that a mail carries as ISO 8601."""
    return dt.datetime.fromisoformat(text)


@register.filter
def own_poll_path(invitee: Invitee) -> str:
    """The page on which she answers. For herself alone."""
    return poll_links.path(invitee)


@register.simple_tag
def ledger_of(dialogue: Dialogue, user: Any) -> Ledger:
    """Who had the bad hours in the sessions that this reader may see."""
    return fairness.ledger(dialogue, user=user)


@register.simple_tag
def open_poll(session: Session) -> SlotPoll | None:
    """The poll that looks for a date of this session now."""
    poll = session.polls.open().first()
    if poll is not None:
        poll.session = session
    return poll


@register.filter
def in_sentences(ledger: Ledger) -> list[str]:
    return fairness.sentences(ledger)
