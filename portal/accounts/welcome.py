"""The first steps after sign-up: create or join the organization one came for."""

from django.db import transaction

from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record


def is_due(user: User) -> bool:
    """Whether she said she came for an organization and has neither one nor a request for one."""
    if user.purpose not in Organization.Kind.values:
        return False
    open_states = [Membership.Status.REQUESTED, Membership.Status.ACTIVE]
    return not user.memberships.filter(status__in=open_states).exists()


@transaction.atomic
def skip(*, by: User) -> User:
    """Go on as a visitor; she can create or join an organization at any later time."""
    by.purpose = User.Purpose.VISITOR
    by.save(update_fields=["purpose"])
    record(by, "skipped_welcome", by)
    return by


@transaction.atomic
def choose(*, purpose: str, by: User) -> User:
    """Say, or correct, what brings her here."""
    by.purpose = purpose
    by.save(update_fields=["purpose"])
    return by
