"""What a resource's keepers find on their desk."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.models import Organization
from portal.desk import Coming, Waiting
from portal.templatetags.ui import after_colon, listed
from resources import people, permissions, training, unseen
from resources.models import Report, Resource

#: More reviews than this on one desk are one task, with a list of its own.
APART = 5


def waiting_for(user: Any) -> list[Waiting]:
    """Submitted resources to publish or send back, changes to look over, reviews that are due, what readers said."""
    if not permissions.can_draft(user):
        return []
    kept = Resource.objects.kept_by(user)
    submitted = [
        Waiting(resource.title, resource.get_absolute_url(), since=resource.submitted_at, kind=_("To publish"))
        for resource in people.waiting_for_review_by(user)
    ]
    return (
        submitted + _looks(user) + _reviews(kept.due_for_review(timezone.now().date())) + _reports(user) + _links(kept)
    )


def _looks(user: Any) -> list[Waiting]:
    """What was changed in public, each by itself, or all as one task when they are many: a file changes hundreds."""
    changed = people.waiting_for_look_by(user)
    first, kind = list(changed[: APART + 1]), _("To look over")
    if len(first) > APART:
        count = changed.count()
        text = ngettext("%(count)s changed resource", "%(count)s changed resources", count) % {"count": count}
        url = f"{reverse('resources:review-list')}?state=unseen"
        return [Waiting(text, url, since=first[0].unseen_since, kind=kind)]
    return [Waiting(row.title, unseen.address(row), since=row.unseen_since, kind=kind) for row in first]


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


def _links(kept: QuerySet[Resource]) -> list[Waiting]:
    """Broken links, and addresses that moved, as one task for each publisher."""
    broken, moved = Q(link_status=Resource.LinkStatus.BROKEN), Q(link_status=Resource.LinkStatus.MOVED)
    rows = (
        kept.published()
        .filter(broken | moved)
        .order_by()
        .values("publisher")
        .annotate(broken=Count("pk", filter=broken), moved=Count("pk", filter=moved), since=Min("link_checked_at"))
        .order_by("publisher")
    )
    publishers = Organization.objects.in_bulk([row["publisher"] for row in rows]) if rows else {}
    return [
        Waiting(
            publishers[row["publisher"]].name + after_colon(listed(_link_counts(row))),
            f"{reverse('resources:link-list')}?publisher={publishers[row['publisher']].slug}",
            since=row["since"] or publishers[row["publisher"]].created_at,
            kind=_("Links"),
        )
        for row in rows
    ]


def _link_counts(row: dict[str, Any]) -> list[str]:
    said = []
    if row["broken"]:
        said.append(ngettext("%(broken)s broken link", "%(broken)s broken links", row["broken"]) % row)
    if row["moved"]:
        said.append(ngettext("%(moved)s page has moved", "%(moved)s pages have moved", row["moved"]) % row)
    return said


def coming_for(user: Any) -> list[Coming]:
    """What she keeps and the portal publishes by itself, and the dates of the trainings on her lists, of no others."""
    if not user.is_authenticated:
        return []
    dates = [
        Coming(date.resource.title, date.resource.get_absolute_url(), date.starts_at, date.ends_at)
        for date in training.on_lists_of(user)
    ]
    return dates + _approved(user)


def _approved(user: Any) -> list[Coming]:
    if not permissions.can_draft(user):
        return []
    approved = Resource.objects.kept_by(user).filter(status=Resource.Status.IN_REVIEW, publish_at__isnull=False)
    return [
        Coming(
            _("“%(title)s” is published") % {"title": resource.title}, resource.get_absolute_url(), resource.publish_at
        )
        for resource in approved.order_by("publish_at", "pk")
    ]
