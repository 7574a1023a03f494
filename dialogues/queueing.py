"""What of the issues waits for officials: their queue, and their desks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from dialogues.models import AgendaItem, Commitment, Dialogue, Issue
from portal.accounts.permissions import delegation
from portal.desk import Waiting
from portal.search.text import COLUMNS

KIND = "dialogues"
#: On one desk; the queue has them all.
ON_DESK = 20


def issues_for(user: Any) -> QuerySet[Issue]:
    """Everything filed in the dialogues she is an official in."""
    dialogues = Dialogue.objects.filter(parties__in=delegation(user))
    return Issue.objects.filed().filter(dialogue__in=dialogues).defer(*COLUMNS.values())


def concerning(issues: QuerySet[Issue], user: Any) -> QuerySet[Issue]:
    """Those about her own Party, or about all."""
    return issues.filter(Q(concerns__in=delegation(user)) | Q(concerns=None))


def unanswered(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Owed an acknowledgement or an answer."""
    return issues.filter(status__in=Issue.RUNNING)


def texts_to_approve(issues: QuerySet[Issue], user: Any) -> QuerySet[Issue]:
    """With a public text that somebody else wrote."""
    return issues.filter(public_status=Issue.PublicStatus.AWAITING).exclude(public_by=user)


def without_text(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Taken up, and not yet for everybody to read."""
    drafted = [Issue.PublicStatus.NONE, Issue.PublicStatus.DRAFTED]
    return issues.filter(public_at=None, public_status__in=drafted, status__in=[*Issue.RUNNING, Issue.Status.COMMITTED])


def without_outcome(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Committed to, and every commitment is kept or dropped: somebody says what came of it."""
    items = AgendaItem.issues.through.objects.filter(issue=OuterRef(OuterRef("pk"))).values("agendaitem")
    unfinished = Commitment.objects.unfinished().filter(
        Q(agenda_item__in=items) | Q(agenda_item=None, decision__agenda_item__in=items)
    )
    return issues.filter(~Exists(unfinished), status=Issue.Status.COMMITTED)


def waiting_for(user: Any) -> Iterator[Waiting]:
    """What she should see to, the oldest clock first: issues about her Party, then texts and outcomes."""
    if not delegation(user):
        return
    hers = issues_for(user).select_related("dialogue")
    if not hers.exists():
        return
    running = unanswered(concerning(hers, user)).by_clock()  # type: ignore[attr-defined]
    for issue in running[:ON_DESK]:
        submitted = issue.status == Issue.Status.SUBMITTED
        title = _("Acknowledge the issue: %(issue)s") if submitted else _("Answer the issue: %(issue)s")
        due_on = issue.acknowledge_by if submitted else issue.answer_by
        since = issue.reopened_at or issue.submitted_at
        yield _waiting(title, issue, since=since or issue.created_at, due_on=due_on)
    for issue in texts_to_approve(hers, user).order_by("changed_at", "pk")[:ON_DESK]:
        yield _waiting(_("Approve the public text: %(issue)s"), issue, since=issue.changed_at)
    for issue in without_outcome(concerning(hers, user)).order_by("changed_at", "pk")[:ON_DESK]:
        yield _waiting(_("Say what came of the issue: %(issue)s"), issue, since=issue.changed_at)


def _waiting(title: str, issue: Issue, *, since: datetime, due_on: date | None = None) -> Waiting:
    due_at = datetime.combine(due_on, time.max, UTC) if due_on else None
    name = f"{issue.reference} {issue.public_title or issue.title}"
    return Waiting(title % {"issue": name}, issue.get_absolute_url(), since, due_at, kind=KIND)
