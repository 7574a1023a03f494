"""Who hears of a change in a session, and how it is put into her calendar."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from dialogues import because, calendars, linking, watching
from dialogues.models import Dialogue, Registration, Session, SessionInvitation
from portal.accounts.models import Membership, Organization, User
from portal.notifications.outbox import Address, notify
from portal.notifications.reasons import TOLD_AS


def officials(dialogue: Dialogue) -> list[User]:
    """The officials of all Parties: active people of their verified agencies."""
    memberships = Membership.objects.active().filter(
        organization__in=Organization.objects.agencies().filter(economy__in=dialogue.party_codes),
        user__is_active=True,
    )
    return list(User.objects.filter(pk__in=memberships.values("user")).order_by("pk"))


def registered(session: Session) -> list[Registration]:
    """Open registrations of active people and of bare addresses, with the person; for a session among the Parties not
    of an official who has left her agency since."""
    active = Q(user=None) | Q(user__is_active=True)
    found = session.registrations.open().filter(active).select_related("user", "invitation").order_by("pk")
    if not session.is_public:
        still = Q(user__in=[official.pk for official in officials(session.dialogue)])
        found = found.filter(~Q(role=Registration.Role.DELEGATE) | still)
    return list(found)


def invited(session: Session) -> list[SessionInvitation]:
    """Invitations that were sent and are not answered, of active people and of bare addresses."""
    active = Q(user=None) | Q(user__is_active=True)
    unanswered = session.invitations.unanswered().filter(active, registration=None)
    return list(unanswered.select_related("user").order_by("pk"))


def announce(session: Session, kind: str, *, method: calendars.Method, to_invited: bool = True, **context: Any) -> None:
    """Tell officials of the Parties, the registered and the invited, once each, with their calendar part.

    The times go along as they are now: a later change is a later message (its sequence number is the
    occasion), and each says what it was sent to say.
    """
    registrations, invitations = registered(session), invited(session) if to_invited else []
    acting = officials(session.dialogue)
    theirs: list[Registration | SessionInvitation] = [*registrations, *invitations]
    links, part = own_links(theirs), parts(registrations, invitations)
    notify(
        [*acting, *(row.person for row in theirs)],
        kind,
        about=session,
        occasion=session.sequence,
        calendar=calendars.invitations(session, method, registrations, officials=acting),
        own=lambda person: {**links(person), TOLD_AS: part(person)},
        **times(session),
        **context,
    )
    told = [*acting, *(row.person for row in theirs)]
    what = kind.rpartition("_")[2]
    watching.tell(
        watching.SESSION, session, occasion=session.sequence, besides=told, what=what, **times(session), **context
    )


def parts(registrations: Iterable[Registration], invitations: Iterable[SessionInvitation] = ()) -> Callable[[Any], str]:
    """In which part a person is told of a session: her place says more than that she was invited, and both more than
    that she is an official."""
    known = {_identity(row.person): because.INVITED for row in invitations}
    known |= {_identity(row.person): because.REGISTERED for row in registrations}
    return lambda person: known.get(_identity(person), because.OFFICIAL)


def send_invitations(session: Session, invitations: Iterable[SessionInvitation], **context: Any) -> None:
    """Send each invited person her own link, and the session to her calendar. Nothing while it is a draft: they are
    told when it is scheduled."""
    if not session.takes_registrations:
        return
    for invitation in invitations:
        path = linking.invitation_path(invitation)
        places = [invitation.registration] if invitation.registration else []
        notify(
            [invitation.person],
            "dialogues/session_invitation",
            about=session,
            occasion=f"{invitation.pk}-{invitation.generation}",
            calendar=calendars.invitations(session, "REQUEST", places),
            url=path,
            has_place=any(place.status == Registration.Status.CONFIRMED for place in places),
            **{"passed_on_by": "", **context},
            **times(session),
        )


def own_links(rows: Iterable[Registration | SessionInvitation]) -> Callable[[Any], dict[str, Any]]:
    """For ``notify(own=…)``: who has no account is led to her personal page, whose link is her permission; when it was
    withdrawn, to the dialogue."""
    paths = {}
    for row in rows:
        invitation = row if isinstance(row, SessionInvitation) else getattr(row, "invitation", None)
        if invitation is not None and row.user_id is None:
            is_over = invitation.status == SessionInvitation.Status.WITHDRAWN
            home = row.session.dialogue.get_absolute_url
            paths[row.address.lower()] = home() if is_over else linking.invitation_path(invitation)

    def own(person: Any) -> dict[str, Any]:
        path = paths.get(person.email.lower()) if isinstance(person, Address) else None
        return {"url": path} if path else {}

    return own


def _identity(person: Any) -> int | str:
    return person.email.lower() if isinstance(person, Address) else person.pk


def times(session: Session) -> dict[str, Any]:
    """The session's time for a mail's context: ISO 8601 in UTC, and the IANA zone of the room."""
    starts_at, ends_at = session.moments
    return {"starts": starts_at.isoformat(), "ends": ends_at.isoformat(), "zone": session.zone}
