"""Times that are put to the vote."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from dialogues import fairness, poll_links
from dialogues.fairness import Ledger
from dialogues.models import Availability, Dialogue, Invitee, Session, SlotPoll

register = template.Library()

TONES = {Availability.Answer.YES: "good", Availability.Answer.IF_NEED_BE: "soon", Availability.Answer.NO: "bad"}


@register.filter
def as_moment(text: str) -> dt.datetime:
    """A moment that a mail carries as ISO 8601."""
    return dt.datetime.fromisoformat(text)


@register.simple_tag
def answer_cells(answers: Sequence[str]) -> SafeString:
    """One cell for each person's answer to a time. A table may have thousands, so each kind is drawn once."""
    drawn = {answer: _cell(answer.label, TONES[answer]) for answer in Availability.Answer}
    nothing = format_html('<td><span class="soft">{}</span></td>', pgettext("availability", "open"))
    return mark_safe("".join(drawn.get(answer, nothing) for answer in answers))  # noqa: S308 -- drawn by format_html


def _cell(label: str, tone: str) -> SafeString:
    return format_html('<td><span class="poll__words poll__words--{}">{}</span></td>', tone, label)


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
