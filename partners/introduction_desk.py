"""What introductions put on a person's desk: times to answer, questions what became of it, stories to agree to."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import seating, telling_stories
from partners.models import (
    ExpressionOfInterest,
    FollowUp,
    Introduction,
    PartnerMeeting,
    Rung,
    SlotProposal,
    SuccessStory,
)
from portal.accounts.models import User
from portal.desk import Coming, Waiting

#: At most this many of a kind; the introductions' own pages have the rest.
MOST = 20

Row = TypeVar("Row", SlotProposal, FollowUp, SuccessStory, PartnerMeeting)


def waiting_for(user: User) -> list[Waiting]:
    return [*_times(user), *_questions(user), *_stories(user)]


def coming_for(user: User) -> list[Coming]:
    """The first meetings of the introductions in which she has a seat."""
    planned = PartnerMeeting.objects.filter(
        introduction__in=Introduction.objects.visible_to(user).values("pk"),
        status=PartnerMeeting.Status.PLANNED,
        ends_at__gt=timezone.now(),
    )
    return [
        Coming(
            title=_("First meeting: %(title)s") % {"title": meeting.introduction.interest.request.title},
            url=seat.address("introduction-detail"),
            at=meeting.starts_at,
            ends_at=meeting.ends_at,
        )
        for meeting, seat in _seated(user, _with_people(planned.order_by("starts_at", "pk")[:MOST]))
    ]


def _times(user: User) -> list[Waiting]:
    slots = SlotProposal.objects.filter(
        introduction__in=_hers(user), status=SlotProposal.Status.OPEN, starts_at__gt=timezone.now()
    )
    found: dict[int, Waiting] = {}
    for slot, seat in _seated(user, _with_people(slots.order_by("proposed_at", "pk")[: 3 * MOST])):
        if slot.side != seat.side:
            title = _("Answer the times for a first meeting: %(title)s")
            found.setdefault(seat.introduction.pk, _waiting(seat, title, slot.proposed_at))
    return list(found.values())


def _questions(user: User) -> list[Waiting]:
    asked = FollowUp.objects.filter(introduction__in=_hers(user), answered_at=None)
    found: dict[int, Waiting] = {}
    for question, seat in _seated(user, _with_people(asked.order_by("asked_at", "pk")[: 3 * MOST])):
        if question.side == seat.side:
            title = _("Say what became of the introduction: %(title)s")
            found.setdefault(seat.introduction.pk, _waiting(seat, title, question.asked_at))
    return list(found.values())


def _stories(user: User) -> list[Waiting]:
    drafts = SuccessStory.objects.filter(introduction__in=_hers(user), status=SuccessStory.Status.DRAFT)
    return [
        _waiting(seat, _("Agree to your success story: %(title)s"), story.changed_at, page="story")
        for story, seat in _seated(user, _with_people(drafts.order_by("changed_at", "pk")[:MOST]))
        if not telling_stories.agreed(story, seat.side)
    ]


def _waiting(seat: seating.Seat, title: str, since: datetime, page: str = "introduction-detail") -> Waiting:
    return Waiting(
        title=title % {"title": seat.interest.request.title},
        url=seat.address(page),
        since=since,
        kind=_("Introduction"),
    )


def _hers(user: User) -> QuerySet[Introduction, Any]:
    """Of the introductions she sees, those that both sides still stand by."""
    standing = ExpressionOfInterest.objects.on_rung(Rung.COMPANY)
    return Introduction.objects.visible_to(user).filter(interest__in=standing).values("pk")


def _with_people(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.select_related("introduction__interest__request", "introduction__interest__company")


def _seated(user: User, rows: QuerySet[Row]) -> Iterator[tuple[Row, seating.Seat]]:
    """Each with her seat at it."""
    for row in rows:
        if (seat := seating.seat_of(user, row.introduction)) is not None:
            yield row, seat
