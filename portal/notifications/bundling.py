"""Quick edits become one message: what was promised and has not left is taken over by what is promised now."""

from collections.abc import Sequence

from django.conf import settings
from django.db.models import QuerySet

from portal.notifications import kinds
from portal.notifications.kinds import Kind
from portal.notifications.models import Notification

#: Of the message that is taken over, this is still news to its reader: what was so before the first of the edits.
EARLIER = "earlier_"


def take_over(nature: Kind, rows: Sequence[Notification]) -> None:
    """Let ``rows`` (one kind, one object, not saved yet) take over what of their group has not left.

    They keep the moment at which the first of the edits was due, what was so before it, and the kind that says most.
    What a worker is sending at this moment is left to it. After a kind that ends a group its messages are moot.
    Call it in the transaction that promises ``rows``.
    """
    if nature.ends:
        _unsent(nature.ends, rows[0]).update(status=Notification.Status.REPLACED)
    if not (nature.bundle and settings.BUNDLE_SECONDS):
        return
    unsent = _unsent(nature.bundle, rows[0]).only("kind", "context", "due_at", "recipient", "address")
    before = {_person(row): row for row in unsent.select_for_update(skip_locked=True).order_by("pk")}
    taken = [older for row in rows if (older := before.get(_person(row))) and _continue(older, row)]
    if taken:
        Notification.objects.filter(pk__in=[row.pk for row in taken]).update(status=Notification.Status.REPLACED)


def _unsent(group: str, row: Notification) -> QuerySet[Notification]:
    """Messages of the group about the same object that no worker has tried. Not those of the same occasion: promising
    that again changes nothing, so it must not take anything away either."""
    return Notification.objects.filter(
        status=Notification.Status.PENDING,
        attempts=0,
        about_type=row.about_type,
        about_id=row.about_id,
        kind__in=kinds.bundled_with(group),
    ).exclude(key=row.key)


def _continue(older: Notification, row: Notification) -> bool:
    row.due_at = min(row.due_at, older.due_at)
    row.kind = kinds.stronger(older.kind, row.kind)
    row.context |= {name: value for name, value in older.context.items() if name.startswith(EARLIER)}
    return True


def _person(row: Notification) -> int | str:
    return row.recipient_id or row.address.lower()
