"""For whom a user acts. Costs no query beyond her memberships, which are fetched once per request."""

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import Membership, Organization, User


def memberships(user: User | AnonymousUser) -> list[Membership]:
    """Her active memberships; none for a visitor."""
    return user.active_memberships if user.is_authenticated else []


def organization_ids(user: User | AnonymousUser) -> set[int]:
    """Every organization she belongs to, verified or not."""
    return {m.organization_id for m in memberships(user)}


def company_ids(user: User | AnonymousUser) -> set[int]:
    """The firms she belongs to."""
    return {m.organization_id for m in memberships(user) if m.organization.kind == Organization.Kind.SME}


def chamber_ids(user: User | AnonymousUser) -> set[int]:
    """The verified chambers she acts for."""
    return {m.organization_id for m in _verified(user, Organization.Kind.CHAMBER)}


def agency_ids(user: User | AnonymousUser) -> set[int]:
    """The verified agencies she is an official of."""
    return {m.organization_id for m in _verified(user, Organization.Kind.AGENCY)}


def delegation(user: User | AnonymousUser) -> set[str]:
    """The economies she is an official of (ISO codes): her delegation in a dialogue."""
    agencies = _verified(user, Organization.Kind.AGENCY)
    return {m.organization.economy_id for m in agencies if m.organization.economy_id}


def is_official_of(user: User | AnonymousUser, economy_code: str | None) -> bool:
    """Whether she acts for this economy."""
    return economy_code is not None and economy_code in delegation(user)


def is_manager_of(user: User | AnonymousUser, organization: Organization) -> bool:
    """Whether she manages this organization's people."""
    return any(m.organization_id == organization.pk and m.role == Membership.Role.MANAGER for m in memberships(user))


def _verified(user: User | AnonymousUser, kind: str) -> list[Membership]:
    return [m for m in memberships(user) if m.organization.kind == kind and m.organization.is_verified]


def can_join(user: User | AnonymousUser, organization: Organization) -> bool:
    """Anybody signed in who is not in it yet; whether she is admitted, its managers say."""
    return user.is_authenticated and organization.pk not in organization_ids(user)


def can_see_people(user: User | AnonymousUser, organization: Organization) -> bool:
    """Its people know each other and see its history; administrators see every organization's."""
    return user.is_staff or organization.pk in organization_ids(user)


def can_manage_people(user: User | AnonymousUser, organization: Organization) -> bool:
    """Admit, invite, remove, give roles. Administrators too: some organizations have no manager yet."""
    return user.is_staff or is_manager_of(user, organization)


def can_edit(user: User | AnonymousUser, organization: Organization) -> bool:
    """Keep its public facts current."""
    return user.is_staff or is_manager_of(user, organization)


def can_rename(user: User | AnonymousUser, organization: Organization) -> bool:
    """Name and website are what was verified: once it is, only an administrator changes them."""
    return user.is_staff or (is_manager_of(user, organization) and not organization.is_verified)


def can_verify(user: User | AnonymousUser, organization: Organization) -> bool:
    """Verify, refuse, take back."""
    return user.is_staff


def can_ask_again(user: User | AnonymousUser, organization: Organization) -> bool:
    """Ask for verification after a refusal."""
    return is_manager_of(user, organization)


def can_leave(user: User | AnonymousUser, membership: Membership) -> bool:
    """End her own membership."""
    return membership.user_id == user.pk and membership.status == Membership.Status.ACTIVE


def can_answer(user: User | AnonymousUser, membership: Membership) -> bool:
    """Admit or decline who asked to join; nobody answers her own request unless she is an administrator."""
    return can_manage_people(user, membership.organization)


def can_remove(user: User | AnonymousUser, membership: Membership) -> bool:
    """End somebody else's membership; for one's own there is leaving."""
    return membership.user_id != user.pk and can_manage_people(user, membership.organization)


def can_change_role(user: User | AnonymousUser, membership: Membership) -> bool:
    """Make a manager, or a member again; a manager may step down herself."""
    return can_manage_people(user, membership.organization)
