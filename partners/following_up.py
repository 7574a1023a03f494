"""Asks each side what became of an introduction, 30, 90 and 180 days after it.

Nothing is planned ahead: each run looks at the introductions as they are. A clock that stood still asks the latest
question alone, so nobody gets three at once; and who said something in the last two weeks is not asked again yet.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from partners import outcomes, seating
from partners.models import ExpressionOfInterest, FollowUp, Introduction, OutcomeReport, Rung, Side
from portal.notifications.outbox import notify

DAYS = (30, 90, 180)
#: A question that nobody could ask for so long is not asked any more (days after its day).
PATIENCE = 60
#: Who said something within this time has just been heard.
HEARD = timedelta(days=14)
KIND = "partners/outcome_asked"


def ask_due(limit: int = 200) -> int:
    """Promise every question whose day has come; return how many. Run it as often as one likes, also in parallel:
    each side is asked once for each day. Samples are not asked, nor where a consent was taken back or the end is
    confirmed. What ``limit`` leaves over comes with the next run."""
    now = timezone.now()
    asked = 0
    for days, until in zip(DAYS, (*DAYS[1:], DAYS[-1] + PATIENCE), strict=True):
        for side in Side:
            for pk in _due(days, until, side, now).values_list("pk", flat=True)[: limit - asked]:
                asked += _ask(pk, side, days)
    return asked


def _due(days: int, until: int, side: str, now: datetime) -> QuerySet[Introduction]:
    """The introductions that are at this question, and whose side was not asked it."""
    rows = outcomes.with_words(Introduction.objects.all())
    before = FollowUp.objects.filter(introduction=OuterRef("pk"), side=side, days=days)
    heard = OutcomeReport.objects.filter(introduction=OuterRef("pk"), side=side, at__gt=now - HEARD)
    stands = ExpressionOfInterest.objects.on_rung(Rung.COMPANY)
    return rows.filter(
        ~Exists(before),
        ~Exists(heard),
        ~Q(confirmed_stage__in=outcomes.FINAL),
        accepted_at__lte=now - timedelta(days),
        accepted_at__gt=now - timedelta(until),
        interest__in=stands.values("pk"),
        interest__request__is_sample=False,
    ).order_by("accepted_at", "pk")


@transaction.atomic
def _ask(pk: int, side: str, days: int) -> bool:
    introduction = seating.for_seats().get(pk=pk)
    question, is_new = FollowUp.objects.get_or_create(introduction=introduction, side=side, days=days)
    if is_new:
        notify(
            seating.people_at(introduction, side),
            KIND,
            about=introduction,
            occasion=f"{side} {days}",
            own=lambda person: {"url": seating.path(introduction, person)},
            days=question.days,
        )
    return is_new
