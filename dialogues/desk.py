"""What of the dialogues waits for a person, and what is coming."""

from datetime import UTC, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues import chasing
from dialogues.models import Commitment, Dialogue, Minutes, Registration, Session
from portal.accounts.permissions import delegation
from portal.desk import Coming, Waiting

KIND = "dialogues"


def waiting_for(user: Any) -> list[Waiting]:
    """Drafts without a date and held sessions without published minutes of her dialogues; commitments due."""
    if not user.is_authenticated:
        return []
    return [*_unfinished_sessions(user), *_promised(user)]


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
    mine = Session.objects.visible_to(user).filter(dialogue__in=_dialogues(user)).select_related("dialogue")
    waiting = [
        Waiting(
            _("Set a date: %(session)s") % {"session": session.title},
            session.get_absolute_url(),
            session.created_at,
            kind=KIND,
        )
        for session in mine.drafts()
    ]
    # Sessions loaded from sources were never announced here: nobody owes their minutes.
    held = mine.filter(status=Session.Status.HELD, announced_at__isnull=False)
    for session in held.exclude(minutes__in=Minutes.objects.published()):
        address = reverse("dialogues:minutes-edit", args=[session.dialogue.slug, session.pk])
        title = _("Publish the minutes: %(session)s") % {"session": session.title}
        waiting.append(Waiting(title, address, session.ends_at, kind=KIND))
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
