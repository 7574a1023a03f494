"""Reminders of a session that comes nearer: 14, 3 and 1 days before, to those for whom it is time.

Nothing is planned ahead. Each run looks at the sessions as they are, so moving one moves its reminders, and a clock
that stood still goes on with the nearest reminder alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dialogues import announcing, because
from dialogues.models import Registration, Session
from dialogues.permissions import can_join
from portal.activity.log import record, timeline
from portal.lifecycle import lock
from portal.notifications.models import Notification
from portal.notifications.outbox import notify
from portal.notifications.reasons import TOLD_AS

KIND = "dialogues/session_near"
#: Days before the start. The first is for those who have something to prepare.
DAYS = (14, 3, 1)
TO_PREPARE = 14
HAVE_A_PART = frozenset(set(Registration.Role) - {Registration.Role.OBSERVER})


def remind() -> int:
    """Promise every reminder that is due; return of how many sessions. Running twice promises once."""
    now = timezone.now()
    near = Session.objects.filter(
        status=Session.Status.SCHEDULED, starts_at__gt=now, starts_at__lte=now + timedelta(days=max(DAYS))
    )
    return sum(_remind_of(session, now) for session in near.order_by("starts_at", "pk"))


def holds(row: Notification) -> bool:
    """Whether the session that a reminder is about still takes place when it says."""
    session: Any = row.about
    is_to_come = session.status == Session.Status.SCHEDULED
    return is_to_come and row.key.endswith(f":{session.interval} {row.context['days']}")


@transaction.atomic
def _remind_of(session: Session, now: datetime) -> bool:
    session = lock(session)
    if session.status != Session.Status.SCHEDULED or session.starts_at is None or session.starts_at <= now:
        return False  # somebody moved it meanwhile
    days = min(day for day in DAYS if session.starts_at - timedelta(days=day) <= now)
    told_of = {"days": days, "interval": session.interval}
    if timeline(session).filter(verb="reminded_of", data=told_of).exists():
        return False
    since = session.starts_at - timedelta(days=days)
    places = {place.person: place for place in _to_remind(session, days, since)}
    people = [*places, *(_officials(session, since) if days == TO_PREPARE else ())]
    notify(
        people,
        KIND,
        about=session,
        occasion=f"{session.interval} {days}",
        own=lambda person: _own(session, person, places.get(person)),
        days=days,
        **announcing.times(session),
    )
    record(None, "reminded_of", session, **told_of)
    return True


def _to_remind(session: Session, days: int, since: datetime) -> Iterable[Registration]:
    """Who has a place and has not said that she stays away; who registered later has just read the time."""
    for place in announcing.registered(session):
        if place.status != Registration.Status.CONFIRMED or place.partstat == Registration.Partstat.DECLINED:
            continue
        if place.created_at <= since and (days != TO_PREPARE or place.role in HAVE_A_PART):
            yield place


def _officials(session: Session, since: datetime) -> Iterable[Any]:
    """The officials of the Parties prepare the session; of one that was announced later they have just heard."""
    if session.announced_at is None or session.announced_at > since:
        return ()
    return announcing.officials(session.dialogue)


def _own(session: Session, person: Any, place: Registration | None) -> dict[str, Any]:
    joins = can_join(person, session, place) if hasattr(person, "is_authenticated") else place is not None
    told_as = because.REGISTERED if place else because.OFFICIAL
    return {TOLD_AS: told_as, "role": place.role if place else "", "join_url": session.join_url if joins else ""}
