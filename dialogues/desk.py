"""What of the dialogues waits for a person, and what is coming."""

from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dialogues import chasing, finishing, inviting_desk, minutes_desk, queueing, readiness, reminding
from dialogues.models import Commitment, Dialogue, Registration, Session
from portal.accounts.permissions import delegation
from portal.desk import Coming, Waiting

KIND = "dialogues"


def waiting_for(user: Any) -> list[Waiting]:
    """Drafts without a date and the next step of minutes in her dialogues; what else is missing for
    sessions on her side; commitments due; issues to answer."""
    if not user.is_authenticated:
        return []
    return [
        *_unfinished_sessions(user),
        *reminding.waiting_for(user),
        *inviting_desk.waiting_for(user),
        *minutes_desk.waiting_for(user),
        *_missing(user),
        *_promised(user),
        *queueing.waiting_for(user),
        *finishing.waiting_for(user),
    ]


def coming_for(user: Any) -> list[Coming]:
    """Sessions she is registered for, and sessions of the dialogues her delegation is in."""
    if not user.is_authenticated:
        return []
    registered = Registration.objects.open().filter(user=user).values("session")
    sessions = (
        Session.objects.visible_to(user)
        .upcoming()
        .filter(Q(pk__in=registered) | Q(dialogue__in=_dialogues(user)))
        .select_related("dialogue")
    )
    return [Coming(s.title, s.get_absolute_url(), s.starts_at, s.ends_at) for s in sessions]


def _unfinished_sessions(user: Any) -> list[Waiting]:
    if not delegation(user):
        return []
    mine = Session.objects.visible_to(user).filter(dialogue__in=_dialogues(user)).select_related("dialogue")
    return [
        Waiting(
            _("Set a date: %(session)s") % {"session": session.title},
            session.get_absolute_url(),
            session.created_at,
            kind=KIND,
        )
        # Who looks for a date has a poll to remind her.
        for session in mine.filter(status=Session.Status.DRAFT)
    ]


def _missing(user: Any) -> list[Waiting]:
    """One line for a session, however much is missing: the list of it is on a page."""
    waiting = []
    for ready in readiness.watched_by(user):
        session, count = ready.session, len(ready.findings)
        if ready.is_after:
            title = ngettext(
                "After %(session)s: %(count)d thing is missing on your side",
                "After %(session)s: %(count)d things are missing on your side",
                count,
            )
        else:
            title = ngettext(
                "Get ready: %(session)s – %(count)d thing is missing on your side",
                "Get ready: %(session)s – %(count)d things are missing on your side",
                count,
            )
        address = reverse("dialogues:session-readiness", args=[session.dialogue.slug, session.pk])
        waiting.append(Waiting(title % {"session": session, "count": count}, address, ready.since, ready.due_at, KIND))
    return waiting


def _promised(user: Any) -> list[Waiting]:
    return [
        Waiting(
            _title(commitment),
            commitment.get_absolute_url(),
            since=commitment.published_at or commitment.created_at,
            due_at=datetime.combine(commitment.due_on, time.max, UTC),
            kind=KIND,
        )
        for commitment in chasing.waiting_for(user)
    ]


def _title(commitment: Commitment) -> str:
    if commitment.is_overdue:
        return _("Commitment overdue: %(commitment)s") % {"commitment": str(commitment)}
    return _("Commitment due: %(commitment)s") % {"commitment": str(commitment)}


def _dialogues(user: Any) -> QuerySet[Dialogue]:
    return Dialogue.objects.filter(parties__in=delegation(user))
