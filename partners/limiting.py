"""How many interests a company may have open at once: more for those who answer others, fewer for those who do not."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import ngettext

from partners.models import ExpressionOfInterest
from portal.accounts.models import Organization

Status = ExpressionOfInterest.Status

#: Open interests per company: usually, for those who answer, and for those who left others without an answer.
USUALLY, FOR_ANSWERING, FOR_SILENT = 10, 20, 3
#: Who answered this part of what it received, of at least so many, counts as answering.
ANSWERS = 0.8
LEAST_RECEIVED = 3
#: From so many left unanswered on a company is silent, unless it answers nearly everything else.
UNANSWERED = 2
#: What was received longer ago no longer counts.
WITHIN = timedelta(days=365)
_BY_HAND = [reason for reason in ExpressionOfInterest.DeclineReason.values if reason != "closed"]


@dataclass(frozen=True)
class Room:
    """How many interests a company has open and may have open, and what that follows from in the last year."""

    open: int
    most: int
    answered: int
    unanswered: int

    @property
    def is_full(self) -> bool:
        return self.open >= self.most

    @property
    def is_for_answering(self) -> bool:
        return self.most == FOR_ANSWERING

    @property
    def is_for_silent(self) -> bool:
        return self.most == FOR_SILENT


def room_of(company: Organization) -> Room:
    """What a company has open now, and the most it may have."""
    own = company.interests.unanswered().count()
    received = ExpressionOfInterest.objects.filter(
        request__company=company, answered_at__gte=timezone.now() - WITHIN
    ).aggregate(
        # Those that were declined because the request closed had no answer of their own, and needed none.
        answered=Count("pk", filter=Q(status=Status.ACCEPTED) | Q(status=Status.DECLINED, decline_reason__in=_BY_HAND)),
        unanswered=Count("pk", filter=Q(status=Status.EXPIRED)),
    )
    return Room(open=own, most=_most(**received), **received)


def require_room(company: Organization) -> None:
    """Raise ``ValidationError(code="too_many")`` when the company has as many interests open as it may."""
    room = room_of(company)
    if room.is_full:
        raise ValidationError(
            ngettext(
                "Your company already waits for %(most)d answer, which is the most it may. Withdraw an interest, or "
                "wait for an answer.",
                "Your company already waits for %(most)d answers, which is the most it may. Withdraw an interest, or "
                "wait for an answer.",
                room.most,
            ),
            code="too_many",
            params={"most": room.most},
        )


def _most(*, answered: int, unanswered: int) -> int:
    received = answered + unanswered
    if received >= LEAST_RECEIVED and answered >= ANSWERS * received:
        return FOR_ANSWERING
    return FOR_SILENT if unanswered >= UNANSWERED else USUALLY
