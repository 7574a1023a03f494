"""What partnering puts on a person's desk."""

from datetime import UTC, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners import broker_desk, gathering_desk, introduction_desk, screening_desk, text_desk
from partners.models import ChamberMember, ExpressionOfInterest, PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.accounts.models import Membership
from portal.accounts.permissions import chamber_ids, company_ids, memberships
from portal.desk import Coming, Waiting

#: At most this many of a kind; the lists behind them have the rest.
MOST = 20
CLOSING_SOON = timedelta(days=14)


def waiting_for(user) -> list[Waiting]:
    """Requests to review, interests to answer, drafts sent back, chambers that ask to speak for the firm."""
    screened = screening_desk.waiting_for(user)
    if not (company_ids(user) or chamber_ids(user)):
        return screened
    own = [*_reviews(user), *text_desk.waiting_for(user), *_answers(user), *_sent_back(user), *_memberships(user)]
    gathered = [*gathering_desk.waiting_for(user), *introduction_desk.waiting_for(user), *broker_desk.waiting_for(user)]
    return [*screened, *own, *gathered]


def coming_for(user) -> list[Coming]:
    """The closing days of her own published requests in the next two weeks, and her first meetings."""
    if not (company_ids(user) or chamber_ids(user)):
        return []
    today = last_day_on_earth()
    closing = PartnerRequest.objects.of(user).open().filter(closes_on__lte=today + CLOSING_SOON)
    closings = [
        Coming(
            title=_("“%(title)s” closes") % {"title": request.title},
            url=request.get_absolute_url(),
            # The day ends everywhere twelve hours after it ends in UTC.
            at=datetime.combine(request.closes_on + timedelta(days=1), time(12), UTC),
        )
        for request in closing.order_by("closes_on", "pk")[:MOST]
    ]
    return [*closings, *introduction_desk.coming_for(user)]


def _reviews(user) -> list[Waiting]:
    if not chamber_ids(user):
        return []
    submitted = PartnerRequest.objects.filter(
        chamber__in=chamber_ids(user), status=PartnerRequest.Status.SUBMITTED
    ).exclude(posted_by=user)
    return [
        Waiting(
            title=_("Review “%(title)s”") % {"title": request.title},
            url=request.get_absolute_url(),
            since=request.submitted_at or request.changed_at,
            kind=_("Partner request"),
        )
        for request in submitted.order_by("submitted_at", "pk")[:MOST]
    ]


def _answers(user) -> list[Waiting]:
    received = ExpressionOfInterest.objects.received_by(user).unanswered().filter(answer_due_at__gt=timezone.now())
    return [
        Waiting(
            title=_("Answer the interest in “%(title)s”") % {"title": interest.request.title},
            url=interest.get_absolute_url(),
            since=interest.sent_at,
            due_at=interest.answer_due_at,
            kind=_("Expression of interest"),
        )
        for interest in received.select_related("request").order_by("answer_due_at", "pk")[:MOST]
    ]


def _sent_back(user) -> list[Waiting]:
    drafts = PartnerRequest.objects.filter(company__in=company_ids(user), status=PartnerRequest.Status.DRAFT)
    return [
        Waiting(
            title=_("Change “%(title)s” as the chamber asks") % {"title": request.title},
            url=request.get_absolute_url(),
            since=request.changed_at,
            kind=_("Partner request"),
        )
        for request in drafts.exclude(returned_reason="").order_by("changed_at", "pk")[:MOST]
    ]


def _memberships(user) -> list[Waiting]:
    managed = [m.organization_id for m in memberships(user) if m.role == Membership.Role.MANAGER]
    asked = ChamberMember.objects.filter(company__in=managed, status=ChamberMember.Status.ASKED)
    return [
        Waiting(
            title=_("%(chamber)s asks to write requests for your company") % {"chamber": member.chamber.name},
            url=reverse("partners:profile-edit", args=[member.company.slug]),
            since=member.asked_at,
            kind=_("Membership"),
        )
        for member in asked.select_related("chamber", "company").order_by("asked_at", "pk")[:MOST]
    ]
