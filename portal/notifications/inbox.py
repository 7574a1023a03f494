"""What a person has been told, and what she has seen of it."""

from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from portal import mine
from portal.accounts.models import User
from portal.notifications.models import Deliverability, Notification


class Glance(NamedTuple):
    """What every page says of a person's messages: how many she has not read, and whether mail to her comes back."""

    unread: int
    comes_back: bool


def unread_count(user: User | AnonymousUser) -> int:
    """How many messages wait in the user's inbox: one query from an index, none for a visitor."""
    if not user.is_authenticated:
        return 0
    return Notification.objects.visible_to(user).unread().order_by().count()


def glance(user: User | AnonymousUser) -> Glance:
    """One query by indexes, none for a visitor."""
    if not user.is_authenticated:
        return Glance(0, comes_back=False)
    unread = Notification.objects.filter(recipient=OuterRef("pk")).unread().exclude(subject="").order_by()
    dead = Deliverability.objects.filter(state=Deliverability.State.BOUNCES).alias(lowered=Lower("address"))
    found = User.objects.filter(pk=user.pk).values_list(
        Subquery(unread.values("recipient").annotate(count=Count("pk")).values("count")),
        Exists(dead.filter(lowered=Lower(OuterRef("email")))),
    )
    count, comes_back = found.first() or (0, False)
    return Glance(count or 0, comes_back=comes_back)


def mark_read(row: Notification, *, by: User) -> Notification:
    """Remember when ``by`` first opened her message; a second time changes nothing."""
    hers: Any = Notification.objects.visible_to(by).filter(pk=row.pk)
    if hers.unread().update(read_at=timezone.now()):
        mine.forget(by)
    return hers.get()


def mark_all_read(*, by: User) -> int:
    """Mark everything in the inbox of ``by`` as read; return how many were not."""
    count = Notification.objects.visible_to(by).unread().update(read_at=timezone.now())
    mine.forget(by)
    return count
