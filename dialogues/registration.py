"""Taking part in a session."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, calendars
from dialogues.models import Registration, Session
from dialogues.permissions import acts_in, can_register
from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify


@transaction.atomic
def register(session: Session, *, user: Any, by: Any, organization: Organization | None = None) -> Registration:
    """Give ``user`` a place and put the session into her calendar. Officials come as delegates.

    Raises ``ValidationError``: ``closed`` when it is not scheduled or over, ``already_registered``,
    ``organization`` when she does not belong to it; ``PermissionDenied`` when it is not open to her.
    """
    session = lock(session)
    if not can_register(user, session):
        raise PermissionDenied
    if not session.takes_registrations:
        raise ValidationError(_("This session takes no registrations now."), code="closed")
    if organization is not None and organization.pk not in organization_ids(user):
        raise ValidationError(_("You can register only for an organization you belong to."), code="organization")
    if session.registrations.open().filter(user=user).exists():
        raise ValidationError(_("You are registered already."), code="already_registered")
    if session.registrations.filter(user=user).exists():
        _raise_sequence(session)  # her calendar has a CANCEL of this number: only a higher one brings it back
    role = Registration.Role.DELEGATE if acts_in(user, session.dialogue) else Registration.Role.OBSERVER
    registration = Registration.objects.create(session=session, user=user, organization=organization, role=role)
    record(by, "registered", registration)
    return confirm(registration, by=by)


@transaction.atomic
def confirm(registration: Registration, *, by: Any) -> Registration:
    """Confirm a place and send the session, with the link to join, to her calendar."""
    registration = move(
        registration,
        Registration.Status.CONFIRMED,
        by=by,
        partstat=Registration.Partstat.ACCEPTED,
    )
    session = registration.session
    notify(
        [registration.user],
        "dialogues/registration_confirmed",
        about=session,
        occasion=registration.pk,
        calendar=calendars.invitations(session, "REQUEST", [registration]),
        **announcing.times(session),
    )
    return registration


@transaction.atomic
def cancel_registration(registration: Registration, *, by: Any) -> Registration:
    """Give a place back. The session is taken out of her calendar alone."""
    session = lock(registration.session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    registration = move(
        registration,
        Registration.Status.CANCELLED,
        by=by,
        partstat=Registration.Partstat.DECLINED,
    )
    _raise_sequence(session)
    notify(
        [registration.user],
        "dialogues/registration_cancelled",
        about=session,
        occasion=registration.pk,
        calendar=calendars.invitations(session, "CANCEL", [registration]),
        **announcing.times(session),
    )
    return registration


def _raise_sequence(session: Session) -> None:
    """Each person's calendar must see only rising numbers; the others' may skip some."""
    session.sequence += 1
    session.changed_at = timezone.now()
    session.save(update_fields=["sequence", "changed_at"])
