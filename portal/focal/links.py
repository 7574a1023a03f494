"""Personal links of the reminder: the permission to confirm one office without signing in.

Opening one changes nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils import translation

from portal.accounts.models import User
from portal.focal.models import FocalPoint
from portal.focal.permissions import can_edit

SALT = "portal.focal.confirm"
#: The reminders come within the last month; afterwards the office has dropped out, and may still be confirmed.
LASTS = timedelta(days=60)


@dataclass(frozen=True)
class Held:
    """What a link stands for: whose it is, which office, and whether it was confirmed or changed since."""

    person: User
    point: FocalPoint
    is_used: bool


def path(point: FocalPoint, person: User) -> str:
    """The path of the link for this person, in her language."""
    named = signing.dumps([point.pk, person.pk, point.confirmed_at.timestamp()], salt=SALT)
    with translation.override(person.language):
        return reverse("focal:point-confirm-by-link", args=[named])


def read(token: str) -> Held | None:
    """Whose link it is; None when it is forged or too old, or she no longer speaks for the office."""
    try:
        point_pk, person_pk, confirmed = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    point = FocalPoint.objects.select_related("organization", "economy").filter(pk=point_pk).first()
    person = User.objects.filter(pk=person_pk, is_active=True).first()
    if point is None or person is None or not can_edit(person, point):
        return None
    return Held(person, point, is_used=point.confirmed_at.timestamp() != confirmed)
