"""What a resource's keepers find on their desk."""

from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.desk import Coming, Waiting
from resources import permissions
from resources.models import Resource


def waiting_for(user: Any) -> list[Waiting]:
    """Submitted resources to publish or send back, and published ones whose review is due."""
    if not permissions.can_draft(user):
        return []
    kept = Resource.objects.kept_by(user)
    submitted = [
        Waiting(resource.title, resource.get_absolute_url(), since=resource.submitted_at, kind=_("To publish"))
        for resource in kept.awaiting_publication()
    ]
    due = [
        Waiting(
            resource.title,
            resource.get_absolute_url(),
            since=resource.published_at,
            due_at=datetime.combine(resource.review_due_on, time.max, tzinfo=UTC),
            kind=_("To review"),
        )
        for resource in kept.due_for_review(timezone.now().date())
    ]
    return submitted + due


def coming_for(user: Any) -> list[Coming]:
    """Resources have no appointments yet."""
    return []
