"""The steps of an issue in words, on its page and in mails."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from dialogues import clocking, threads
from dialogues.models import Dialogue, Issue
from dialogues.threads import Step

register = template.Library()

#: Which of an issue's texts a step is about.
TEXTS = {
    Step.PUBLISHED: "public_text",
    Step.ANSWERED: "answer",
    Step.DECLINED: "declined_because",
    Step.RESOLVED: "outcome",
}


@register.filter
def step_label(step: str) -> str:
    """What happened, to stand after a reference number: "put on an agenda"."""
    return str(Step(step).label)


@register.filter
def step_text(issue: Issue, step: str) -> str:
    """What was written at this step, in the reader's language where it is there; "" where nothing was."""
    field = TEXTS.get(Step(step))
    return getattr(issue, field) if field else ""


@register.filter
def in_own_words(texts: Mapping[str, str] | None) -> str:
    """Of a text in several languages (``threads.words``) the reader's, or the first there is."""
    return threads.in_own_words(texts or {})


@register.filter
def as_day(text: str) -> date | None:
    """A day of a mail's context (ISO 8601), or None."""
    return date.fromisoformat(text) if text else None


@register.inclusion_tag("dialogues/issue_clocks.html")
def issue_clocks(dialogue: Dialogue) -> dict[str, Any]:
    """How quickly each Party has answered issues; nothing before the first one. Two queries at most."""
    clocks = clocking.by_party(dialogue)
    return {"dialogue": dialogue, "clocks": clocks if any(clock.filed for clock in clocks) else []}
