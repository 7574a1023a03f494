"""The second look at what was changed in public: it is right, or the earlier text comes back (see unseen.py)."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.outbox import notify
from resources import checking, permissions, publishing, restoring, unseen, versions
from resources.models import Resource

BROUGHT_BACK = "resources/resource_brought_back"


@transaction.atomic
def look_over(resource: Resource, *, by: User, version: int | None = None) -> Resource:
    """Say that what was changed since the last look is right; return the fresh row.

    ``version`` is the one she compared, by default that of the object she holds.
    Raises ``PermissionDenied`` when she neither keeps it nor stands in for those who do, and ``ValidationError``:
    ``seen`` when nothing waits (somebody was quicker), ``own_text`` when she changed it herself since the last look,
    ``changed_meanwhile`` when it is no longer at ``version``.
    """
    row = _ready(resource, by=by, version=version)
    was = row.seen_version
    unseen.clear(row)
    record(by, "looked_over", row, since=was, version=row.version)
    return row


@transaction.atomic
def bring_back(resource: Resource, *, by: User, version: int | None = None) -> Resource:
    """Give it back the content that a second person saw last; who changed it since is told. Return the fresh row.

    It becomes a new version. What is gone since (a topic that was removed, say) stays away, and so does a last day
    that has passed. Raises as :func:`look_over` does, and what :func:`resources.checking.check` raises.
    """
    row = _ready(resource, by=by, version=version)
    changers = User.objects.filter(pk__in=row.unseen_by, is_active=True).order_by("pk")
    told = list(changers)
    earlier = unseen.seen(row)
    row = publishing.change(row, by=by, verb="restored", tells=False, brings_back=True, **_content(earlier, row))
    restoring.set_translations(row, earlier)
    unseen.clear(row)
    notify(told, BROUGHT_BACK, about=row, occasion=row.version, by=str(by))
    return row


def _ready(resource: Resource, *, by: User, version: int | None) -> Resource:
    row = lock(resource)
    waits = row.status == Resource.Status.PUBLISHED and row.unseen_since is not None
    if not (permissions.keeps(by, row) or (permissions.may_look_over(by, row) if waits else by.is_staff)):
        raise PermissionDenied
    if not waits:
        raise ValidationError(_("Nothing waits for a second look here any more."), code="seen")
    if by.pk in row.unseen_by:
        raise ValidationError(_("You changed this yourself, so somebody else looks it over."), code="own_text")
    if row.version != (resource.version if version is None else version):
        raise ValidationError(
            _("%(who)s changed the text after you opened it. Compare again, then decide."),
            code="changed_meanwhile",
            params={"who": row.changed_by or _("Somebody")},
        )
    return row


def _content(earlier: versions.Past, row: Resource) -> dict[str, Any]:
    day = earlier.content["expires_on"]
    day = dt.date.fromisoformat(day) if isinstance(day, str) else day
    has_passed = day is not None and checking.is_past(day, row.publisher)
    return versions.given(earlier, row) | {"expires_on": row.expires_on if has_passed else day}
