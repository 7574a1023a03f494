"""The page of one issue, from what was filed to what came of it."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from dialogues import announcing, clocking, public_text, tracing
from dialogues.models import Issue, Session
from dialogues.permissions import (
    acts_in,
    can_approve_text,
    can_reopen_issue,
    can_triage,
    is_of_issue,
)
from portal.activity.log import timeline
from portal.web import show

HISTORY = 100


def find_issue(request, slug, pk):
    """The issue with its dialogue and Parties, or 404 for hidden and missing alike."""
    issues = Issue.objects.visible_to(request.user).with_dialogue()
    return get_object_or_404(issues.select_related("referred_to", "duplicate_of__dialogue"), dialogue__slug=slug, pk=pk)


@require_safe
def issue_detail(request, slug, pk):
    """One page and one number from issue to outcome; more of it for who raised it and for officials."""
    issue = find_issue(request, slug, pk)
    if issue.status == Issue.Status.DRAFT:
        return redirect("dialogues:issue-check", slug, pk)
    if issue.submitted_at is None:  # a draft that was discarded
        raise Http404
    user = request.user
    is_side, is_official = is_of_issue(user, issue), acts_in(user, issue.dialogue)
    context = {
        "issue": issue,
        "dialogue": issue.dialogue,
        "topics": list(issue.topics.all()),
        "sectors": list(issue.sectors.all()),
        "clock": clocking.of(issue),
        "events": tracing.events(issue, user),
        "shown": _shown(issue),
        "is_side": is_side,
        "reads_filed": is_side or is_official,
        "merged_into": _seen(issue.duplicate_of, user),
        "may": {
            "reopen": issue.status == Issue.Status.ANSWERED and can_reopen_issue(user, issue),
        },
        **(_for_officials(issue, user) if can_triage(user, issue) else {}),
    }
    return show(request, "dialogues/issue_detail.html", context)


@require_safe
def issue_by_reference(request, reference):
    """From the number alone to the page."""
    issue = Issue.objects.visible_to(request.user).filter(reference=reference).select_related("dialogue").first()
    if issue is None:
        raise Http404
    return redirect(issue)


def _shown(issue):
    """What the officials said last, which stands above the thread."""
    last = {Issue.Status.RESOLVED: issue.outcome, Issue.Status.DECLINED: issue.declined_because}
    return last.get(issue.status, issue.answer if issue.answered_at else "")


def _seen(issue, user):
    """The other issue when this reader may see it too."""
    if issue is None or Issue.objects.visible_to(user).filter(pk=issue.pk).exists():
        return issue
    return None


def _for_officials(issue, user):
    """What officials may do, who stands behind it, and what was done."""
    may = {status.value: issue.may(status) for status in Issue.Status}
    officials = {person.pk for person in announcing.officials(issue.dialogue)}
    history = list(timeline(issue)[:HISTORY])
    for activity in history:
        # Who acted for the raising side stays unnamed, whatever was chosen to be shown of it.
        activity.shown_actor = activity.actor if activity.actor_id in officials else None
        activity.is_portal = activity.actor_id is None
    on_agendas = issue.agenda_items.filter(session__in=Session.objects.visible_to(user)).select_related("session")
    return {
        "triage": {
            **may,
            "refer": issue.is_running,
            "agenda": may["on_agenda"] or issue.status == Issue.Status.ON_AGENDA,
            "approve": issue.public_status == Issue.PublicStatus.AWAITING and can_approve_text(user, issue),
        },
        "draft": public_text.draft_of(issue) if issue.public_draft else None,
        "endorsements": list(issue.endorsements.select_related("organization__economy")),
        "on_agendas": [item for item in on_agendas if not item.session.is_over],
        "history": history,
    }
