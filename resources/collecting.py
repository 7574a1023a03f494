"""Lists of resources: a person's own, and those of her organizations. Each verb is for whom the list belongs to."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import Organization, User
from portal.accounts.permissions import delegation
from portal.activity.log import record
from portal.lifecycle import lock
from resources import permissions
from resources.models import Collection, CollectionItem, Resource
from resources.models.collections import new_token

#: So many lists a person or an organization may have, and so many resources a list.
MOST_LISTS = 50
MOST_ITEMS = 200


@transaction.atomic
def start(*, title: str, by: User, organization: Organization | None = None, note: str = "") -> Collection:
    """Begin a list of her own, or of an organization she belongs to.

    Raises ``ValidationError``: ``required`` without a title, ``full`` when there are :data:`MOST_LISTS` already.
    """
    _ask(permissions.can_start_list(by, organization))
    _one_at_a_time(by, organization)
    hers = Collection.objects.filter(organization=organization)
    if organization is None:
        hers = hers.filter(owner=by)
    if hers.count() >= MOST_LISTS:
        raise ValidationError(
            _("There are %(count)d lists already. Delete one first."), code="full", params={"count": MOST_LISTS}
        )
    collection = Collection.objects.create(owner=by, organization=organization, title=_titled(title), note=note.strip())
    record(by, "created", collection)
    return collection


def own_list(user: User) -> Collection | None:
    """Her first list, which one click adds to; None while she has none."""
    return Collection.objects.filter(owner=user, organization=None).order_by("pk").first()


def on_own_list(user: User) -> frozenset[int]:
    """The ids of the resources on :func:`own_list`, by one query."""
    first = Collection.objects.filter(owner=user, organization=None).order_by("pk").values("pk")[:1]
    return frozenset(CollectionItem.objects.filter(collection__in=first).values_list("resource", flat=True))


def shown_on_pages(user: User) -> frozenset[int] | None:
    """What of hers the shared pages show: her own list. None for those who see more on them than others do: officials
    and administrators."""
    if user.is_staff or delegation(user):
        return None
    return on_own_list(user)


@transaction.atomic
def keep(resource: Resource, *, by: User) -> CollectionItem:
    """Put a resource on her own list, which begins with it when she has none yet."""
    _ask(permissions.can_start_list(by, None))
    _one_at_a_time(by)
    collection = own_list(by) or start(title=_("My list"), by=by)
    return add(collection, resource, by=by)


@transaction.atomic
def add(collection: Collection, resource: Resource, *, by: User, note: str = "") -> CollectionItem:
    """Put a resource at the end of a list; one that is on it already stays where it is.

    Raises ``ValidationError(code="full")`` when there are :data:`MOST_ITEMS` on it.
    """
    row = _open(collection, by)
    if there := row.items.filter(resource=resource).first():
        return there
    if row.items.count() >= MOST_ITEMS:
        raise ValidationError(
            _("“%(title)s” holds %(count)d resources already. Remove one first."),
            code="full",
            params={"title": row.title, "count": MOST_ITEMS},
        )
    last = row.items.aggregate(last=Max("position"))["last"]
    item = CollectionItem.objects.create(
        collection=row, resource=resource, position=0 if last is None else last + 1, note=note.strip()
    )
    _changed(row, "list_item_added", by, resource=resource.pk)
    return item


@transaction.atomic
def remove(collection: Collection, resource: Resource, *, by: User) -> Collection:
    """Take a resource off a list; nothing happens when it is not on it."""
    row = _open(collection, by)
    if row.items.filter(resource=resource).delete()[0]:
        _changed(row, "list_item_removed", by, resource=resource.pk)
    return row


@transaction.atomic
def place(resource: Resource, *, on: QuerySet[Collection], by: User) -> None:
    """Have a resource on exactly these of the lists she keeps."""
    wanted = {collection.pk for collection in on}
    for collection in Collection.objects.visible_to(by).order_by("pk"):
        if collection.pk in wanted:
            add(collection, resource, by=by)
        else:
            remove(collection, resource, by=by)


@transaction.atomic
def move_item(item: CollectionItem, *, up: bool, by: User) -> Collection:
    """Change places with the neighbour; at the end of the list nothing happens."""
    row = _open(item.collection, by)
    order = list(row.items.all())
    at = next((index for index, other in enumerate(order) if other.pk == item.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(order):
        return row
    order[at], order[to] = order[to], order[at]
    for position, other in enumerate(order):
        other.position = position
    CollectionItem.objects.bulk_update(order, ["position"])
    _changed(row, "list_item_moved", by)
    return row


@transaction.atomic
def annotate(item: CollectionItem, *, note: str, by: User) -> CollectionItem:
    """Write a word of advice beside a resource; readers of the shared list see it."""
    row = _open(item.collection, by)
    fresh = lock(item)
    fresh.note = note.strip()
    fresh.full_clean(exclude=["collection", "resource"], validate_unique=False, validate_constraints=False)
    fresh.save(update_fields=["note"])
    _changed(row, "list_note_written", by)
    return fresh


@transaction.atomic
def describe(collection: Collection, *, title: str, note: str, by: User) -> Collection:
    """Say what a list is called and what it is for."""
    row = _open(collection, by)
    row.title, row.note = _titled(title), note.strip()
    row.save(update_fields=["title", "note"])
    _changed(row, "described", by)
    return row


@transaction.atomic
def share(collection: Collection, *, by: User) -> Collection:
    """Let whoever has the link read the list."""
    return _share(collection, "list_shared", by, is_shared=True)


@transaction.atomic
def unshare(collection: Collection, *, by: User) -> Collection:
    """Close the link. The next sharing has another one, so an old link never opens again."""
    return _share(collection, "list_unshared", by, is_shared=False, token=new_token())


@transaction.atomic
def renew_link(collection: Collection, *, by: User) -> Collection:
    """Give the list another link; the old one leads nowhere from now on."""
    return _share(collection, "list_link_renewed", by, token=new_token())


@transaction.atomic
def delete(collection: Collection, *, by: User) -> None:
    """Delete a list and its link for good. The resources stay."""
    row = lock(collection)
    _ask(permissions.can_delete_list(by, row))
    record(by, "discarded", row)
    row.delete()


def _ask(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _one_at_a_time(user: User, organization: Organization | None = None) -> None:
    """So that two clicks together begin one list, and cannot pass the cap."""
    owners = User.objects if organization is None else Organization.objects
    owners.select_for_update(no_key=True).get(pk=(organization or user).pk)


def _open(collection: Collection, by: User) -> Collection:
    """Lock the list: it is changed by one person at a time, and by those it belongs to."""
    row = lock(collection)
    _ask(permissions.can_keep_list(by, row))
    return row


def _share(collection: Collection, verb: str, by: User, **changes: object) -> Collection:
    row = _open(collection, by)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    _changed(row, verb, by)
    return row


def _changed(row: Collection, verb: str, by: User, **details: object) -> None:
    row.changed_at = timezone.now()
    row.save(update_fields=["changed_at"])
    record(by, verb, row, **details)


def _titled(title: str) -> str:
    if not title.strip():
        raise ValidationError({"title": ValidationError(_("Give the list a name."), code="required")})
    return title.strip()
