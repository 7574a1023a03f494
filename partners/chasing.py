"""What happens while an interest waits: a reminder, a polite end, and a request that nobody answers is no longer shown.

Everything is computed from the rows, so a sweep that was late, ran twice or ran in parallel makes up for it.
"""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import matching, sides
from partners.models import ExpressionOfInterest, PartnerRequest
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

Status = ExpressionOfInterest.Status

#: So long before its clock runs out, the side that has to answer is reminded, once.
REMIND_BEFORE = timedelta(days=2)
#: After so many interests without an answer, one after the other, a request is shown to nobody new.
HIDDEN_AFTER = 3


def remind_due(limit: int = 200) -> int:
    """Remind those who have to answer within two days; return of how many interests.

    Of another day to answer they are reminded anew, unless that was within the two days before it.
    """
    with transaction.atomic():
        now = timezone.now()
        untold = Q(reminded_at=None) | Q(reminded_at__lt=F("answer_due_at") - REMIND_BEFORE)
        due = ExpressionOfInterest.objects.unanswered().filter(
            untold, answer_due_at__gt=now, answer_due_at__lte=now + REMIND_BEFORE
        )
        rows = list(due.order_by("answer_due_at", "pk").select_for_update(skip_locked=True, of=("self",))[:limit])
        for interest in rows:
            interest.reminded_at = now
            interest.save(update_fields=["reminded_at"])
            until = interest.answer_due_at.isoformat()
            notify(sides.request_side(interest.request), "partners/interest_reminder", about=interest, occasion=until)
    return len(rows)


def holds(row: Notification) -> bool:
    """Whether the interest that a reminder is about still waits, until the moment it says."""
    interest: Any = row.about
    return interest.status == Status.SENT and row.key.endswith(interest.answer_due_at.isoformat())


def expire_due(limit: int = 200) -> int:
    """End the interests whose answer is overdue and tell both sides, politely; return how many."""
    with transaction.atomic():
        due = ExpressionOfInterest.objects.overdue().order_by("answer_due_at", "pk")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
        for row in rows:
            interest = move(row, Status.EXPIRED, by=None, answered_at=timezone.now())
            notify(sides.interested_side(interest), "partners/interest_expired", about=interest)
            notify(sides.request_side(interest.request), "partners/interest_unanswered", about=interest)
    return len(rows)


def hide_silent(limit: int = 200) -> int:
    """Stop showing the requests that let interests run out, tell their side why, and how to bring them back; return
    how many."""
    with transaction.atomic():
        rows = list(_silent().order_by("pk").select_for_update(skip_locked=True, of=("self",))[:limit])
        for request in rows:
            request.hidden_at = timezone.now()
            request.save(update_fields=["hidden_at"])
            record(None, "hidden", request)
            people = sides.request_side(request)
            notify(people, "partners/request_hidden", about=request, occasion=request.hidden_at.isoformat())
        matching.own_requests_changed(*(row.company for row in rows))
    return len(rows)


@transaction.atomic
def show_again(request: PartnerRequest, *, by: User) -> PartnerRequest:
    """Its side means to answer from now on: the request is shown again, and what went unanswered no longer counts.

    Raises ``ValidationError(code="illegal_move")`` when it is not hidden.
    """
    request = lock(request)
    if request.hidden_at is None:
        raise ValidationError(_("This request is shown already."), code="illegal_move")
    request.hidden_at, request.shown_again_at = None, timezone.now()
    request.save(update_fields=["hidden_at", "shown_again_at"])
    record(by, "shown_again", request)
    matching.own_requests_changed(request.company)
    return request


def _silent() -> QuerySet[PartnerRequest]:
    """Published requests that left ``HIDDEN_AFTER`` interests unanswered since they last answered one by hand."""
    expired = ExpressionOfInterest.objects.filter(status=Status.EXPIRED)
    # The few with any expired interests at all are looked at more closely.
    suspects = expired.values("request").annotate(many=Count("pk")).filter(many__gte=HIDDEN_AFTER)
    of_request = ExpressionOfInterest.objects.filter(request=OuterRef("pk"))
    by_hand = of_request.filter(status__in=[Status.ACCEPTED, Status.DECLINED]).exclude(decline_reason="closed")
    # Greatest leaves out what is not there.
    since = Greatest(
        "published_at", "shown_again_at", Subquery(by_hand.order_by("-answered_at").values("answered_at")[:1])
    )
    unanswered = of_request.filter(status=Status.EXPIRED, answered_at__gt=OuterRef("since")).order_by()
    count = Subquery(unanswered.values("request").annotate(many=Count("pk")).values("many"))
    published = PartnerRequest.objects.filter(
        status=PartnerRequest.Status.PUBLISHED, hidden_at=None, pk__in=suspects.values("request")
    )
    return published.annotate(since=since).annotate(silent=count).filter(silent__gte=HIDDEN_AFTER, since__isnull=False)
