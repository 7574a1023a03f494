"""Hearing of each step of one issue without having raised or endorsed it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from dialogues.models import Issue, IssueFollower
from dialogues.permissions import can_follow_issue
from portal.accounts.models import User
from portal.activity.log import record


@transaction.atomic
def follow(issue: Issue, *, by: User) -> IssueFollower:
    """Tell ``by`` of each step from now on. Following twice is following once, also at the same moment.

    Raises ``PermissionDenied`` for what she cannot read.
    """
    if not can_follow_issue(by, issue):
        raise PermissionDenied
    row, is_new = IssueFollower.objects.get_or_create(issue=issue, user=by)
    if is_new:
        record(by, "followed", row)
    return row


@transaction.atomic
def unfollow(issue: Issue, *, by: User) -> None:
    """Tell her no more. Who does not follow it may ask just as well."""
    row = IssueFollower.objects.filter(issue=issue, user=by).first()
    if row is not None:
        record(by, "unfollowed", row)
        row.delete()


def is_following(issue: Issue, user: Any) -> bool:
    """Whether she hears of each step because she asked to."""
    return user.is_authenticated and IssueFollower.objects.filter(issue=issue, user=user).exists()
