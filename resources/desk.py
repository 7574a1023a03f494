"""What a resource's keepers find on their desk."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.desk import Coming, Waiting
from resources import people, permissions
from resources.models import Report, Resource

#: More reviews than this on one desk are one task, with a list of its own.
APART = 5


def waiting_for(user: Any) -> list[Waiting]:
    """Submitted resources to publish or send back, and published ones whose review is due, and what readers said."""
    if not permissions.can_draft(user):
        return []
    kept = Resource.objects.kept_by(user)
    submitted = [
        Waiting(resource.title, resource.get_absolute_url(), since=resource.submitted_at, kind=_("To publish"))
        for resource in people.waiting_for_review_by(user)
    ]
    return submitted + _reviews(kept.due_for_review(timezone.now().date())) + _reports(user)


def _reviews(due: QuerySet[Resource]) -> list[Waiting]:
    """Each review by itself, or all as one task when they are many: a catalogue falls due on one day."""
    first = list(due[: APART + 1])
    if len(first) > APART:
        count = due.count()
        text = ngettext("%(count)s resource to review", "%(count)s resources to review", count) % {"count": count}
        url = reverse("resources:review-list")
        since = due.aggregate(since=Min("published_at"))["since"]
        return [Waiting(text, url, since=since, due_at=_end_of(first[0].review_due_on), kind=_("To review"))]
    return [
        Waiting(
            resource.title,
            resource.get_absolute_url(),
            since=resource.published_at,
            due_at=_end_of(resource.review_due_on),
            kind=_("To review"),
        )
        for resource in first
    ]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)


def _reports(user: Any) -> list[Waiting]:
    """What readers said and nobody dealt with yet, as one task."""
    said = Report.objects.visible_to(user).open().aggregate(count=Count("pk"), since=Min("created_at"))
    if not said["count"]:
        return []
    text = ngettext("%(count)s report from a reader", "%(count)s reports from readers", said["count"])
    url = reverse("resources:report-list")
    return [Waiting(text % said, url, since=said["since"], kind=_("Readers' reports"))]


def coming_for(user: Any) -> list[Coming]:
    """What she keeps and the portal publishes by itself."""
    if not permissions.can_draft(user):
        return []
    approved = Resource.objects.kept_by(user).filter(status=Resource.Status.IN_REVIEW, publish_at__isnull=False)
    return [
        Coming(
            _("“%(title)s” is published") % {"title": resource.title}, resource.get_absolute_url(), resource.publish_at
        )
        for resource in approved.order_by("publish_at", "pk")
    ]
