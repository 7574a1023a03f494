"""What happens while a question to a mentor waits: a reminder, and a polite end when the clock has run out.

Everything is computed from the rows, so a sweep that was late, ran twice or ran in parallel makes up for it.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from partners import sides
from partners.models import Mentorship
from portal.lifecycle import move
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

Status = Mentorship.Status
REMINDER = "partners/mentorship_reminder"

#: So long before its clock runs out, the mentor's side is reminded, once.
REMIND_BEFORE = timedelta(days=2)


def remind_due(limit: int = 200) -> int:
    """Remind the mentors' sides that have to answer within two days; return of how many questions.

    Of another day to answer they are reminded anew, unless that was within the two days before it.
    """
    with transaction.atomic():
        now = timezone.now()
        untold = Q(reminded_at=None) | Q(reminded_at__lt=F("answer_due_at") - REMIND_BEFORE)
        due = Mentorship.objects.unanswered().filter(  # type: ignore[attr-defined]
            untold, answer_due_at__gt=now, answer_due_at__lte=now + REMIND_BEFORE
        )
        rows = list(due.order_by("answer_due_at", "pk").select_for_update(skip_locked=True, of=("self",))[:limit])
        for mentorship in rows:
            mentorship.reminded_at = now
            mentorship.save(update_fields=["reminded_at"])
            until = mentorship.answer_due_at.isoformat()
            notify(sides.request_side(mentorship.offer), REMINDER, about=mentorship, occasion=until)
    return len(rows)


def holds(row: Notification) -> bool:
    """Whether the question that a reminder is about still waits, until the moment it says."""
    mentorship: Any = row.about
    return mentorship.status == Status.ASKED and row.key.endswith(mentorship.answer_due_at.isoformat())


def expire_due(limit: int = 200) -> int:
    """End the questions whose answer is overdue and tell both sides, politely; return how many. The company may ask
    again."""
    with transaction.atomic():
        due = Mentorship.objects.overdue().order_by("answer_due_at", "pk")  # type: ignore[attr-defined]
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
        for row in rows:
            mentorship = move(row, Status.EXPIRED, by=None, answered_at=timezone.now())
            notify(sides.people_of([mentorship.mentee]), "partners/mentorship_expired", about=mentorship)
            notify(sides.request_side(mentorship.offer), "partners/mentorship_unanswered", about=mentorship)
    return len(rows)
