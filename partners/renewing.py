"""Renewal in one step: a notice a week before the closing day, and a personal link that renews."""

from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import translation

from partners import sides
from partners.models import PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.accounts.models import User
from portal.activity.log import record
from portal.activity.models import Activity
from portal.lifecycle import lock
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

SALT = "partners.renewal"
#: Also after the request has expired.
LINK_LASTS = timedelta(days=120)
#: How many days before its last one a request's side hears of it.
NOTICE_DAYS = 7
KIND = "partners/request_closes_soon"
SAID = "closing_announced"


def remind(limit: int = 500) -> int:
    """Tell who answers for a request that it closes within a week; return of how many. Running twice tells once.

    A moved closing day is told anew. What was published for less than a week needs no notice: its writer has just
    chosen the day.
    """
    today = last_day_on_earth()
    near = PartnerRequest.objects.filter(
        status=PartnerRequest.Status.PUBLISHED, closes_on__gte=today, closes_on__lte=today + timedelta(days=NOTICE_DAYS)
    ).filter(published_at__date__lte=F("closes_on") - timedelta(days=NOTICE_DAYS))
    told = Activity.objects.annotate(day=KT("data__closes_on")).filter(
        object_type=ContentType.objects.get_for_model(PartnerRequest),
        object_id=OuterRef("pk"),
        verb=SAID,
        day=Cast(OuterRef("closes_on"), output_field=CharField()),
    )
    rows = near.filter(~Exists(told)).order_by("closes_on", "pk")[:limit]
    return sum(_tell(row) for row in rows)


def holds(row: Notification) -> bool:
    """Whether the request that a notice is about still closes on the day it says."""
    request: Any = row.about
    return request.status == PartnerRequest.Status.PUBLISHED and row.key.endswith(f":{_day(request)}")


def path(request: PartnerRequest, person: User) -> str:
    """The page that renews the request in her name without signing in, in her language. Useless once it is renewed."""
    token = signing.dumps([request.pk, person.pk, _day(request)], salt=SALT)
    with translation.override(person.language):
        return reverse("partners:renew-by-link", args=[token])


def read(token: str) -> tuple[PartnerRequest, User, bool] | None:
    """The request, the person, and whether its closing day is still the one of the link; None for a forged link, an
    old one, or a person who is gone."""
    try:
        pk, person, closes_on = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=person, is_active=True).first()
    if user is None:
        return None
    found = PartnerRequest.objects.of(user).filter(pk=pk).select_related("company__economy", "chamber").first()
    return (found, user, _day(found) == closes_on) if found else None


@transaction.atomic
def _tell(row: PartnerRequest) -> bool:
    request = lock(row)
    if request.status != PartnerRequest.Status.PUBLISHED or request.closes_on != row.closes_on:
        return False  # renewed or closed meanwhile
    day = _day(request)
    record(None, SAID, request, closes_on=day)
    notify(
        sides.request_side(request),
        KIND,
        about=request,
        occasion=day,
        own=lambda person: {"url": path(request, person)},
    )
    return True


def _day(request: PartnerRequest) -> str:
    """Its closing day; a published or expired request always has one."""
    return request.closes_on.isoformat() if request.closes_on else ""
