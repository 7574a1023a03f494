"""What people do about links: accept where a page moved to, and ask for another look."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from resources import permissions, publishing, tasks
from resources.models import LinkCheck, Resource

#: Who asks again sooner asks for the same answer.
PAUSE = timedelta(minutes=5)

#: The lists that keepers work through, by the word in the address.
STATES = {
    "broken": Q(link_status=Resource.LinkStatus.BROKEN),
    "moved": Q(link_status=Resource.LinkStatus.MOVED) & ~Q(link_check__failures__gt=0),
    "refused": Q(link_status=Resource.LinkStatus.UNCLEAR) & ~Q(link_check__problem=LinkCheck.Problem.SOFT_NOT_FOUND),
    "doubtful": Q(link_status=Resource.LinkStatus.UNCLEAR, link_check__problem=LinkCheck.Problem.SOFT_NOT_FOUND),
    "failing": Q(link_check__failures__gt=0)
    & ~Q(link_status__in=[Resource.LinkStatus.BROKEN, Resource.LinkStatus.UNCLEAR]),
    "unchecked": Q(link_status=Resource.LinkStatus.UNCHECKED) & ~Q(link_check__failures__gt=0),
    "ok": Q(link_status=Resource.LinkStatus.OK) & ~Q(link_check__failures__gt=0),
}


def kept_links(user: User) -> QuerySet[Resource]:
    """What she keeps and is not withdrawn, with the last look at its address."""
    return Resource.objects.kept_by(user).exclude(status=Resource.Status.ARCHIVED).select_related("link_check")


def count_by_state(links: QuerySet[Resource]) -> dict[str, int]:
    """How many of these are in each of :data:`STATES`, by one statement."""
    return links.order_by().aggregate(**{name: Count("pk", filter=rule) for name, rule in STATES.items()})


@transaction.atomic
def accept_move(resource: Resource, *, to: str, by: User) -> Resource:
    """Make the proposed address ``to``, as she saw it, the resource's own; it is looked at anew soon.

    Raises ``ValidationError``: ``changed_meanwhile`` when that is not the proposal any more, and what
    :func:`resources.publishing.revise` raises.
    """
    if not permissions.can_mend_link(by, resource):
        raise PermissionDenied
    row = lock(resource)
    check = LinkCheck.objects.filter(pk=row.pk, url=row.url).exclude(moved_to="").first()
    if check is None or check.moved_to != to:
        raise ValidationError(_("The proposal has changed. Look at the new one first."), code="changed_meanwhile")
    fresh = publishing.revise(row, version=row.version, by=by, verb="link_corrected", url=to)
    LinkCheck.objects.filter(pk=row.pk).update(moved_to="", due_at=timezone.now())
    transaction.on_commit(tasks.hint_links, robust=True)
    return fresh


@transaction.atomic
def ask_again(resource: Resource, *, by: User) -> LinkCheck:
    """Have its address looked at as soon as a worker is free, instead of at its time.

    Raises ``ValidationError``: ``too_soon`` when it was looked at, or asked for, a moment ago.
    """
    if not permissions.can_mend_link(by, resource):
        raise PermissionDenied
    now = timezone.now()
    LinkCheck.objects.get_or_create(pk=resource.pk, defaults={"url": resource.url, "due_at": now + PAUSE})
    row = LinkCheck.objects.select_for_update().get(pk=resource.pk)
    if row.due_at <= now or (row.claimed_until and row.claimed_until > now):
        raise ValidationError(_("It is about to be looked at. Come back in a minute."), code="too_soon")
    if row.url == resource.url and row.checked_at and row.checked_at > now - PAUSE:
        raise ValidationError(_("It was looked at just now. Come back in a few minutes."), code="too_soon")
    row.due_at = now
    row.save(update_fields=["due_at"])
    record(by, "link_look_asked", resource)
    transaction.on_commit(tasks.hint_links, robust=True)
    return row
