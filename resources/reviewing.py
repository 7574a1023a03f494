"""The review duty: a published resource is confirmed twice a year, or somebody hears of it (see reminding.py)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from resources import permissions
from resources.models import Report, Resource
from resources.publishing import review_due_after

OUT_OF_DATE = Report.Verdict.OUT_OF_DATE
#: Of one click: each is locked, logged and shown anew to the public.
AT_ONCE = 500


@dataclass(frozen=True)
class Confirmed:
    """What came of confirming several: how many now are, and those left out because readers call them out of date."""

    count: int
    doubted: list[Resource]


@transaction.atomic
def confirm(resource: Resource, *, by: User) -> Resource:
    """Say that it is still correct: reviewed today (UTC), to be reviewed again in six months; return the fresh row.

    It also answers the readers who said it is out of date. Doing it twice on one day is doing it once.
    Raises ``PermissionDenied`` when she neither keeps it nor administers the portal, and
    ``ValidationError(code="illegal_move")`` when it is not published.
    """
    row = lock(resource)
    if not permissions.vouches(by, row):
        raise PermissionDenied
    if row.status != Resource.Status.PUBLISHED:
        raise ValidationError(_("Only what is published is confirmed."), code="illegal_move")
    today = timezone.now().date()
    due = review_due_after(today)
    doubts = row.reports.filter(verdict=OUT_OF_DATE, handled_at=None).update(handled_at=timezone.now(), handled_by=by)
    if (row.reviewed_on, row.review_due_on) != (today, due):
        row.reviewed_on, row.review_due_on = today, due
        row.save(update_fields=["reviewed_on", "review_due_on"])
    elif not doubts:
        return row
    record(by, "review_confirmed", row, next_on=due.isoformat(), reports=doubts)
    return row


@transaction.atomic
def confirm_several(resources: Iterable[Resource], *, by: User) -> Confirmed:
    """Confirm all of these, at most ``AT_ONCE``, that no reader calls out of date: those are read one by one.

    All or nothing: raises as ``confirm`` does, ``ValidationError(code="too_many")`` for more, and then none is.
    """
    # In one order, so that two people who confirm at once wait for each other instead of dying.
    chosen = sorted(resources, key=lambda resource: resource.pk)
    if len(chosen) > AT_ONCE:
        raise ValidationError(_("Confirm at most %(count)s at once."), code="too_many", params={"count": AT_ONCE})
    doubted = set(
        Report.objects.open()
        .filter(verdict=OUT_OF_DATE, resource__in=[resource.pk for resource in chosen])
        .values_list("resource", flat=True)
    )
    for resource in chosen:
        if resource.pk not in doubted:
            confirm(resource, by=by)
    return Confirmed(len(chosen) - len(doubted), [resource for resource in chosen if resource.pk in doubted])


def to_review(user: Any) -> models.QuerySet[Resource]:
    """The published resources she keeps, the first due first, with ``doubts``: how many readers call it out of date."""
    doubts = Count("reports", filter=Q(reports__verdict=OUT_OF_DATE, reports__handled_at=None))
    return Resource.objects.kept_by(user).published().annotate(doubts=doubts).order_by("review_due_on", "pk")
