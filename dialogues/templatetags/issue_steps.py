"""The steps of an issue in words, on its page and in mails."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.template.context import Context

from dialogues import clocking, threads
from dialogues.models import Dialogue, Issue
from dialogues.permissions import acts_in
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


@register.inclusion_tag("dialogues/issue_clocks.html", takes_context=True)
def issue_clocks(context: Context, dialogue: Dialogue) -> dict[str, Any]:
    """How quickly each Party has answered issues, and for officials the way to their queue; nothing before the first
    issue. Two queries at most."""
    clocks = clocking.by_party(dialogue)
    return {
        "dialogue": dialogue,
        "clocks": clocks if any(clock.filed for clock in clocks) else [],
        "is_official": acts_in(context["request"].user, dialogue),
    }
