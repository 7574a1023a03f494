"""For whom a user acts. Costs no query beyond her memberships, which are fetched once per request."""

from portal.accounts.models import Membership, Organization


def memberships(user) -> list[Membership]:
    """Her active memberships; none for a visitor."""
    return user.active_memberships if user.is_authenticated else []


def organization_ids(user) -> set[int]:
    """Every organization she belongs to, verified or not."""
    return {m.organization_id for m in memberships(user)}


def company_ids(user) -> set[int]:
    """The firms she belongs to."""
    return {m.organization_id for m in memberships(user) if m.organization.kind == Organization.Kind.SME}


def chamber_ids(user) -> set[int]:
    """The verified chambers she acts for."""
    return {m.organization_id for m in _verified(user, Organization.Kind.CHAMBER)}


def agency_ids(user) -> set[int]:
    """The verified agencies she is an official of."""
    return {m.organization_id for m in _verified(user, Organization.Kind.AGENCY)}


def delegation(user) -> set[str]:
    """The economies she is an official of (ISO codes): her delegation in a dialogue."""
    agencies = _verified(user, Organization.Kind.AGENCY)
    return {m.organization.economy_id for m in agencies if m.organization.economy_id}


def is_official_of(user, economy_code: str | None) -> bool:
    """Whether she acts for this economy."""
    return economy_code is not None and economy_code in delegation(user)


def is_manager_of(user, organization: Organization) -> bool:
    """Whether she manages this organization's people."""
    return any(
        m.organization_id == organization.pk and m.role == Membership.Role.MANAGER for m in memberships(user)
    )


def _verified(user, kind: str) -> list[Membership]:
    return [m for m in memberships(user) if m.organization.kind == kind and m.organization.is_verified]
