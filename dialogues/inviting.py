"""Asking people and whole organizations to a session, and what they answer."""

from collections.abc import Iterable, Mapping
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
#: An invitation is passed on so often; whoever gets it last answers for herself.
PASSED_ON_AT_MOST = 2
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
    session = _open(session)
    invitation = _create(session, _known(guest), by=by)
    record(by, "invited_to_session", session)
    announcing.send_invitations(session, [invitation])
    return invitation


@transaction.atomic
def invite_all(session: Session, guests: Iterable[Guest], *, by: Any) -> list[SessionInvitation]:
    """Ask everybody among ``guests`` who is neither invited nor registered yet; return the new invitations.

    Raises ``ValidationError``: ``over``, ``too_many``, ``address``, ``name``.
    """
    session = _open(session)
    made = []
    for guest in guests:
        try:
            made.append(_create(session, _known(guest), by=by))
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
    session = _open(invitation.session)
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
    session = _open(invitation.session)
    invitation = lock(invitation)
    place = _open_place(invitation)
    invitation = move(invitation, Status.WITHDRAWN, by=by)
    if place is not None:
        registration.leave(session, place, by=by, partstat=Partstat.DECLINED)
    else:
        _tell_closed(session, invitation, why="withdrawn")
    return invitation


@transaction.atomic
def accept(
    invitation: SessionInvitation, *, by: Any, answers: Mapping[int, str] | None = None, **details: Any
) -> Registration:
    """Say that she comes: a place, or a turn on the waiting list. ``details``: interpretation, access_needs.

    ``by`` is the person of the link, None when she has no account. Raises ``ValidationError``: ``closed``,
    ``not_open``, ``already_registered`` and what ``questions.check`` finds.
    """
    session, invitation = _locked(invitation)
    place = _open_place(invitation)
    if place is not None:
        registration.accept(invitation, place, by=by)
        return registration.answer(place, partstat=Partstat.ACCEPTED, by=by)
    return registration.enter(session, by=by, invitation=invitation, answers=answers, **_who(invitation), **details)


@transaction.atomic
def say_perhaps(invitation: SessionInvitation, *, by: Any) -> Registration:
    """Leave it open: she hears of every change, and keeps a place that she has; no place is held for her otherwise."""
    session, invitation = _locked(invitation)
    place = _open_place(invitation)
    if place is not None:
        registration.accept(invitation, place, by=by)
        return registration.answer(place, partstat=Partstat.TENTATIVE, by=by)
    if not session.takes_registrations:
        raise ValidationError(_("This session takes no registrations now."), code="closed")
    place = Registration(session=session, **_who(invitation), partstat=Partstat.TENTATIVE)
    if session.registrations.open().of(place.person).exists():
        raise ValidationError(_("You are registered already."), code="already_registered")
    place.economy_id = registration.economy_of(place.user, place.organization)
    place.answered_at = timezone.now()
    if invitation.status == Status.DECLINED or session.registrations.of(place.person).exists():
        registration.raise_sequence(session)
    place.save()
    activity = record(by, "invitation_answered", place, partstat=Partstat.TENTATIVE)
    registration.accept(invitation, place, by=by)
    registration.note_answer(place, occasion=activity.pk)
    return place


@transaction.atomic
def decline(invitation: SessionInvitation, *, by: Any) -> SessionInvitation:
    """Say that she does not come. A place she had is given back. Saying it twice is saying it once."""
    session, invitation = _locked(invitation)
    if invitation.status == Status.DECLINED:
        return invitation
    place = _open_place(invitation)
    invitation = move(invitation, Status.DECLINED, by=by, answered_at=timezone.now())
    if place is not None:
        registration.leave(session, place, by=by, partstat=Partstat.DECLINED)
    else:
        _tell_closed(session, invitation, why="declined")
    return invitation


@transaction.atomic
def pass_on(invitation: SessionInvitation, *, address: str, name: str, by: Any) -> SessionInvitation:
    """Send a colleague instead. A place, or a turn on the waiting list, goes over to her; she is asked to answer.

    Raises ``ValidationError``: ``closed``, ``not_open``, ``passed_on_too_often``, ``address``, ``name``,
    ``already_invited``, ``already_registered``.
    """
    session, invitation = _locked(invitation)
    if _times_passed_on(invitation) >= PASSED_ON_AT_MOST:
        raise ValidationError(
            _("This invitation has been passed on already. Ask the secretariat to invite your colleague."),
            code="passed_on_too_often",
        )
    zone = invitation.person.time_zone
    guest = Guest(
        address=address, name=name, language=current(), time_zone=zone,
        organization=invitation.organization, role=invitation.role,
    )  # fmt: skip
    colleague = _create(session, _known(guest), by=invitation.invited_by)
    place = _open_place(invitation)
    move(invitation, Status.DELEGATED, by=by, delegated_to=colleague, answered_at=timezone.now())
    if place is None:
        _tell_closed(session, invitation, why="passed_on")
    else:
        _hand_over(session, place, colleague, by=by)
    announcing.send_invitations(session, [colleague], passed_on_by=name_of(invitation))
    return colleague


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


def _known(guest: Guest) -> Guest:
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


def _create(session: Session, guest: Guest, *, by: Any) -> SessionInvitation:
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


def _who(invitation: SessionInvitation) -> dict[str, Any]:
    """The fields of a registration that say who comes, for whom and as what."""
    role = registration.role_of(invitation.user, invitation.session, invitation)
    common = {"organization": invitation.organization, "role": role}
    if invitation.user is not None:
        return {"user": invitation.user, **common}
    return {
        "address": invitation.address,
        "address_name": invitation.name,
        "address_language": invitation.language,
        "address_time_zone": invitation.time_zone,
        **common,
    }


def _hand_over(session: Session, place: Registration, colleague: SessionInvitation, *, by: Any) -> None:
    """Give her place, or her turn on the waiting list, to the colleague: nobody in between can take it."""
    was = place.status
    registration.leave(session, place, by=by, partstat=Partstat.DELEGATED, heir=True)
    if was == Registration.Status.PENDING:
        return
    heir = Registration.objects.create(
        session=session, economy_id=place.economy_id, created_at=place.created_at, **_who(colleague)
    )
    colleague.registration = move(heir, was, by=by, verb="took_over")
    colleague.save(update_fields=["registration"])


def _times_passed_on(invitation: SessionInvitation) -> int:
    times = 0
    while (earlier := invitation.delegated_from.first()) is not None:
        times, invitation = times + 1, earlier
    return times


def _tell_closed(session: Session, invitation: SessionInvitation, *, why: str) -> None:
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


def _open_place(invitation: SessionInvitation) -> Registration | None:
    """The place it led to, locked, while it stands."""
    if invitation.registration_id is None:
        return None
    place = lock(Registration(pk=invitation.registration_id))
    return None if place.status == Registration.Status.CANCELLED else place


def _locked(invitation: SessionInvitation) -> tuple[Session, SessionInvitation]:
    """Session and invitation, locked in this order as everywhere, while it may be answered."""
    session = _open(invitation.session)
    invitation = lock(invitation)
    if invitation.status in {Status.WITHDRAWN, Status.DELEGATED}:
        raise ValidationError(_("This invitation was withdrawn or passed on."), code="not_open")
    return session, invitation


def _open(session: Session) -> Session:
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    return session
