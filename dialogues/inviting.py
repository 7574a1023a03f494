"""Asking people and whole organizations to a session, and what they answer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, calendars, linking, registration
from dialogues.models import Registration, Session, SessionInvitation
from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record
from portal.languages import current
from portal.lifecycle import lock, move
from portal.notifications.outbox import Address, notify

Status = SessionInvitation.Status
Partstat = Registration.Partstat

#: Open invitations of one session: more are a mailing list.
AT_MOST = 3000
#: What a stranger writes as a name stands in a mail to another stranger: no addresses in it.
validate_name = RegexValidator(r"^[^/:@<>\x00-\x1f]*$", _("Write a name, without links or signs."), code="name")


@dataclass(frozen=True)
class Guest:
    """Who is to be asked: an account, or an e-mail address with the language to write in."""

    user: User | None = None
    address: str = ""
    name: str = ""
    language: str = ""
    time_zone: str = ""
    organization: Organization | None = None
    role: str = Registration.Role.OBSERVER


@transaction.atomic
def invite(session: Session, guest: Guest, *, by: Any) -> SessionInvitation:
    """Ask one person. Of a scheduled session she is told at once, of a draft when it is scheduled.

    Raises ``ValidationError``: ``over``, ``too_many``, ``address``, ``name``, ``already_invited``,
    ``already_registered``.
    """
    session = still_open(session)
    invitation = create(session, known(guest), by=by)
    record(by, "invited_to_session", session)
    announcing.send_invitations(session, [invitation])
    return invitation


@transaction.atomic
def invite_all(session: Session, guests: Iterable[Guest], *, by: Any) -> list[SessionInvitation]:
    """Ask everybody among ``guests`` who is neither invited nor registered yet; return the new invitations.

    Raises ``ValidationError``: ``over``, ``too_many``, ``address``, ``name``.
    """
    session = still_open(session)
    made = []
    for guest in guests:
        try:
            made.append(create(session, known(guest), by=by))
        except ValidationError as refusal:
            if getattr(refusal, "code", "") not in {"already_invited", "already_registered"}:
                raise
    if made:
        record(by, "invited_to_session", session, count=len(made))
        announcing.send_invitations(session, made)
    return made


@transaction.atomic
def invite_organization(
    session: Session, organization: Organization, *, everyone: bool, by: Any, role: str = Registration.Role.OBSERVER
) -> list[SessionInvitation]:
    """Ask an organization: all its active people, or one contact, the manager it has had for longest.

    Raises ``ValidationError(code="nobody")`` when there is nobody to ask, and as :func:`invite_all`.
    """
    people = Membership.objects.active().filter(organization=organization, user__is_active=True)
    if not everyone:
        people = people.filter(role=Membership.Role.MANAGER)
    asked = people.select_related("user").order_by("pk")[: AT_MOST if everyone else 1]
    guests = [Guest(user=member.user, organization=organization, role=role) for member in asked]
    if not guests:
        raise ValidationError(_("This organization has nobody here who could be asked."), code="nobody")
    return invite_all(session, guests, by=by)


@transaction.atomic
def invite_again(invitation: SessionInvitation, *, by: Any) -> SessionInvitation:
    """Send the mail once more, with a new link; the old link is useless. Only while there is no answer, or it was no.

    Raises ``ValidationError``: ``over``, ``answered``.
    """
    session = still_open(invitation.session)
    invitation = lock(invitation)
    if invitation.status not in {Status.SENT, Status.DECLINED}:
        raise ValidationError(_("This invitation is answered or withdrawn."), code="answered")
    if invitation.status == Status.DECLINED:
        registration.raise_sequence(session)
    invitation.generation += 1
    invitation.invited_at = timezone.now()
    invitation.save(update_fields=["generation", "invited_at"])
    record(by, "invited_to_session", session)
    announcing.send_invitations(session, [invitation])
    return invitation


@transaction.atomic
def withdraw(invitation: SessionInvitation, *, by: Any) -> SessionInvitation:
    """Take an invitation back: its link is useless, and a place it led to is given back. She is told."""
    session = still_open(invitation.session)
    invitation = lock(invitation)
    place = open_place(invitation)
    invitation = move(invitation, Status.WITHDRAWN, by=by)
    if place is not None:
        registration.leave(session, place, by=by, partstat=Partstat.DECLINED)
    else:
        tell_closed(session, invitation, why="withdrawn")
    return invitation


@transaction.atomic
def copy(source: Session, target: Session, *, by: Any) -> list[SessionInvitation]:
    """Ask to ``target`` whoever was asked to ``source`` and did not pass it on; who is asked already stays."""
    rows = source.invitations.standing().exclude(status=Status.DELEGATED).select_related("user", "organization")
    guests = [
        Guest(row.user, row.address, row.name, row.language, row.time_zone, row.organization, row.role)
        for row in rows
        if row.user is None or row.user.is_active
    ]
    return invite_all(target, guests, by=by)


def name_of(invitation: SessionInvitation) -> str:
    """What she is called to those who invite."""
    return str(invitation.user or invitation.name or invitation.address)


def known(guest: Guest) -> Guest:
    """The guest with her account, when the address is one that she proved to be hers; checked."""
    if guest.user is not None:
        return guest
    address, name = guest.address.strip().lower(), " ".join(guest.name.split())
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise ValidationError({"address": wrong}) from wrong
    try:
        validate_name(name)
    except ValidationError as wrong:
        raise ValidationError({"name": wrong}) from wrong
    owner = User.objects.filter(
        is_active=True, emailaddress__email__iexact=address, emailaddress__verified=True
    ).first()  # fmt: skip
    if owner is not None:
        return replace(guest, user=owner, address="")
    return replace(guest, address=address, name=name, language=guest.language or current())


def create(session: Session, guest: Guest, *, by: Any) -> SessionInvitation:
    """The row, under the lock of ``session``; nobody is told yet."""
    person = guest.user or Address(guest.address, guest.language, guest.time_zone or "UTC", guest.name)
    invitations = session.invitations.of(person)
    if invitations.standing().exists():
        raise ValidationError(_("This person is invited already."), code="already_invited")
    if session.registrations.open().of(person).exists():
        raise ValidationError(_("This person is registered already."), code="already_registered")
    if session.invitations.standing().count() >= AT_MOST:
        raise ValidationError(
            _("A session takes at most %(most)d invitations."), code="too_many", params={"most": AT_MOST}
        )
    if invitations.exists() or session.registrations.of(person).exists():
        registration.raise_sequence(session)  # above the CANCEL that her calendar has
    fields: dict[str, Any] = {"user": guest.user, "language": guest.user.language} if guest.user else {
        "address": guest.address, "name": guest.name, "language": guest.language, "time_zone": guest.time_zone,
    }  # fmt: skip
    return SessionInvitation.objects.create(
        session=session, organization=guest.organization, role=guest.role, invited_by=by, **fields
    )


def tell_closed(session: Session, invitation: SessionInvitation, *, why: str) -> None:
    """Take the session out of the calendar of somebody who was asked and has no place. A draft nobody heard of stays
    unheard of."""
    if not session.takes_registrations:
        return
    registration.raise_sequence(session)
    path = linking.invitation_path(invitation) if why == "declined" else session.dialogue.get_absolute_url()
    notify(
        [invitation.person],
        "dialogues/invitation_closed",
        about=session,
        occasion=f"{invitation.pk}-{session.sequence}",
        calendar=calendars.invitations(session, "CANCEL", [], partstat=Partstat.DECLINED),
        why=why,
        url=path,
        **announcing.times(session),
    )


def open_place(invitation: SessionInvitation) -> Registration | None:
    """The place it led to, locked, while it stands."""
    if invitation.registration_id is None:
        return None
    place = lock(Registration(pk=invitation.registration_id))
    return None if place.status == Registration.Status.CANCELLED else place


def still_open(session: Session) -> Session:
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    return session
