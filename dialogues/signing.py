"""Putting written minutes before those who were there and before the Parties, until every Party has signed."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, commenting, parity
from dialogues.commenting import room_day
from dialogues.models import Minutes, Registration, Session, SignOff
from dialogues.permissions import acts_in, can_sign
from portal.accounts.models import Membership, Organization
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify
from portal.reference.models import Economy

#: States of a session in which its minutes can be put before anybody; a closed one's are corrections.
HELD = {Session.Status.HELD, Session.Status.CLOSED}


@transaction.atomic
def circulate(
    minutes: Minutes, *, comments_until: date, seen_revision: int, by: Any, despite_findings: bool = False
) -> Minutes:
    """Ask those who attended for comments until the end of that day in the room, and the Parties for their sign-off.

    Raises ``ValidationError``: ``not_held``, ``empty``, ``past`` for a day that is over, ``changed_meanwhile`` when
    the text is no longer what she read, ``parity`` while the languages do not say the same (see
    :mod:`dialogues.parity`) and she did not say ``despite_findings``.
    """
    session = lock(minutes.session)
    minutes = lock(minutes)
    must_be_held(session)
    _must_say_something(minutes)
    if comments_until < room_day(session):
        raise ValidationError({"comments_until": ValidationError(_("This day is past."), code="past")})
    must_be_seen(minutes, seen_revision)
    findings = parity.check(minutes)
    if findings and not despite_findings:
        raise ValidationError(
            _("The languages do not say the same yet. Look at what is listed, or say that it is right as it is."),
            code="parity",
        )
    now = timezone.now()
    minutes = move(
        minutes, Minutes.Status.CIRCULATED, by=by, comments_until=comments_until, circulated_at=now, agreed_at=None
    )
    record(by, "minutes_circulated", session, until=comments_until.isoformat(), findings=len(findings))
    officials = announcing.officials(session.dialogue)
    until = comments_until.isoformat()
    notify(officials, "dialogues/minutes_to_sign", about=minutes, occasion=minutes.revision, until=until)
    places = attendance(session)
    others = [place.person for place in places if place.user not in officials]
    own = commenting.links(minutes, places)
    notify(others, "dialogues/minutes_circulated", about=minutes, occasion=minutes.revision, own=own, until=until)
    return minutes


@transaction.atomic
def sign_off(minutes: Minutes, *, economy: Economy, seen_revision: int, by: Any, received_as: str = "") -> Minutes:
    """Agree with the circulated minutes for one Party; with the last Party's sign-off they are agreed.

    For a Party whose officials use this portal only they sign. For one for which nobody acts here any Party's official
    writes down how it said so (``received_as``), which is shown beside it.
    Raises ``PermissionDenied`` for other people, ``ValidationError``: ``not_circulated``, ``changed_meanwhile``,
    ``already_signed``.
    """
    session = lock(minutes.session)
    minutes = lock(minutes)
    received_as = _check_signer(session, economy, by, received_as.strip())
    if minutes.status != Minutes.Status.CIRCULATED:
        raise ValidationError(_("These minutes are not before the Parties now."), code="not_circulated")
    must_be_seen(minutes, seen_revision)
    if minutes.sign_offs.filter(economy=economy).exists():
        raise ValidationError(_("This Party has signed already."), code="already_signed")
    SignOff.objects.create(minutes=minutes, economy=economy, by=by, received_as=received_as)
    record(by, "minutes_signed", session, party=economy.code)
    signed = set(minutes.sign_offs.values_list("economy", flat=True))
    if signed >= session.dialogue.party_codes:
        minutes = move(minutes, Minutes.Status.AGREED, by=by, agreed_at=timezone.now())
        record(by, "minutes_agreed", session)
    return minutes


@transaction.atomic
def reopen(minutes: Minutes, *, reason: str, by: Any) -> Minutes:
    """Take circulated or agreed minutes back to the draft: every sign-off falls, and the Parties are told why.

    Comments stay. Raises ``ValidationError``: ``reason`` without one, ``illegal_move``.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the minutes are changed."), code="reason")
    session = lock(minutes.session)
    minutes = move(
        minutes,
        Minutes.Status.DRAFT,
        by=by,
        details={"reason": reason},
        comments_until=None,
        circulated_at=None,
        agreed_at=None,
    )
    signed = minutes.sign_offs.count()
    minutes.sign_offs.all().delete()
    record(by, "minutes_reopened", session, reason=reason, signed=signed)
    notify(
        announcing.officials(session.dialogue),
        "dialogues/minutes_reopened",
        about=minutes,
        occasion=f"{minutes.revision}:{timezone.now().isoformat()}",
        reason=reason,
    )
    return minutes


def must_be_publishable(minutes: Minutes, session: Session, seen_revision: int) -> None:
    """Raises the ``ValidationError`` that says what has still to happen before publication."""
    if minutes.is_published:
        raise ValidationError(_("Published minutes never change."), code="published")
    must_be_held(session)
    if minutes.status != Minutes.Status.AGREED:
        raise ValidationError(_("The minutes are published once every Party has signed them."), code="not_agreed")
    must_be_seen(minutes, seen_revision)
    if minutes.comments_until and minutes.comments_until >= room_day(session):
        raise ValidationError(
            _("Those who attended may still comment. Publish the minutes when that time is over."),
            code="comments_open",
        )
    if minutes.comments.filter(settled_at=None).exists():
        raise ValidationError(_("Reply to every comment before you publish the minutes."), code="comments_unsettled")


def must_be_held(session: Session) -> None:
    if session.status not in HELD:
        raise ValidationError(
            _("Mark the session as held before you circulate or publish its minutes."), code="not_held"
        )


def must_be_seen(minutes: Minutes, seen_revision: int) -> None:
    """What she circulates, signs or publishes is what she read."""
    if minutes.revision != seen_revision:
        raise ValidationError(
            _("Somebody changed these minutes after you opened them. Read them again."), code="changed_meanwhile"
        )


def attendance(session: Session) -> list[Registration]:
    """Confirmed places of people who were not found missing, with or without an account here."""
    places = session.registrations.confirmed().exclude(attended=False)
    return list(places.filter(Q(user=None) | Q(user__is_active=True)).select_related("user").order_by("pk"))


def parties_without_officials(session: Session) -> set[str]:
    """Parties (ISO codes) for which nobody acts in this portal."""
    acting = Membership.objects.active().filter(
        organization__in=Organization.objects.agencies(),
        organization__economy__in=session.dialogue.party_codes,
        user__is_active=True,
    )
    return set(session.dialogue.party_codes) - set(acting.values_list("organization__economy", flat=True))


def _check_signer(session: Session, economy: Economy, by: Any, received_as: str) -> str:
    if economy.code not in session.dialogue.party_codes:
        raise PermissionDenied
    if can_sign(by, economy.code):
        return ""
    if not acts_in(by, session.dialogue) or economy.code not in parties_without_officials(session):
        raise PermissionDenied
    if not received_as:
        raise ValidationError(_("Say how this Party let you know."), code="received_as")
    return received_as


def _must_say_something(minutes: Minutes) -> None:
    pieces = [minutes, *minutes.sections.all()]
    if not any(getattr(piece, column("text", code)) for piece in pieces for code in Language.values):
        raise ValidationError(_("Nothing is written yet."), code="empty")
