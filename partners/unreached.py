"""Sides of introductions that our mails do not reach, for the chambers that brokered them.

What is known of a person's mailbox is hers: a broker learns which firm to ask, and neither a person nor an address.
"""

from typing import TYPE_CHECKING, TypedDict

from django.contrib.contenttypes.models import ContentType
from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from partners.models import ExpressionOfInterest, Introduction, Rung, Side
from portal.accounts.models import Membership, User
from portal.accounts.permissions import chamber_ids
from portal.notifications.models import Deliverability, Notification

if TYPE_CHECKING:
    from datetime import datetime

    from django_stubs_ext import WithAnnotations

    class Missed(TypedDict):
        request_missed_at: datetime | None
        interested_missed_at: datetime | None

    Unreached = WithAnnotations[Introduction, Missed]

_COMPANY: dict[str, str] = {Side.REQUEST: "interest__request__company", Side.INTERESTED: "interest__company"}


def with_misses(rows: QuerySet[Introduction]) -> "QuerySet[Unreached]":
    """Each with ``request_missed_at`` and ``interested_missed_at``: since when mails about it come back from the people
    of that side's firm, though nothing has reached any of them since; empty where they arrive."""
    return rows.annotate(request_missed_at=_missed(Side.REQUEST), interested_missed_at=_missed(Side.INTERESTED))


def missed_by(introduction: "Unreached", side: str) -> "datetime | None":
    return introduction.request_missed_at if side == Side.REQUEST else introduction.interested_missed_at


def brokered_by(user: User) -> Q:
    """Introductions that her chambers brokered, as long as both sides stand by them: of others nobody asks her."""
    chambers = chamber_ids(user)
    hers = Q(interest__request__chamber__in=chambers) | Q(interest__sent_for__in=chambers)
    return hers & Q(interest__in=ExpressionOfInterest.objects.on_rung(Rung.COMPANY).values("pk"))


def sides_of(introduction: Introduction, *, for_user: User) -> list[str]:
    """The sides that our mails do not reach; none for who is no broker of it."""
    rows = Introduction.objects.filter(brokered_by(for_user), pk=introduction.pk)
    row = with_misses(rows).first()
    return [side for side in Side if missed_by(row, side)] if row else []


def _missed(side: str) -> Subquery:
    """When the latest mail failed that a person of the side's firm should have got. A dead address that was mended, or
    a later mail that arrived with any of them, is the end of it."""
    here = Q(about_type=_type(Introduction), about_id=OuterRef("pk"))
    before = Q(about_type=_type(ExpressionOfInterest), about_id=OuterRef("interest"))
    dead = Deliverability.objects.filter(state=Deliverability.State.BOUNCES).alias(lowered=Lower("address"))
    is_dead = Exists(dead.filter(lowered=OuterRef("email")))
    lost = (
        Notification.objects.undelivered()
        .alias(email=Lower("recipient__email"))
        .filter(here | before, is_dead | Q(status=Notification.Status.FAILED), _is_of(OuterRef(_COMPANY[side])))
        .filter(~Exists(_reached(side)))
    )
    return Subquery(lost.order_by("-created_at").values("created_at")[:1], output_field=DateTimeField())


def _reached(side: str) -> QuerySet[Notification]:
    """Mails about the same that arrived with one of the firm's people, then or later."""
    here = Q(about_type=_type(Introduction), about_id=OuterRef(OuterRef("pk")))
    before = Q(about_type=_type(ExpressionOfInterest), about_id=OuterRef(OuterRef("interest")))
    arrived = Notification.objects.filter(here | before, status=Notification.Status.SENT)
    return arrived.filter(_is_of(OuterRef(OuterRef(_COMPANY[side]))), created_at__gte=OuterRef("created_at"))


def _is_of(company: OuterRef) -> Q:
    """Promised to an active member of the company."""
    members = Membership.objects.active().filter(user=OuterRef("recipient"), user__is_active=True)
    return Q(Exists(members.filter(organization=OuterRef(company))))


def _type(model: type) -> ContentType:
    return ContentType.objects.get_for_model(model)
