"""What the portal's clock does with resources: publish at an approved moment, withdraw after the last day.

Each sweep takes everything that is due by now, so what an outage held up is done at the first tick after it.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.models import Notification
from portal.notifications.outbox import notify
from portal.reference.models import Economy
from resources import people, permissions, publishing
from resources.checking import is_past
from resources.models import Resource

#: Nobody knows today what should go public later than that.
LATEST = timedelta(days=366)
#: The publisher is told so long before a resource ends.
NOTICE = timedelta(days=14)
ENDS_SOON = "resources/resource_expires_soon"


@transaction.atomic
def schedule(resource: Resource, *, publish_at: datetime, by: User, version: int | None = None) -> Resource:
    """Approve a resource in review for a moment to come (an aware ``datetime``); the portal publishes it then.

    Its author and who submitted it are told. Approving the same moment again changes nothing.
    Raises what :func:`resources.publishing.ready` raises, and ``ValidationError`` on ``publish_at``.
    """
    row = publishing.ready(resource, by=by, version=version, at=publish_at)
    if (row.publish_at, row.approved_by_id) == (publish_at, by.pk):
        return row
    now = timezone.now()
    if not now < publish_at <= now + LATEST:
        raise ValidationError({"publish_at": ValidationError(_("Choose a moment within the next year."), "when")})
    row.publish_at, row.approved_by = publish_at, by
    row.save(update_fields=["publish_at", "approved_by"])
    moment = publish_at.isoformat()
    record(by, "approved", row, publish_at=moment, version=row.version)
    occasion = f"{now.isoformat()} {moment}"
    publishing.tell_writers(row, "resources/resource_scheduled", occasion, by=by, publish_at=moment)
    return row


@transaction.atomic
def unschedule(resource: Resource, *, by: User) -> Resource:
    """Take back that it is published by itself; it stays in review. Without a schedule nothing happens."""
    row = lock(resource)
    if not permissions.reviews(by, row):
        raise PermissionDenied
    if row.publish_at is None:
        return row
    approver = row.approved_by
    row.publish_at = row.approved_by = None
    row.save(update_fields=["publish_at", "approved_by"])
    record(by, "unscheduled", row)
    told = [person for person in (approver, row.author, row.submitted_by) if person and person != by]
    notify(told, "resources/resource_unscheduled", about=row, occasion=timezone.now().isoformat(), by=str(by))
    return row


def publish_due(limit: int = 200) -> int:
    """Publish what was approved for a moment that has come; return how many.

    Runs as often as one likes, also in parallel: each row is taken once. Whoever approved it must still be one who
    may; otherwise the approval ends, and those who may review it now are told.
    """
    due = _to_publish().values_list("pk", flat=True)[:limit]
    return sum(_publish_on_time(pk) for pk in list(due))


@transaction.atomic
def _publish_on_time(pk: int) -> bool:
    due = _to_publish().filter(pk=pk)
    row = due.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return False
    approver = row.approved_by
    if approver is None or not _still_may(approver, row):
        _end_approval(row)
        return False
    moment = str(row.publish_at)
    row = publishing.go_public(row, by=None, approved_by=approver)
    told = {person.pk: person for person in (row.author, row.submitted_by, approver) if person}
    notify(told.values(), "resources/resource_published_on_time", about=row, occasion=moment, by=str(approver))
    return True


def _still_may(approver: User, row: Resource) -> bool:
    has_ended = row.expires_on is not None and is_past(row.expires_on, row.publisher)
    return approver.is_active and permissions.may_review(approver, row) and not has_ended


def _end_approval(row: Resource) -> None:
    moment = str(row.publish_at)
    row.publish_at = row.approved_by = None
    row.save(update_fields=["publish_at", "approved_by"])
    record(None, "approval_ended", row)
    notify(people.reviewers(row), "resources/resource_not_published", about=row, occasion=moment)


def expire_due(limit: int = 200) -> int:
    """Withdraw what is past its last day, by the clock of the publisher's capital; tell the publisher; return how many.

    Runs as often as one likes, also in parallel: each row is taken once.
    """
    over = _past_last_day().values_list("pk", flat=True)[:limit]
    return sum(_expire(pk) for pk in list(over))


@transaction.atomic
def _expire(pk: int) -> bool:
    over = _past_last_day().filter(pk=pk)
    row = over.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return False
    row = move(row, Resource.Status.ARCHIVED, by=None, verb="expired", note="")
    _tell_publisher(row, "resources/resource_expired")
    return True


def warn_of_expiry() -> None:
    """Tell the publisher of what ends within two weeks: once for each last day, however often this runs."""
    until = timezone.now().date() + NOTICE
    for row in Resource.objects.published().filter(expires_on__lte=until).order_by("expires_on", "pk"):
        _tell_publisher(row, ENDS_SOON)


def holds(row: Notification) -> bool:
    """Whether the resource that a warning is about still ends on the day it says."""
    resource: Any = row.about
    return resource.status == Resource.Status.PUBLISHED and str(resource.expires_on) == row.context["expires_on"]


def _to_publish() -> models.QuerySet[Resource]:
    waiting = Resource.objects.filter(status=Resource.Status.IN_REVIEW, publish_at__lte=timezone.now())
    return waiting.order_by("publish_at", "pk")


def _past_last_day() -> models.QuerySet[Resource]:
    """Published, and its last day is over by the clock of its publisher's capital (UTC where it has no economy)."""
    over = Q(publisher__economy=None, expires_on__lt=timezone.now().date())
    for zone in Economy.objects.order_by().values_list("default_time_zone", flat=True).distinct():
        today = timezone.localdate(timezone=ZoneInfo(zone))
        over |= Q(publisher__economy__default_time_zone=zone, expires_on__lt=today)
    return Resource.objects.published().filter(over).order_by("expires_on", "pk")


def _tell_publisher(row: Resource, kind: str) -> None:
    last_day = str(row.expires_on)  # as in ISO 8601
    notify(people.publishers_people(row), kind, about=row, occasion=last_day, expires_on=last_day)
