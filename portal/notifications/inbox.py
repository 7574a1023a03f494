"""What a person has been told, and what she has seen of it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from portal import mine
from portal.accounts.models import User
from portal.notifications.models import Notification


def unread_count(user: User | AnonymousUser) -> int:
    """How many messages wait in the user's inbox: one query from an index, none for a visitor."""
    if not user.is_authenticated:
        return 0
    return Notification.objects.visible_to(user).unread().order_by().count()


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
