"""Taking part in a session."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, calendars, questions, waiting
from dialogues.models import Registration, Session, SessionInvitation
from dialogues.permissions import acts_in, can_register
from portal.accounts.models import Organization, User
from portal.accounts.permissions import memberships, organization_ids
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

#: The most places a session or a quota may have.
MOST_PLACES = 100_000


@transaction.atomic
def register(
    session: Session,
    *,
    user: Any,
    by: Any,
    organization: Organization | None = None,
    interpretation: str = "",
    access_needs: str = "",
    answers: Mapping[int, str] | None = None,
) -> Registration:
    """Give ``user`` a place and put the session into her calendar; when it is full, put her on the waiting list.

    Officials come as delegates, invited people in the role they were invited for. ``answers`` are by question id.
    Raises ``ValidationError``: ``closed`` when it is not scheduled or over, ``not_open_yet`` or ``no_longer_open``
    outside the days of registration (not for who is invited), ``already_registered``, ``organization`` when she does
    not belong to it, and what ``questions.check`` finds; ``PermissionDenied`` when it is not open to her.
    """
    session = lock(session)
    invitation = session.invitations.standing().of(user).exclude(status=SessionInvitation.Status.DELEGATED).first()
    if invitation is None:
        if not can_register(user, session):
            raise PermissionDenied
        check_open(session)
    if organization is not None and organization.pk not in organization_ids(user):
        raise ValidationError(_("You can register only for an organization you belong to."), code="organization")
    return enter(
        session,
        by=by,
        invitation=invitation,
        answers=answers,
        user=user,
        organization=organization,
        interpretation=interpretation,
        access_needs=access_needs,
        role=role_of(user, session, invitation),
    )


def enter(
    session: Session,
    *,
    by: Any,
    invitation: SessionInvitation | None = None,
    answers: Mapping[int, str] | None = None,
    **details: Any,
) -> Registration:
    """One more row for a person who may have it: seated, or waiting. The caller holds the lock of ``session``.

    Raises ``ValidationError``: ``closed``, ``already_registered`` and what ``questions.check`` finds.
    """
    if not session.takes_registrations:
        raise ValidationError(_("This session takes no registrations now."), code="closed")
    row = Registration(session=session, **details)
    checked = questions.check(session, answers) if answers is not None else {}
    if session.registrations.open().of(row.person).exists():
        raise ValidationError(_("You are registered already."), code="already_registered")
    row.economy_id = economy_of(row.user, row.organization)
    row.answered_at = timezone.now()
    _rise_above_cancellation(session, row, invitation)
    row.save()
    questions.keep(row, checked)
    record(by, "registered", row)
    if invitation is not None:
        accept(invitation, row, by=by)
    return waiting.seat(row, by=by)


def accept(invitation: SessionInvitation, row: Registration, *, by: Any) -> None:
    """Tie an invitation to the place it led to."""
    changes: dict[str, Any] = {"registration": row, "answered_at": timezone.now()}
    if invitation.status == SessionInvitation.Status.ACCEPTED:
        invitation.registration, invitation.answered_at = row, timezone.now()
        invitation.save(update_fields=list(changes))
    else:
        invitation = move(invitation, SessionInvitation.Status.ACCEPTED, by=by, **changes)
    row.invitation = invitation


@transaction.atomic
def revise(
    registration: Registration,
    *,
    by: Any,
    interpretation: str,
    access_needs: str,
    answers: Mapping[int, str],
) -> Registration:
    """Change what she said when she registered. Raises ``ValidationError``: ``over``, or of ``questions.check``."""
    session = lock(registration.session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    registration = lock(registration)
    checked = questions.check(session, answers)
    registration.interpretation, registration.access_needs = interpretation, access_needs
    registration.save(update_fields=["interpretation", "access_needs"])
    questions.keep(registration, checked)
    record(by, "registration_revised", registration)
    return registration


@transaction.atomic
def answer(registration: Registration, *, partstat: str, by: Any) -> Registration:
    """Say that she will come, or perhaps, and keep the place or the turn she has. Saying it twice is saying it once.

    Who said "perhaps" without a place gets one, or a turn on the waiting list, by saying that she comes.
    """
    session = lock(registration.session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    registration = lock(registration)
    if registration.status == Registration.Status.CANCELLED:
        raise ValidationError(_("This registration is cancelled."), code="cancelled")
    if registration.partstat == partstat and registration.status != Registration.Status.PENDING:
        return registration
    registration.partstat, registration.answered_at = partstat, timezone.now()
    registration.save(update_fields=["partstat", "answered_at"])
    activity = record(by, "invitation_answered", registration, partstat=partstat)
    if registration.status == Registration.Status.PENDING and partstat == Registration.Partstat.ACCEPTED:
        return waiting.seat(registration, by=by)
    note_answer(registration, occasion=activity.pk)
    return registration


def note_answer(registration: Registration, *, occasion: object) -> None:
    """Write her answer into her own calendar."""
    notify(
        [registration.person],
        "dialogues/answer_noted",
        about=registration.session,
        occasion=occasion,
        calendar=calendars.invitations(registration.session, "REQUEST", [registration]),
        own=announcing.own_links([registration]),
        partstat=str(registration.partstat),
        **announcing.times(registration.session),
    )


@transaction.atomic
def cancel_registration(registration: Registration, *, by: Any) -> Registration:
    """Give a place back. The session is taken out of her calendar alone, and who waits longest moves up."""
    session = lock(registration.session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    registration = leave(session, lock(registration), by=by, partstat=Registration.Partstat.DECLINED)
    accepted = SessionInvitation.Status.ACCEPTED
    for invitation in SessionInvitation.objects.filter(registration=registration, status=accepted):
        move(invitation, SessionInvitation.Status.DECLINED, by=by, answered_at=timezone.now())
    return registration


def leave(session: Session, registration: Registration, *, by: Any, partstat: str, heir: bool = False) -> Registration:
    """End a registration under the lock of ``session``. With an ``heir`` her place is not given to who waits."""
    had_entry = calendars.has_entry(registration)
    registration = move(registration, Registration.Status.CANCELLED, by=by, partstat=partstat)
    if had_entry:
        raise_sequence(session)
        registration.session = session
    notify(
        [registration.person],
        "dialogues/registration_cancelled",
        about=session,
        occasion=registration.pk,
        calendar=calendars.invitations(session, "CANCEL", [registration]) if had_entry else None,
        own=announcing.own_links([registration]),
        **announcing.times(session),
    )
    if not heir:
        waiting.promote(session)
    return registration


@transaction.atomic
def set_limits(
    session: Session,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    capacity: int | None,
    quotas: Mapping[str, int],
    by: Any,
) -> Session:
    """Say from when to when people register, how many places there are, and how many an economy (ISO code) may take.

    Nobody who has a place loses it; who waits and fits now moves up at once.
    Raises ``ValidationError``: ``over``, ``order`` of the days, ``places`` for a number that is none.
    """
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    if opens_at and closes_at and closes_at <= opens_at:
        raise ValidationError(
            {"closes_at": ValidationError(_("Registration must close after it opens."), code="order")}
        )
    numbers = [*quotas.values(), *([] if capacity is None else [capacity])]
    if any(not 0 <= number <= MOST_PLACES for number in numbers):
        raise ValidationError(_("Places are a number from 0 to %(most)d."), code="places", params={"most": MOST_PLACES})
    session.registration_opens_at, session.registration_closes_at = opens_at, closes_at
    session.capacity = capacity
    session.changed_at = timezone.now()
    session.save(update_fields=["registration_opens_at", "registration_closes_at", "capacity", "changed_at"])
    session.quotas.exclude(economy__in=quotas).delete()
    for code, places in quotas.items():
        session.quotas.update_or_create(economy_id=code, defaults={"places": places})
    record(by, "registration_set", session)
    waiting.promote(session)
    return session


@transaction.atomic
def copy_limits(source: Session, target: Session, *, by: Any) -> None:
    """Give ``target`` the capacity and the quotas of ``source``; its days of registration are its own."""
    target = lock(target)
    quotas = dict(source.quotas.values_list("economy", "places"))
    opens_at, closes_at = target.registration_opens_at, target.registration_closes_at
    set_limits(target, opens_at=opens_at, closes_at=closes_at, capacity=source.capacity, quotas=quotas, by=by)


def fill_free_places() -> int:
    """Give places that became free without a verb, by a deleted account, to who waits for them; return how many."""
    moved = 0
    waited_for = Registration.objects.waiting().values("session")
    for session in Session.objects.upcoming().filter(pk__in=waited_for):
        with transaction.atomic():
            moved += len(waiting.promote(lock(session)))
    return moved


def check_open(session: Session) -> None:
    """Raise ``ValidationError`` with the code ``closed``, ``not_open_yet`` or ``no_longer_open`` when it is not."""
    now = timezone.now()
    if not session.takes_registrations:
        raise ValidationError(_("This session takes no registrations now."), code="closed")
    if session.registration_opens_at and now < session.registration_opens_at:
        raise ValidationError(_("Registration has not opened yet."), code="not_open_yet")
    if session.registration_closes_at and now >= session.registration_closes_at:
        raise ValidationError(_("Registration has closed."), code="no_longer_open")


def is_open(session: Session) -> bool:
    """Whether people may register by themselves now; whether there is a place, the waiting list says."""
    try:
        check_open(session)
    except ValidationError:
        return False
    return True


def economy_of(user: User | None, organization: Organization | None) -> str | None:
    """Whose quota a place counts in: the organization's, else that of the first organization she belongs to.

    Coming "for myself" is no way around the quota of one's economy.
    """
    if organization is not None and organization.economy_id:
        return organization.economy_id
    mine = memberships(user) if user is not None else []
    return next((m.organization.economy_id for m in mine if m.organization.economy_id), None)


def role_of(user: Any, session: Session, invitation: SessionInvitation | None) -> str:
    """Officials of the Parties come as delegates, unless they were invited to chair, speak or interpret."""
    role = invitation.role if invitation else Registration.Role.OBSERVER
    if role == Registration.Role.OBSERVER and user is not None and acts_in(user, session.dialogue):
        return Registration.Role.DELEGATE
    return role


def raise_sequence(session: Session) -> None:
    """Each person's calendar must see only rising numbers; the others' may skip some."""
    session.sequence += 1
    session.changed_at = timezone.now()
    session.save(update_fields=["sequence", "changed_at"])


def _rise_above_cancellation(session: Session, row: Registration, invitation: SessionInvitation | None) -> None:
    """Her calendar may have a CANCEL of this number: only a higher one brings the session back."""
    declined = invitation is not None and invitation.status == SessionInvitation.Status.DECLINED
    if declined or session.registrations.of(row.person).exists():
        raise_sequence(session)
