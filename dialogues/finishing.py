"""Issues that somebody began and has not submitted, for her desk."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.models import Issue
from portal.accounts.permissions import chamber_ids, organization_ids
from portal.desk import Waiting

KIND = "dialogues"
#: On one desk; the page of one's issues has them all.
MOST = 10


def waiting_for(user: Any) -> list[Waiting]:
    """The drafts she began for organizations she still acts for, the oldest first: one query."""
    drafts = Issue.objects.filter(status=Issue.Status.DRAFT, filed_by=user).select_related("dialogue")
    mine = [
        issue
        for issue in drafts.order_by("changed_at", "pk")[:MOST]
        if issue.organization_id in organization_ids(user) or issue.chamber_id in chamber_ids(user)
    ]
    return [
        Waiting(
            _("Finish your issue: %(issue)s") % {"issue": issue.title},
            reverse("dialogues:issue-check", args=[issue.dialogue.slug, issue.pk]),
            since=issue.changed_at,
            kind=KIND,
        )
        for issue in mine
    ]
