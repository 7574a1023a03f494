"""Sessions in calendars: one entry each for life, changed by rising sequence numbers, taken back by CANCEL."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from dialogues import clocks
from dialogues.models import Registration, Session
from dialogues.permissions import acts_in
from portal.accounts.models import User
from portal.notifications import calendar
from portal.notifications.calendar import Event
from portal.notifications.outbox import Address, CalendarPart

Method = Literal["REQUEST", "CANCEL"]


def event(session: Session, *, join_url: str = "", is_tentative: bool = False) -> Event:
    """The entry in the active language. ``join_url`` only for people who may see it (permissions.can_join);
    ``is_tentative`` for somebody who has not said that she comes."""
    if session.starts_at is None:
        return _all_day(session)
    starts_at, ends_at = session.moments
    return Event(
        uid=session.uid,
        sequence=session.sequence,
        starts_at=starts_at,
        ends_at=ends_at,
        summary=session.title,
        description=_description(session, join_url),
        location=session.venue or join_url,
        url=settings.SITE_URL + session.get_absolute_url(),
        is_cancelled=session.status == Session.Status.CANCELLED,
        is_tentative=is_tentative,
        changed_at=session.changed_at,
    )


def invitations(
    session: Session,
    method: Method,
    registrations: Iterable[Registration],
    *,
    officials: Iterable[User] | None = None,
    partstat: str = Registration.Partstat.NEEDS_ACTION,
) -> Callable[[Any], CalendarPart]:
    """Makes each recipient's own part, in her language, with nobody else's address inside.

    ``registrations`` are the recipients' own, as far as they have one; ``partstat`` is the answer of those without.
    Whoever has no entry (:func:`has_entry`) gets no part. ``officials`` of the Parties, where the caller knows
    them: then nobody's memberships are asked for one by one.
    """
    by_person = {_identity(registration.person): registration for registration in registrations}
    acting = None if officials is None else {official.pk for official in officials}

    def part(person: Any) -> CalendarPart:
        registration = by_person.get(_identity(person))
        acts = not isinstance(person, Address) and (
            acts_in(person, session.dialogue) if acting is None else person.pk in acting
        )
        if registration and not acts and not has_entry(registration):
            return CalendarPart("", "")
        is_confirmed = registration is not None and registration.status == Registration.Status.CONFIRMED
        shown = session.join_url if method == "REQUEST" and (acts or is_confirmed) else ""
        answer = registration.partstat if registration else partstat
        with translation.override(person.language):
            entry = event(session, join_url=shown)
            return calendar.invitation(entry, attendee=person, method=method, partstat=str(answer))

    return part


def has_entry(registration: Registration) -> bool:
    """Whether the session is in her calendar. Who waits for a place has none, unless an invitation brought it."""
    return registration.status != Registration.Status.WAITLISTED or hasattr(registration, "invitation")


def _identity(person: User | Address) -> int | str:
    return person.email.lower() if isinstance(person, Address) else person.pk


def _all_day(session: Session) -> Event:
    if session.starts_on is None:
        raise ValueError("Nothing is known of this session's day.")
    last = session.ends_on or session.starts_on
    description = ""
    if session.date_precision == Session.Precision.WINDOW:
        description = _("Held within these days; the exact day is not confirmed.")
    return Event(
        uid=session.uid,
        sequence=session.sequence,
        starts_at=datetime.combine(session.starts_on, time(), UTC),
        ends_at=datetime.combine(last + timedelta(days=1), time(), UTC),
        is_all_day=True,
        summary=session.title,
        description=description,
        location=session.venue,
        url=settings.SITE_URL + session.get_absolute_url(),
        is_cancelled=session.status == Session.Status.CANCELLED,
        changed_at=session.changed_at,
    )


def _description(session: Session, join_url: str) -> str:
    lines = [session.dialogue.title, ""]
    for row in clocks.party_times(session.dialogue, *session.moments, session.zone):
        day = date_format(row.starts, "DATE_FORMAT")
        lines.append(
            f"{row.name}: {day}, {time_format(row.starts, 'H:i')}–{time_format(row.ends, 'H:i')} {row.zone_label}"
        )
    if join_url:
        lines += ["", _("Join online: %(url)s") % {"url": join_url}]
    return "\n".join(lines)
