"""Reminding of date polls: who has not answered, before the time to answer ends, and the organizer when it has."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues import poll_links, polls
from dialogues.models import Dialogue, Invitee, SlotPoll
from portal.accounts.permissions import delegation
from portal.desk import Waiting
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

KIND = "dialogues"

#: How long before the deadline who has not answered is reminded; the latest that is due counts.
BEFORE = (timedelta(days=1), timedelta(days=3))


def remind() -> None:
    """Remind who has not answered, twice at most before a deadline, and tell organizers of deadlines that have passed.

    Computed from the rows: called twice, or late, everybody is told once. Who was asked after the moment of a reminder
    has the question itself to remind her.
    """
    now = timezone.now()
    for poll in SlotPoll.objects.open().select_related("session__dialogue", "opened_by"):
        if poll.respond_by <= now:
            _tell_organizers(poll)
        else:
            _remind(poll, now)


def holds(row: Notification) -> bool:
    """Whether the poll that a reminder is about still runs, and until the moment it says."""
    poll: Any = row.about
    return poll.status == SlotPoll.Status.OPEN and f":{poll.respond_by.isoformat()}" in row.key


def _remind(poll: SlotPoll, now: datetime) -> None:
    before = next((before for before in BEFORE if poll.respond_by - before <= now), None)
    if before is None:
        return
    moment = poll.respond_by - before
    silent = [invitee for invitee in polls.silent(poll) if invitee.asked_at < moment]
    notify(
        [invitee.person for invitee in silent],
        "dialogues/poll_reminder",
        about=poll,
        occasion=f"{poll.respond_by.isoformat()} {before.days}",
        own=polls.own_links(silent),
        **polls.mail_context(poll),
    )


def _tell_organizers(poll: SlotPoll) -> None:
    """Everybody has answered: then they know already."""
    silent = len(polls.silent(poll))
    if silent:
        notify(
            polls.organizers(poll),
            "dialogues/poll_deadline_passed",
            about=poll,
            occasion=poll.respond_by.isoformat(),
            silent=silent,
        )


def waiting_for(user: Any) -> list[Waiting]:
    """What of the polls waits for a person: her own answer, and the choice of a date when no answer is to come."""
    now = timezone.now()
    running = SlotPoll.objects.open().select_related("session__dialogue")
    asked = Invitee.objects.filter(user=user, answered_at=None, poll__in=running.filter(respond_by__gt=now))
    found = [
        Waiting(
            _("Say which dates suit you: %(session)s") % {"session": invitee.poll.session.title},
            poll_links.path(invitee),
            since=invitee.asked_at,
            due_at=invitee.poll.respond_by,
            kind=KIND,
        )
        for invitee in asked.select_related("user", "poll__session")
    ]
    if not (codes := delegation(user)):
        return found
    hers = running.filter(session__dialogue__in=Dialogue.objects.filter(parties__in=codes))
    for poll in hers.filter(Q(respond_by__lte=now) | Q(all_answered_at__isnull=False)):
        title = _("Choose the date: %(session)s") % {"session": poll.session.title}
        since = min(poll.respond_by, poll.all_answered_at or poll.respond_by)
        found.append(Waiting(title, poll.get_absolute_url(), since=since, kind=KIND))
    return found
