"""What introductions put on a person's desk: times to answer, questions what became of it, stories to agree
to; and on the desk of who brokered one, which side our mails do not reach."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners import seating, telling_stories, unreached
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
from portal.accounts.permissions import chamber_ids
from portal.desk import Coming, Waiting

#: At most this many of a kind; the introductions' own pages have the rest.
MOST = 20


def waiting_for(user: User) -> list[Waiting]:
    """The oldest first of each kind. One query for who has no introduction: every page shows the count."""
    if not Introduction.objects.visible_to(user).exists():
        return []
    found = [(introduction, seating.seat_of(user, introduction)) for introduction in _waiting_rows(user)]
    seats = [(introduction, seat) for introduction, seat in found if seat is not None]
    return [
        waiting
        for what in (_times, _questions, _story, _unreached)
        for introduction, seat in seats
        if (waiting := what(introduction, seat)) is not None
    ]


def coming_for(user: User) -> list[Coming]:
    """The first meetings of the introductions in which she has a seat."""
    rows = PartnerMeeting.objects.filter(
        introduction__in=Introduction.objects.visible_to(user).values("pk"),
        status=PartnerMeeting.Status.PLANNED,
        ends_at__gt=timezone.now(),
    )
    planned = rows.order_by("starts_at", "pk")[:MOST]
    return [
        Coming(
            title=_("First meeting: %(title)s") % {"title": meeting.introduction.interest.request.title},
            url=seat.address("introduction-detail"),
            at=meeting.starts_at,
            ends_at=meeting.ends_at,
        )
        for meeting in planned.select_related("introduction__interest__request", "introduction__interest__company")
        if (seat := seating.seat_of(user, meeting.introduction)) is not None
    ]


def _waiting_rows(user: User) -> QuerySet[Introduction]:
    """Of the introductions she sees, those that both sides stand by and where something is open."""
    standing = ExpressionOfInterest.objects.on_rung(Rung.COMPANY)
    slots = SlotProposal.objects.filter(introduction=OuterRef("pk"), status=SlotProposal.Status.OPEN)
    questions = FollowUp.objects.filter(introduction=OuterRef("pk"), answered_at=None)
    stories = SuccessStory.objects.filter(introduction=OuterRef("pk"), status=SuccessStory.Status.DRAFT)
    is_open = Q(Exists(slots.filter(starts_at__gt=timezone.now()))) | Q(Exists(questions)) | Q(Exists(stories))
    rows = Introduction.objects.visible_to(user)
    if chamber_ids(user):
        # Which names a broker may read goes by the consents.
        rows = rows.select_related("interest__request__company").prefetch_related("interest__consents")
        rows = unreached.with_misses(rows)
        is_missed = Q(request_missed_at__isnull=False) | Q(interested_missed_at__isnull=False)
        is_open |= is_missed & unreached.brokered_by(user)
    rows = rows.filter(is_open, interest__in=standing)
    rows = rows.select_related("interest__request", "interest__company", "story")
    return rows.prefetch_related("slots", "follow_ups").order_by("accepted_at", "pk")[:MOST]


def _times(introduction: Introduction, seat: seating.Seat) -> Waiting | None:
    now = timezone.now()
    theirs = [
        slot.proposed_at
        for slot in introduction.slots.all()
        if slot.status == SlotProposal.Status.OPEN and slot.starts_at > now and slot.side != seat.side
    ]
    return _waiting(seat, _("Answer the times for a first meeting: %(title)s"), min(theirs)) if theirs else None


def _questions(introduction: Introduction, seat: seating.Seat) -> Waiting | None:
    asked = [
        question.asked_at
        for question in introduction.follow_ups.all()
        if question.answered_at is None and question.side == seat.side
    ]
    return _waiting(seat, _("Say what became of the introduction: %(title)s"), min(asked)) if asked else None


def _story(introduction: Introduction, seat: seating.Seat) -> Waiting | None:
    story: SuccessStory | None = getattr(introduction, "story", None)
    if story is None or story.status != SuccessStory.Status.DRAFT or telling_stories.agreed(story, seat.side):
        return None
    return _waiting(seat, _("Agree to your success story: %(title)s"), story.changed_at, page="story")


def _unreached(introduction: Any, seat: seating.Seat) -> Waiting | None:
    """For who brokered it; her own colleagues' mailboxes are not a side's."""
    interest = introduction.interest
    if not {interest.request.chamber_id, interest.sent_for_id} & chamber_ids(seat.person):
        return None
    missed = {side: at for side in seating.OTHER if (at := unreached.missed_by(introduction, side))}
    if not missed:
        return None
    firms = pgettext("list", ", ").join(seating.seen_from(seat, side) for side in missed)
    return _waiting(seat, _("Ask %(firms)s to check their address: %(title)s"), min(missed.values()), firms=firms)


def _waiting(
    seat: seating.Seat, title: str, since: datetime, page: str = "introduction-detail", **names: str
) -> Waiting:
    return Waiting(
        title=title % {"title": seat.interest.request.title, **names},
        url=seat.address(page),
        since=since,
        kind=_("Introduction"),
    )
