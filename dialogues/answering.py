"""What an invited person answers: she comes, perhaps, does not, or sends a colleague. ``by`` is the person of the
link, None when she has no account."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, inviting, registration
from dialogues.models import Registration, Session, SessionInvitation
from portal.activity.log import record
from portal.languages import current
from portal.lifecycle import lock, move

Status = SessionInvitation.Status
Partstat = Registration.Partstat

#: An invitation is passed on so often; whoever gets it last answers for herself.
PASSED_ON_AT_MOST = 2


@transaction.atomic
def accept(
    invitation: SessionInvitation, *, by: Any, answers: Mapping[int, str] | None = None, **details: Any
) -> Registration:
    """Say that she comes: a place, or a turn on the waiting list. ``details``: interpretation, access_needs. Whoever
    has a place keeps it, and what she says now replaces what she said.

    ``by`` is the person of the link, None when she has no account. Raises ``ValidationError``: ``closed``,
    ``not_open``, ``already_registered`` and what ``questions.check`` finds.
    """
    session, invitation = _locked(invitation)
    place = inviting.open_place(invitation)
    if place is not None:
        registration.accept(invitation, place, by=by)
        if answers is not None:
            registration.revise(place, by=by, answers=answers, **details)
        return registration.answer(place, partstat=Partstat.ACCEPTED, by=by)
    return registration.enter(session, by=by, invitation=invitation, answers=answers, **_who(invitation), **details)


@transaction.atomic
def say_perhaps(invitation: SessionInvitation, *, by: Any) -> Registration:
    """Leave it open: she hears of every change, and keeps a place that she has; no place is held for her otherwise."""
    session, invitation = _locked(invitation)
    place = inviting.open_place(invitation)
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
    place = inviting.open_place(invitation)
    invitation = move(invitation, Status.DECLINED, by=by, answered_at=timezone.now())
    if place is not None:
        registration.leave(session, place, by=by, partstat=Partstat.DECLINED)
    else:
        inviting.tell_closed(session, invitation, why="declined")
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
    guest = inviting.Guest(
        address=address, name=name, language=current(), time_zone=zone,
        organization=invitation.organization, role=invitation.role,
    )  # fmt: skip
    colleague = inviting.create(session, inviting.known(guest), by=invitation.invited_by)
    place = inviting.open_place(invitation)
    move(invitation, Status.DELEGATED, by=by, delegated_to=colleague, answered_at=timezone.now())
    if place is None:
        inviting.tell_closed(session, invitation, why="passed_on")
    else:
        _hand_over(session, place, colleague, by=by)
    announcing.send_invitations(session, [colleague], passed_on_by=inviting.name_of(invitation))
    return colleague


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


def _locked(invitation: SessionInvitation) -> tuple[Session, SessionInvitation]:
    """Session and invitation, locked in this order as everywhere, while it may be answered."""
    session = inviting.still_open(invitation.session)
    invitation = lock(invitation)
    if invitation.status in {Status.WITHDRAWN, Status.DELEGATED}:
        raise ValidationError(_("This invitation was withdrawn or passed on."), code="not_open")
    return session, invitation
