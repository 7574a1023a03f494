"""Reminds officials of issues whose clock runs out: those of the Party concerned first, then all.

Nothing is planned ahead. Each run looks at the rows as they are and promises what is due and was not told yet; a clock
that stood still goes on with the latest stage alone. A person gets one mail a day, whatever is in it; the mails
themselves remember what they told (``Notification.context``).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone, translation

from dialogues import clocking, threads
from dialogues.models import Issue
from portal.accounts.models import Membership, Organization, User
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

KIND = "dialogues/issues_due"
#: Working days before the day of the answer from which on it is told.
BEFORE = 5
#: Working days after it from which on the officials of all Parties hear of it.
AFTER = 5
#: The hour of a person's morning from which on she is reminded.
MORNING = 8
#: How long ago a mail can have told of something that is still being told of.
MEMORY = timedelta(days=180)
#: Issues in one mail; the others follow the next day.
AT_ONCE = 100


class Stage(IntEnum):
    """How far a clock has run; a later one is told although an earlier one was."""

    DUE = 1
    OVERDUE = 2
    LATE = 3


@dataclass(frozen=True)
class Due:
    """An issue, the clock that runs for it, and how far it has run."""

    issue: Issue
    clock: clocking.Clock
    stage: Stage

    @property
    def parties(self) -> frozenset[str]:
        """Whose officials hear of it, where there are any."""
        code = self.issue.concerns_id
        if code is None or self.stage == Stage.LATE:
            return self.issue.dialogue.party_codes
        return frozenset({code})

    @property
    def told(self) -> tuple[int, str, int]:
        """How a mail remembers it: the issue, the day it was about, the stage."""
        return self.issue.pk, self.clock.due_on.isoformat(), int(self.stage)


def remind(*, now: datetime | None = None) -> int:
    """Promise today's mail to every official whose morning has come; return how many.

    Run it every hour, or whenever: what was promised today, or told before, is not promised again.
    """
    now = now or timezone.now()
    dues = list(due(now))
    economies = _economies_of_officials()
    days, told = _memory(now)
    promised = 0
    for person in User.objects.filter(pk__in=economies).order_by("pk"):
        here = now.astimezone(ZoneInfo(person.time_zone))
        if here.hour < MORNING or here.date().isoformat() in days[person.pk]:
            continue
        hers = (one for one in dues if _concerns(one, person, economies))
        news = [one for one in hers if told[person.pk].get(one.told[:2], 0) < one.stage]
        if news:
            _promise(person, news[:AT_ONCE], day=here.date().isoformat())
            promised += 1
    return promised


def due(now: datetime) -> Iterator[Due]:
    """What there is to tell of, the longest overdue first."""
    for issue in Issue.objects.unanswered().with_dialogue().by_clock():
        clock = clocking.of(issue, now=now)
        if clock and (stage := _stage(clock)):
            yield Due(issue, clock, stage)


def _stage(clock: clocking.Clock) -> Stage | None:
    if clock.is_overdue:
        return Stage.LATE if -clock.days_left >= AFTER else Stage.OVERDUE
    return Stage.DUE if clock.days_left <= (BEFORE if clock.is_answer else 1) else None


def _concerns(one: Due, person: User, economies: dict[int, set[str]]) -> bool:
    """Whether she hears of it; where the Party concerned has no officials here, all Parties' do."""
    codes = one.parties
    if not any(codes & hers for hers in economies.values()):
        codes = one.issue.dialogue.party_codes
    return bool(codes & economies[person.pk])


def _economies_of_officials() -> dict[int, set[str]]:
    """Person → the economies she is an official of."""
    found: dict[int, set[str]] = defaultdict(set)
    agencies = Organization.objects.agencies().exclude(economy=None)
    members = Membership.objects.active().filter(organization__in=agencies, user__is_active=True)
    for user, economy in members.values_list("user", "organization__economy"):
        found[user].add(economy)
    return dict(found)


def _memory(now: datetime) -> tuple[dict[int, set[str]], dict[int, dict[tuple[int, str], int]]]:
    """By person: the days of her mails, and how far each clock was told."""
    days: dict[int, set[str]] = defaultdict(set)
    told: dict[int, dict[tuple[int, str], int]] = defaultdict(dict)
    mails = Notification.objects.filter(kind=KIND, created_at__gte=now - MEMORY).order_by("created_at")
    for person, context in mails.values_list("recipient", "context"):
        days[person].add(context["day"])
        for pk, due_on, stage in context["told"]:
            told[person][pk, due_on] = max(stage, told[person].get((pk, due_on), 0))
    return days, told


def _promise(person: User, news: list[Due], *, day: str) -> None:
    with translation.override(person.language):
        url = reverse("dialogues:issue-queue")
    late = [one for one in news if one.clock.is_overdue]
    soon = [one for one in news if not one.clock.is_overdue]
    notify(
        [person],
        KIND,
        about=person,
        occasion=day,
        url=url,
        day=day,
        count=len(news),
        overdue=[_row(one) for one in late],
        soon=[_row(one) for one in soon],
        told=[one.told for one in news],
    )


def _row(one: Due) -> dict[str, Any]:
    """An issue in a mail. What was filed and is not public stays in the portal."""
    issue = one.issue
    return {
        "reference": issue.reference,
        "title": threads.words(issue, "public_title") if issue.is_public else {},
        "dialogue": threads.words(issue.dialogue, "title"),
        "due_on": one.clock.due_on.isoformat(),
        "is_answer": one.clock.is_answer,
    }
