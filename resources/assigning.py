"""Who publishes what: administrators put it right, for one resource or for many."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.lifecycle import lock
from resources import indexing, permissions, unseen, versions
from resources.models import Resource
from resources.reviewing import AT_ONCE


@transaction.atomic
def assign(resource: Resource, *, publisher: Organization, by: User) -> Resource:
    """Make ``publisher`` its publisher; return the fresh row. Assigning the one it has changes nothing.

    It counts as an edit, though not as one that waits for a second look: a form that was opened before is refused,
    and the catalogue's file no longer loads over it.
    Raises ``PermissionDenied`` unless she administers the portal, and ``ValidationError``: ``no_publisher`` for a firm
    or a body that is not verified, ``wrong_economy`` for a body of an economy that the resource does not name.
    """
    row = lock(resource)
    if not permissions.can_assign(by, row):
        raise PermissionDenied
    _check(row, publisher)
    if row.publisher_id == publisher.pk:
        return row
    versions.keep_baseline(row)
    was, row.publisher = row.publisher, publisher
    row.version += 1
    # Whoever wrote the text stays its writer; a row that nobody edited is marked as edited here.
    row.changed_by, row.changed_at = row.changed_by or by, timezone.now()
    unseen.follow_version(row)
    row.save(update_fields=["publisher", "version", "changed_by", "changed_at", *unseen.FIELDS])
    indexing.refresh(row)
    versions.keep(row, by=by, verb="publisher_assigned")
    record(by, "publisher_assigned", row, was=was.slug, publisher=publisher.slug)
    return row


@transaction.atomic
def assign_several(resources: Iterable[Resource], *, publisher: Organization, by: User) -> int:
    """Assign all of these, or none; return how many. Raises as ``assign`` does, and ``too_many`` above ``AT_ONCE``."""
    chosen = sorted(resources, key=lambda resource: resource.pk)
    if len(chosen) > AT_ONCE:
        raise ValidationError(_("Assign at most %(count)s at once."), code="too_many", params={"count": AT_ONCE})
    for resource in chosen:
        assign(resource, publisher=publisher, by=by)
    return len(chosen)


def _check(row: Resource, publisher: Organization) -> None:
    if publisher.kind == Organization.Kind.SME or not publisher.is_verified:
        raise ValidationError(_("Only a verified public body or chamber publishes resources."), code="no_publisher")
    is_theirs = publisher.economy_id is None or publisher.economy_id in row.economy_codes
    if row.scope == Resource.Scope.ECONOMY and not is_theirs:
        raise ValidationError(
            _("“%(title)s” is not of the economy of %(publisher)s."),
            code="wrong_economy",
            params={"title": row.title, "publisher": publisher},
        )
