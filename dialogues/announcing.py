"""Who hears of a change in a session, and how it is put into her calendar."""

from typing import Any

from django.db.models import Q

from dialogues import calendars
from dialogues.models import Dialogue, Registration, Session
from portal.accounts.models import Membership, Organization, User
from portal.notifications.outbox import notify


def officials(dialogue: Dialogue) -> list[User]:
    """The officials of all Parties: active people of their verified agencies."""
    memberships = Membership.objects.active().filter(
        organization__in=Organization.objects.agencies().filter(economy__in=dialogue.party_codes),
        user__is_active=True,
    )
    return list(User.objects.filter(pk__in=memberships.values("user")).order_by("pk"))


def registered(session: Session) -> list[Registration]:
    """Open registrations of active people, with the person; for a session among the Parties not of an official who
    has left her agency since."""
    found = session.registrations.open().filter(user__is_active=True).select_related("user").order_by("pk")
    if not session.is_public:
        still = Q(user__in=[official.pk for official in officials(session.dialogue)])
        found = found.filter(~Q(role=Registration.Role.DELEGATE) | still)
    return list(found)


def announce(session: Session, kind: str, *, method: calendars.Method, **context: Any) -> None:
    """Tell officials of the Parties and the registered, once each, with their calendar part.

    The times go along as they are now: a later change is a later message (its sequence number is the
    occasion), and each says what it was sent to say.
    """
    registrations = registered(session)
    notify(
        [*officials(session.dialogue), *(registration.user for registration in registrations)],
        kind,
        about=session,
        occasion=session.sequence,
        calendar=calendars.invitations(session, method, registrations),
        **times(session),
        **context,
    )


def times(session: Session) -> dict[str, Any]:
    """The session's time for a mail's context: ISO 8601 in UTC, and the IANA zone of the room."""
    starts_at, ends_at = session.moments
    return {"starts": starts_at.isoformat(), "ends": ends_at.isoformat(), "zone": session.zone}
