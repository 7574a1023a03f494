"""The clocks of issues: by when officials owe what, who is reminded, and how quickly each Party has answered.

Days are working days of the Party concerned (``workdays``), Monday to Friday where an issue concerns all Parties.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialogues import workdays
from dialogues.models import Dialogue, Issue
from portal.reference.models import Economy

#: Working days before a day that a clock is called due soon.
SOON = 3


@dataclass(frozen=True)
class Clock:
    """What is owed next: an acknowledgement or an answer, by which day, and how many working days are left (negative
    when it is overdue)."""

    is_answer: bool
    due_on: date
    days_left: int

    @property
    def is_overdue(self) -> bool:
        return self.days_left < 0

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return "bad" if self.is_overdue else "soon" if self.days_left <= SOON else "neutral"

    @property
    def label(self) -> str:
        """In words: "3 working days overdue", "5 working days left"."""
        if self.is_overdue:
            words = ngettext("%(days)s working day overdue", "%(days)s working days overdue", -self.days_left)
            return words % {"days": -self.days_left}
        if not self.days_left:
            return _("Due today")
        words = ngettext("%(days)s working day left", "%(days)s working days left", self.days_left)
        return words % {"days": self.days_left}


def dates(issue: Issue, at: datetime) -> tuple[date, date]:
    """By when an issue that is put at this moment is owed acknowledgement and answer."""
    day = day_of(issue.concerns, at)
    dialogue = issue.dialogue
    return (
        workdays.add(day, dialogue.acknowledge_days, issue.concerns_id),
        workdays.add(day, dialogue.answer_days, issue.concerns_id),
    )


def day_of(concerns: Economy | None, at: datetime) -> date:
    """The day by the clock of the Party's capital; in UTC when all Parties are concerned."""
    return at.astimezone(ZoneInfo((concerns and concerns.default_time_zone) or "UTC")).date()


def of(issue: Issue, *, now: datetime | None = None) -> Clock | None:
    """The clock that runs for ``issue``, or None once nothing is owed."""
    is_answer = issue.status != Issue.Status.SUBMITTED
    due_on = issue.answer_by if is_answer else issue.acknowledge_by
    if not issue.is_running or due_on is None:
        return None
    today = day_of(issue.concerns, now or timezone.now())
    late = workdays.between(due_on, today, issue.concerns_id)
    # A day after the due one that nobody works is late too.
    left = -max(late, 1) if today > due_on else workdays.between(today, due_on, issue.concerns_id)
    return Clock(is_answer, due_on, left)


@dataclass
class PartyClock:
    """How one Party has answered the issues that concern it; ``economy`` is None for those that concern all Parties.

    Medians are in working days from filing; None where there is nothing to count.
    """

    economy: Economy | None
    filed: int = 0
    answered: int = 0
    on_time: int = 0
    overdue: int = 0
    acknowledge_days: float | None = None
    answer_days: float | None = None
    _acknowledged: list[int] = field(default_factory=list, repr=False)
    _answered: list[int] = field(default_factory=list, repr=False)

    def count(self, row: dict[str, Any], today: date) -> None:
        """Add one issue."""
        code, filed_on = row["concerns"], day_of(self.economy, row["submitted_at"])
        self.filed += 1
        if at := row["acknowledged_at"]:
            self._acknowledged.append(workdays.between(filed_on, day_of(self.economy, at), code))
        if at := row["answered_at"]:
            answered_on = day_of(self.economy, at)
            self.answered += 1
            self.on_time += row["answer_by"] is None or answered_on <= row["answer_by"]
            self._answered.append(workdays.between(filed_on, answered_on, code))
        elif row["status"] in Issue.RUNNING and row["answer_by"]:
            self.overdue += row["answer_by"] < today

    def settle(self) -> "PartyClock":
        """Count done: find the medians."""
        self.acknowledge_days = median(self._acknowledged) if self._acknowledged else None
        self.answer_days = median(self._answered) if self._answered else None
        return self


def by_party(dialogue: Dialogue, *, now: datetime | None = None) -> list[PartyClock]:
    """How quickly each Party of ``dialogue`` answers, Parties in their standing order, then what concerns all.

    Withdrawn and merged issues do not count, nor drafts; what was opened again counts to its last answer. Parties
    without any issue are there with zeros, what concerns all only when there is some. Two queries, whatever the number.
    """
    now = now or timezone.now()
    clocks: dict[str | None, PartyClock] = {economy.code: PartyClock(economy) for economy in dialogue.parties.all()}
    today = {code: day_of(clock.economy, now) for code, clock in clocks.items()}
    for row in _counted(dialogue):
        code = row["concerns"]
        clock = clocks.setdefault(code, PartyClock(None))
        clock.count(row, today.get(code) or day_of(None, now))
    return [clock.settle() for clock in clocks.values()]


def _counted(dialogue: Dialogue) -> Iterable[dict[str, Any]]:
    rows = Issue.objects.filter(dialogue=dialogue).filed().exclude(status=Issue.Status.DUPLICATE)
    return rows.order_by("pk").values(
        "concerns", "status", "submitted_at", "acknowledged_at", "answered_at", "answer_by"
    )
