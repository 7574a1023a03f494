"""What pages show of an issue beside its text: its state's tone, who is behind it, who raised it."""

import datetime as dt
from typing import Any

from django import template
from django.db.models import Count
from django.template.context import Context
from django.utils import timezone

from dialogues import endorsing, following, revealing
from dialogues.models import Dialogue, Issue
from dialogues.permissions import can_endorse, can_follow_issue, can_raise_issues, can_withdraw_issue, is_of_issue
from portal.search.text import COLUMNS

register = template.Library()

#: How many a dialogue's page shows.
FEW = 3
_TONES = {
    Issue.Status.SUBMITTED: "waiting",
    Issue.Status.ACKNOWLEDGED: "info",
    Issue.Status.ON_AGENDA: "action",
    Issue.Status.COMMITTED: "action",
    Issue.Status.ANSWERED: "good",
    Issue.Status.RESOLVED: "good",
}


@register.filter
def issue_tone(issue: Issue) -> str:
    """The tone of its state's badge."""
    return _TONES.get(Issue.Status(issue.status), "neutral")


@register.filter
def is_overdue(issue: Issue) -> bool:
    """Whether the officials have let the day of the answer pass (UTC)."""
    return (
        issue.is_running and issue.answer_by is not None and issue.answer_by < timezone.now().astimezone(dt.UTC).date()
    )


@register.inclusion_tag("dialogues/issue_raiser.html", takes_context=True)
def issue_raiser(context: Context, issue: Issue) -> dict[str, Any]:
    """Who raised it, as far as the reader may know."""
    return {"raiser": revealing.raiser(issue, context["request"].user), "issue": issue}


@register.inclusion_tag("dialogues/issue_few.html", takes_context=True)
def issues_of(context: Context, dialogue: Dialogue) -> dict[str, Any]:
    """The issues of a dialogue that affect most, and the way to all of them: two queries, however many there are."""
    user = context["request"].user
    listed = Issue.objects.listed().filter(dialogue=dialogue).annotate(behind=Count("endorsements"))
    few = listed.defer(*COLUMNS.values()).order_by("-behind", "-public_at", "-pk")[:FEW]
    return {
        "dialogue": dialogue,
        "few": few,
        "number": Issue.objects.listed().filter(dialogue=dialogue).count(),
        "can_raise": not user.is_authenticated or can_raise_issues(user),
    }


@register.inclusion_tag("dialogues/issue_affected.html", takes_context=True)
def issue_affected(context: Context, issue: Issue) -> dict[str, Any]:
    """How many are affected, and what the reader may do about it: endorse, take back, follow, withdraw.

    Needs ``request`` and ``csrf_token`` in the context. A dozen queries at most, however many are behind it.
    """
    user = context["request"].user
    may_endorse = can_endorse(user, issue) and bool(endorsing.voices_for(user, issue))
    return {
        "issue": issue,
        "dialogue": issue.dialogue,
        "affected": endorsing.affected(issue),
        "own": endorsing.own(user, issue),
        "is_visitor": not user.is_authenticated,
        "is_of_side": is_of_issue(user, issue),
        "may_endorse": may_endorse,
        "may_follow": can_follow_issue(user, issue),
        "may_withdraw": can_withdraw_issue(user, issue),
        "is_following": following.is_following(issue, user),
        "csrf_token": context.get("csrf_token"),
    }
