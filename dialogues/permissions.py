"""Who may do what in a dialogue. Officials act only where their economy is a Party; firms take part."""

from typing import Any

from dialogues.models import Commitment, Dialogue, Registration, Session
from portal.accounts.permissions import delegation, organization_ids


def acts_in(user: Any, dialogue: Dialogue) -> bool:
    """Whether she is an official of one of the Parties."""
    return not dialogue.party_codes.isdisjoint(delegation(user))


def can_create_session(user: Any, dialogue: Dialogue) -> bool:
    return acts_in(user, dialogue)


def can_name_cases(user: Any, dialogue: Dialogue) -> bool:
    """Say which success cases came from it."""
    return acts_in(user, dialogue)


def can_run(user: Any, session: Session) -> bool:
    """Revise, schedule, reschedule, cancel, start and close it, and keep its agenda: any Party's officials.

    The Parties are of equal weight: the host has no right the others lack.
    """
    return acts_in(user, session.dialogue)


def can_register(user: Any, session: Session) -> bool:
    """Anyone signed in for a session open to the public; for the others only officials of the Parties."""
    return user.is_authenticated and (session.is_public or acts_in(user, session.dialogue))


def can_cancel_registration(user: Any, registration: Registration) -> bool:
    """Her own; or, for officials of the Parties, anybody's."""
    return user.is_authenticated and (registration.user_id == user.pk or acts_in(user, registration.session.dialogue))


def can_see_people(user: Any, session: Session) -> bool:
    """Names of the registered; everybody else sees only how many there are."""
    return acts_in(user, session.dialogue)


def can_join(user: Any, session: Session, registration: Registration | None) -> bool:
    """Whether the link to join is shown to her: officials of the Parties and confirmed registrations."""
    if acts_in(user, session.dialogue):
        return True
    return registration is not None and registration.status == Registration.Status.CONFIRMED


def can_write_minutes(user: Any, session: Session) -> bool:
    return acts_in(user, session.dialogue)


def can_keep(user: Any, commitment: Commitment) -> bool:
    """Report on a commitment: people of the organization that owns it, and officials of the Parties."""
    return commitment.owner_id in organization_ids(user) or acts_in(user, commitment.session.dialogue)


def can_see_history(user: Any, session: Session) -> bool:
    return acts_in(user, session.dialogue)
