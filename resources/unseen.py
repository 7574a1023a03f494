"""What was changed in public and nobody else has seen yet: marking it, and telling those who may look it over.

A change of what is published is public at once, because the rules at a border change overnight. Two people stand
behind every text all the same: until somebody else has looked it over (looking_over.py), the resource waits for a
second look. It remembers the version that a second person saw last, since when it waits, and who changed it since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.models import Notification
from portal.notifications.outbox import notify
from resources import people, versions
from resources.models import Resource

CHANGED, CHANGED_BY_FILE = "resources/resource_changed", "resources/import_changed"
#: What the link checker found and somebody took over with one click: no words of hers.
OF_THE_MACHINE = frozenset({"link_corrected"})
FIELDS = ("seen_version", "unseen_since", "unseen_by")


@dataclass(frozen=True)
class Waits:
    """How a resource waits for its second look: every version since the seen one, newest first, who made them, and
    who would look it over."""

    changes: list[versions.Past]
    expected: people.Expected


def mark(row: Resource, *, by: User, verb: str) -> None:
    """Note a change of a published resource, already at its new version; joins the transaction. ``row`` is locked.

    A change back to what the second person saw leaves nothing to look over.
    """
    if verb in OF_THE_MACHINE:
        if row.unseen_since is None:
            row.seen_version = row.version
    elif row.unseen_since is None:
        row.unseen_since, row.unseen_by = timezone.now(), [by.pk]
    elif _is_undone(row):
        return clear(row)
    else:
        row.unseen_by = sorted({*row.unseen_by, by.pk})
    row.save(update_fields=FIELDS)
    return None


def clear(row: Resource) -> None:
    """A second person has seen it as it stands. ``row`` is locked."""
    row.seen_version, row.unseen_since, row.unseen_by = row.version, None, []
    row.save(update_fields=FIELDS)


def follow_version(row: Resource) -> None:
    """The version rose for something that needs no second look. The caller saves :data:`FIELDS`."""
    if row.unseen_since is None:
        row.seen_version = row.version


def seen(resource: Resource) -> versions.Past:
    """How it stood when a second person saw it last; where that was not kept, the oldest that was.

    Raises ``LookupError`` when no version was kept at all, which no change leaves behind.
    """
    found = None
    for row in versions.of(resource).iterator(chunk_size=20):
        found = versions.past(row)
        if found.number <= resource.seen_version:
            break
    if found is None:
        raise LookupError(f"No version of {resource.slug} was kept.")
    return found


def waits(resource: Resource, user: Any) -> Waits | None:
    """For the page of those who keep it; None when nothing waits."""
    if resource.status != Resource.Status.PUBLISHED or resource.unseen_since is None:
        return None
    changes = []
    for row in versions.of(resource).iterator(chunk_size=20):
        one = versions.past(row)
        if one.number <= resource.seen_version:
            break
        changes.append(one)
    return Waits(changes, people.expected_lookers(resource, user))


def address(resource: Resource) -> str:
    return reverse("resources:resource-look", args=[resource.slug])


def tell(row: Resource, *, by: User) -> None:
    """Those who may look it over; quick edits are one mail (kinds.py)."""
    if row.unseen_since is None:
        return
    lookers = people.lookers(row)
    notify(lookers, CHANGED, about=row, occasion=row.version, by=str(by), url=address(row))


def tell_of_file(changed: Iterable[Resource], *, by: User, name: str) -> None:
    """One message to each person who may look some of these over, however many a file has changed."""
    hers: dict[Any, int] = {}
    told: dict[Any, User] = {}
    known: dict[Any, Sequence[User]] = {}
    for row in changed:
        if row.status != Resource.Status.PUBLISHED or row.unseen_since is None:
            continue
        group = (row.scope, frozenset(row.economy_codes), tuple(row.unseen_by))
        if group not in known:
            known[group] = list(people.lookers(row))
        for person in known[group]:
            told[person.pk] = person
            hers[person.pk] = hers.get(person.pk, 0) + 1
    notify(
        told.values(),
        CHANGED_BY_FILE,
        about=by,
        occasion=timezone.now().isoformat(),
        url=f"{reverse('resources:review-list')}?state=unseen",
        own=lambda person: {"count": hers[person.pk]},
        by=str(by),
        name=name,
    )


def holds(row: Notification) -> bool:
    """Whether what a message asks to look over still waits."""
    resource: Any = row.about
    return resource.status == Resource.Status.PUBLISHED and resource.unseen_since is not None


def _is_undone(row: Resource) -> bool:
    return not versions.changed(seen(row), versions.as_it_stands(row))
