"""One issue from its first day to its outcome, as a reader may see it: built from the rows, step by step."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dialogues import threads
from dialogues.models import AgendaItem, Commitment, Decision, Issue, Session
from dialogues.permissions import acts_in, is_of_issue
from portal.activity.log import timeline
from portal.activity.models import Activity


@dataclass(frozen=True)
class Event:
    """One step. ``at`` is in UTC; ``said`` is what was written then, in the reader's language where it is there.

    ``row`` is what it is about: a session, a decision, a commitment or a progress note; ``tone`` as of a badge.
    """

    step: str
    at: datetime
    title: str
    said: str = ""
    row: Any = None
    url: str = ""
    tone: str = field(default="neutral", compare=False)


def events(issue: Issue, user: Any) -> list[Event]:
    """Every step that ``user`` may see, the oldest first. At most eight queries, however long the thread.

    Sessions, decisions and commitments that she may not see are left out; an agenda item that officials keep to
    themselves is not shown, but that its session talks about the issue is, as it was told to who raised it. Reasons
    that firms gave are for their side and the officials.
    """
    log = list(timeline(issue).order_by("at", "pk"))
    sessions = Session.objects.visible_to(user)
    items = AgendaItem.objects.filter(issues=issue, session__in=sessions).select_related("session__dialogue")
    places = {item.pk: item.session for item in items.order_by("pk")}
    held = {session.pk: session for session in places.values()}
    found = [
        *_filed(issue),
        *_answers(issue, log, user),
        *_agendas(held, log, user),
        *_discussed(held.values()),
        *_decided(places, user),
        *_promised(places, user),
    ]
    return sorted(found, key=lambda event: event.at)


def _filed(issue: Issue) -> Iterator[Event]:
    """What its own columns tell of its way to the officials."""
    if issue.submitted_at:
        yield Event("submitted", issue.submitted_at, pgettext("thread", "Submitted"))
    if issue.acknowledged_at and issue.acknowledged_at != issue.answered_at:
        title = pgettext("thread", "Acknowledged by the officials")
        yield Event("acknowledged", issue.acknowledged_at, title)
    if issue.public_at:
        yield Event("published", issue.public_at, pgettext("thread", "Made public"))
    if issue.referred_at and issue.referred_to:
        title = _("Passed to %(agency)s") % {"agency": issue.referred_to.name}
        yield Event("referred", issue.referred_at, title, url=issue.referred_to.get_absolute_url())


def _answers(issue: Issue, log: list[Activity], user: Any) -> Iterator[Event]:
    """Answers, those that did not help too, and how it ended."""
    yield from _given(issue, log)
    yield from _reopened(issue, log, user)
    if issue.answered_at and issue.status == Issue.Status.DECLINED:
        yield Event("declined", issue.answered_at, pgettext("thread", "Declined"), issue.declined_because)
    if issue.resolved_at:
        yield Event("resolved", issue.resolved_at, pgettext("thread", "Resolved"), issue.outcome, tone="good")
    for one in log:
        if one.verb == "merged" and issue.duplicate_of:
            title = _("Goes on together with %(reference)s") % {"reference": issue.duplicate_of.reference}
            yield Event("merged", one.at, title)
        elif one.verb == "merged_in":
            title = _("%(reference)s was merged into this one") % {"reference": one.data["reference"]}
            yield Event("merged_in", one.at, title)
        elif one.verb == "withdrawn":
            yield Event("withdrawn", one.at, pgettext("thread", "Withdrawn by who raised it"))


def _given(issue: Issue, log: list[Activity]) -> Iterator[Event]:
    """Each answer as it was given; of an issue that was loaded from a file the one that stands."""
    title = pgettext("thread", "Answered")
    logged = [one for one in log if one.verb == "answered"]
    for one in logged:
        yield Event("answered", one.at, title, threads.in_own_words(one.data.get("texts", {})), tone="good")
    if not logged and issue.answered_at and issue.answer:
        yield Event("answered", issue.answered_at, title, issue.answer, tone="good")


def _reopened(issue: Issue, log: list[Activity], user: Any) -> Iterator[Event]:
    """When an answer was found not to help; why, is for officials and who raised it."""
    may_read = is_of_issue(user, issue) or acts_in(user, issue.dialogue)
    reopened = [one for one in log if one.verb == "reopened" or _is_reopening(one)]
    for one in reopened:
        is_latest = one.verb == "reopened" and one is reopened[-1]
        said = issue.reopened_because if is_latest and may_read else ""
        yield Event("reopened", one.at, _("Opened again: the answer did not help"), said, tone="soon")


def _is_reopening(one: Activity) -> bool:
    """Straight from an answer to an agenda."""
    return one.verb == "on_agenda" and one.data.get("was") == Issue.Status.ANSWERED


def _agendas(held: dict[int, Session], log: list[Activity], user: Any) -> Iterator[Event]:
    """When it went on which agenda and came off it; sessions that the reader may not see are left out."""
    moves = [one for one in log if one.verb in {"on_agenda", "taken_off_agenda"} and "session" in one.data]
    logged = {one.data["session"] for one in moves}
    known = dict(held)
    if left := logged - held.keys():
        known |= Session.objects.visible_to(user).select_related("dialogue").in_bulk(list(left))
    for one in moves:
        session = known.get(one.data["session"])
        if session is None:
            continue
        on = one.verb == "on_agenda"
        title = _("Put on the agenda of %(session)s") if on else _("Taken off the agenda of %(session)s")
        yield Event(one.verb, one.at, title % {"session": session.title}, row=session, url=session.get_absolute_url())
    for session in (session for pk, session in held.items() if pk not in logged):
        title = _("Put on the agenda of %(session)s") % {"session": session.title}
        at = session.announced_at or session.created_at
        yield Event("on_agenda", at, title, row=session, url=session.get_absolute_url())


def _discussed(sessions: Iterable[Session]) -> Iterator[Event]:
    for session in sessions:
        if session.status in {Session.Status.HELD, Session.Status.CLOSED} and (at := _began(session)):
            title = _("Discussed in %(session)s") % {"session": session.title}
            yield Event("discussed", at, title, row=session, url=session.get_absolute_url())


def _decided(items: Iterable[int], user: Any) -> Iterator[Event]:
    decisions = Decision.objects.visible_to(user).filter(agenda_item__in=list(items))
    for decision in decisions.select_related("session__dialogue"):
        at = decision.published_at or decision.created_at
        url = f"{decision.session.get_absolute_url()}#decisions"
        yield Event("decided", at, pgettext("thread", "Decision"), decision.text, row=decision, url=url)


def _promised(items: Iterable[int], user: Any) -> Iterator[Event]:
    """What was undertaken, and what became of it."""
    for commitment in commitments(items, user):
        url = f"{commitment.session.get_absolute_url()}#commitments"
        at = commitment.published_at or commitment.created_at
        title = _("%(owner)s undertook to do something") % {"owner": commitment.owner.name}
        yield Event("committed", at, title, commitment.text, row=commitment, url=url, tone="action")
        for update in commitment.updates.all():
            yield Event("progress", update.created_at, pgettext("thread", "Progress"), update.text, row=update)
        for change in commitment.due_changes.all():
            title = _("The due date was moved")
            yield Event("due_moved", change.changed_at, title, change.reason, row=change, tone="soon")
        if commitment.finished_at:
            kept = commitment.status == Commitment.Status.DONE
            title = pgettext("thread", "Commitment kept") if kept else pgettext("thread", "Commitment dropped")
            said = commitment.text if kept else commitment.dropped_because
            step, tone = ("kept", "good") if kept else ("dropped", "bad")
            yield Event(step, commitment.finished_at, title, said, tone=tone)


def commitments(items: Iterable[int], user: Any) -> list[Commitment]:
    """What was undertaken under these agenda items (ids), with its notes and moved dates, the first due first."""
    here = Q(agenda_item__in=list(items)) | Q(agenda_item=None, decision__agenda_item__in=list(items))
    rows = Commitment.objects.visible_to(user).filter(here).select_related("owner", "session__dialogue")
    return list(rows.prefetch_related("updates", "due_changes"))


def _began(session: Session) -> datetime | None:
    if session.starts_at:
        return session.starts_at
    return datetime.combine(session.starts_on, time(12), UTC) if session.starts_on else None
