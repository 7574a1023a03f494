"""A session's way from a draft through the calendar to its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import alerting, announcing, polls, threads
from dialogues.models import Dialogue, Minutes, Session
from portal.accounts import zones
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock, move

#: What people have in their calendars besides the time.
IN_CALENDARS = {"venue", "join_url", "format", *(column("title", code) for code in Language.values)}


@transaction.atomic
def create_session(dialogue: Dialogue, *, titles: Mapping[str, str], by: Any, **details: Any) -> Session:
    """Start a draft, numbered after the dialogue's last one. Only officials of the Parties see it.

    ``titles`` by language code; ``details`` are fields of Session (format, host, venue, join_url …).
    """
    lock(dialogue)  # so that two drafts begun at once get two numbers
    last = dialogue.sessions.aggregate(last=Max("number"))["last"] or 0
    session = Session(dialogue=dialogue, number=last + 1, **columns("title", titles), **details)
    _check_host(session)
    session.save()
    record(by, "created", session)
    return session


@transaction.atomic
def revise_session(session: Session, *, titles: Mapping[str, str], by: Any, **details: Any) -> Session:
    """Change what a session is called, where and how it meets; tell calendars if they show it.

    Raises ``ValidationError(code="over")`` once it was held, closed or cancelled.
    """
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over: it can no longer be changed."), code="over")
    wanted = columns("title", titles) | details
    changed = [name for name, value in wanted.items() if getattr(session, name) != value]
    if not changed:
        return session
    for name in changed:
        setattr(session, name, wanted[name])
    _check_host(session)
    in_calendars = session.announced_at is not None and not IN_CALENDARS.isdisjoint(changed)
    session.sequence += in_calendars
    session.changed_at = timezone.now()
    session.save(update_fields=[*changed, "sequence", "changed_at"])
    record(by, "revised", session)
    if in_calendars:
        announcing.announce(session, "dialogues/session_revised", method="REQUEST")
    return session


@transaction.atomic
def schedule(session: Session, *, zone: str, starts_local: datetime, ends_local: datetime, by: Any) -> Session:
    """Put a draft into the calendar and invite the Parties' officials.

    Times are the wall clock (naive) of ``zone`` (IANA). Of two officials who schedule the same draft
    at once the second is refused with ``illegal_move``: the first one's date is already out.
    Raises ``ValidationError`` also for times that do not exist, come twice, are past or out of order.
    """
    if lock(session).status not in {Session.Status.DRAFT, Session.Status.POLLING}:
        raise ValidationError(_("This session has already been scheduled."), code="illegal_move")
    now = timezone.now()
    session = move(
        session,
        Session.Status.SCHEDULED,
        by=by,
        **resolve(zone, starts_local, ends_local),
        announced_at=now,
        changed_at=now,
    )
    announcing.announce(session, "dialogues/session_scheduled", method="REQUEST", to_invited=False)
    announcing.send_invitations(session, announcing.invited(session))
    alerting.announce_session(session)
    polls.end(session, by=by)
    return session


@transaction.atomic
def reschedule(
    session: Session,
    *,
    zone: str,
    starts_local: datetime,
    ends_local: datetime,
    by: Any,
    seen_interval: str | None = None,
) -> Session:
    """Move a scheduled session to another time; calendars follow by a higher sequence number.

    ``seen_interval`` is the time the official had before her (``Session.interval``): if somebody moved the
    session meanwhile she is refused (``changed_meanwhile``) instead of moving it unawares.
    """
    session = lock(session)
    _check_movable(session, seen_interval)
    found = resolve(zone, starts_local, ends_local)
    if all(getattr(session, name) == value for name, value in found.items()):
        raise ValidationError(_("That is the time it has now."), code="unchanged")
    return _move_to(session, found, "dialogues/session_rescheduled", verb="rescheduled", by=by)


@transaction.atomic
def correct_zone(session: Session, *, zone: str, by: Any, seen_interval: str | None = None) -> Session:
    """Keep the clock and change the zone: the hour was right, but it was meant for another place.

    Calendars follow, unless both zones have the same hour then: in that case nobody is told.
    Raises ``ValidationError`` as :func:`reschedule`, and at the field ``zone`` when the clock there never shows that
    time, shows it twice, or has passed it.
    """
    session = lock(session)
    _check_movable(session, seen_interval)
    if zone == session.zone:
        raise _at("zone", ValidationError(_("That is the zone it has now."), code="unchanged"))
    found = in_zone(session, zone)
    if found["starts_at"] == session.starts_at and found["ends_at"] == session.ends_at:
        return move(session, Session.Status.SCHEDULED, by=by, verb="zone_corrected", zone=zone)
    return _move_to(session, found, "dialogues/session_zone_corrected", verb="zone_corrected", by=by)


def in_zone(session: Session, zone: str) -> dict[str, Any]:
    """The time fields of a session whose clock stays and is in another zone; errors are at the field ``zone``."""
    if session.starts_local is None or session.ends_local is None:
        raise _at("zone", ValidationError(_("This session has no time yet."), code="no_time"))
    try:
        return resolve(zone, session.starts_local, session.ends_local)
    except ValidationError as wrong:
        # The clock is given: what is wrong with it there is wrong with the zone.
        raise ValidationError({"zone": [error for errors in wrong.error_dict.values() for error in errors]}) from wrong


def _check_movable(session: Session, seen_interval: str | None) -> None:
    """Whether a locked session may get another time, and is still the one that the official saw."""
    if session.status != Session.Status.SCHEDULED:
        raise ValidationError(_("Only a scheduled session can be moved to another time."), code="illegal_move")
    if seen_interval is not None and seen_interval != session.interval:
        raise ValidationError(
            _("Somebody moved this session meanwhile. Look at its time above before you move it again."),
            code="changed_meanwhile",
        )


def _move_to(session: Session, found: dict[str, Any], kind: str, *, verb: str, by: Any) -> Session:
    """Give a locked session these time fields; everybody is told what it was before."""
    was = announcing.times(session)
    session = move(
        session,
        Session.Status.SCHEDULED,
        by=by,
        verb=verb,
        **found,
        sequence=session.sequence + 1,
        changed_at=timezone.now(),
    )
    session.confirmations.all().delete()  # the Parties confirmed the time that it had
    announcing.announce(session, kind, method="REQUEST", **{f"earlier_{name}": value for name, value in was.items()})
    return session


@transaction.atomic
def cancel(session: Session, *, reason: str, by: Any) -> Session:
    """Call a session off. Whoever was invited is told why, and it is taken out of her calendar.

    A draft nobody heard of is dropped without a message. Raises ``ValidationError(code="reason")``
    without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the session is cancelled."), code="reason")
    session = lock(session)
    in_calendars = session.announced_at is not None
    session = move(
        session,
        Session.Status.CANCELLED,
        by=by,
        details={"reason": reason},
        cancelled_because=reason,
        sequence=session.sequence + in_calendars,
        changed_at=timezone.now(),
    )
    polls.end(session, by=by)
    if in_calendars:
        announcing.announce(session, "dialogues/session_cancelled", method="CANCEL", reason=reason)
    threads.after_cancellation(session, by=by)
    return session


@transaction.atomic
def start(session: Session, *, by: Any) -> Session:
    """Say that the session has begun."""
    return move(session, Session.Status.IN_PROGRESS, by=by, changed_at=timezone.now())


@transaction.atomic
def mark_held(session: Session, *, by: Any) -> Session:
    """Say that the session took place. Raises ``ValidationError(code="not_yet")`` before its start."""
    session = lock(session)
    if session.starts_at and session.starts_at > timezone.now():
        raise ValidationError(_("The session has not begun yet."), code="not_yet")
    return move(session, Session.Status.HELD, by=by, changed_at=timezone.now())


@transaction.atomic
def close(session: Session, *, by: Any) -> Session:
    """Lay the session to the records: its minutes are published and nothing is left to write."""
    session = lock(session)
    if not Minutes.objects.published().filter(session=session).exists():
        raise ValidationError(_("Publish the minutes before you close the session."), code="no_minutes")
    return move(session, Session.Status.CLOSED, by=by, changed_at=timezone.now())


def resolve(zone: str, starts_local: datetime, ends_local: datetime) -> dict[str, Any]:
    """The time fields of a session that meets at these wall clocks; errors name the form field at fault."""
    starts_at = _moment("starts_local", starts_local, zone)
    ends_at = _moment("ends_local", ends_local, zone)
    if ends_at <= starts_at:
        raise _at("ends_local", ValidationError(_("The session must end after it starts."), code="order"))
    if starts_at <= timezone.now():
        raise _at("starts_local", ValidationError(_("This time is past."), code="past"))
    return {
        "zone": zone,
        "starts_local": starts_local,
        "ends_local": ends_local,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "starts_on": starts_local.date(),
        "ends_on": ends_local.date(),
        "date_precision": Session.Precision.EXACT,
    }


def _moment(field: str, wall: datetime, zone: str) -> datetime:
    try:
        return zones.moment(wall, zone)
    except ValidationError as wrong:
        raise _at("zone" if wrong.code == "unknown_zone" else field, wrong) from wrong


def _at(field: str, wrong: ValidationError) -> ValidationError:
    """The same complaint, at the form field it is about."""
    return ValidationError({field: wrong})


def columns(field: str, texts: Mapping[str, str]) -> dict[str, str]:
    """One value per language column. Raises ``ValidationError(code="required")`` when all are empty."""
    found = {column(field, code): text.strip() for code, text in texts.items()}
    if not any(found.values()):
        raise ValidationError(_("Write it in at least one language."), code="required")
    return found


def _check_host(session: Session) -> None:
    if session.host_id and session.host_id not in session.dialogue.party_codes:
        raise _at("host", ValidationError(_("The host must be one of the Parties."), code="host"))
