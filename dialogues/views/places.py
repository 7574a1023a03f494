"""What pages say of places: one's own, and how many there are."""

from django.utils.translation import gettext as _

from dialogues import attendance, linking, registration, waiting
from dialogues.models import Registration


def people_of(user, session, mine):
    """For the page of a session: how many come from where, how registration stands, her own place or invitation."""
    counted = attendance.by_economy(session)
    confirmed = sum(row.confirmed for row in counted)
    if mine is not None:
        mine.session = session
    return {
        "counted": counted,
        "confirmed_count": confirmed,
        "attended_count": sum(row.attended for row in counted),
        "economies_count": sum(row.economy is not None for row in counted),
        "registration_is_open": registration.is_open(session),
        "session_is_full": session.capacity is not None and confirmed >= session.capacity,
        "position": _position(mine),
        "own_invitation": _own_invitation(user, session) if mine is None else "",
    }


def place_context(session, place):
    """For a page about one's own place, with an account or by a personal link."""
    is_confirmed = place.status == Registration.Status.CONFIRMED
    return {
        "session": session,
        "dialogue": session.dialogue,
        "registration": place,
        "position": _position(place),
        "doors_are_open": is_confirmed and attendance.doors_are_open(session),
    }


def said(place):
    """What became of a registration, in words to its person."""
    if place.status == Registration.Status.WAITLISTED:
        return _("All places you may have are taken. You are on the waiting list, and we write to you in your turn.")
    return _("You are registered. A mail with the entry for your calendar is on its way.")


def _position(place):
    is_waiting = place is not None and place.status == Registration.Status.WAITLISTED
    return waiting.position(place) if is_waiting else None


def _own_invitation(user, session):
    """Where she answers an invitation that waits for her answer."""
    if not user.is_authenticated or not session.takes_registrations:
        return ""
    invitation = session.invitations.unanswered().of(user).first()
    return linking.invitation_path(invitation) if invitation else ""
