"""Offices that wait for somebody to say that they are still right."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.desk import Coming, Waiting
from portal.focal import permissions
from portal.focal.models import CONFIRMED_WITHIN, FocalPoint

#: Days before an office drops out on which it comes to the desk.
AHEAD = 30
#: One that dropped out longer ago than this is left to its list.
PATIENCE = timedelta(days=60)


def waiting_for(user: User) -> list[Waiting]:
    """One task for all of her offices that are about to drop out, or just did."""
    organizations = permissions.own_ids(user)
    if not organizations:
        return []
    now = timezone.now()
    ends = now - CONFIRMED_WITHIN
    due = FocalPoint.objects.filter(
        is_active=True,
        organization__in=organizations,
        confirmed_at__range=(ends - PATIENCE, ends + timedelta(days=AHEAD)),
    ).order_by("confirmed_at")
    found = list(due)
    if not found:
        return []
    due_at = found[0].lapses_at
    since = due_at - timedelta(days=AHEAD)
    return [Waiting(_title(found), reverse("focal:point-mine"), since, due_at=due_at, kind="accounts/offices")]


def _title(due: list[FocalPoint]) -> str:
    """One office by its name, several by their number; two sentences, as Chinese has one form for both numbers."""
    if len(due) == 1:
        return _("Confirm that %(office)s still answers as listed") % {"office": due[0].office}
    return _("Confirm %(count)d offices in the directory") % {"count": len(due)}


def coming_for(user: User) -> list[Coming]:
    """Offices have no dates to come."""
    return []
