"""Who may connect an organization's own systems. Costs no query beyond the user's memberships."""

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import is_manager_of, memberships


def can_keep_webhooks(user: User | AnonymousUser, organization: Organization) -> bool:
    """Make webhooks, see their log, change and stop them: the organization's managers alone, because whoever knows an
    address or a secret can pass for one of the two sides."""
    return is_manager_of(user, organization)


def kept_organizations(user: User | AnonymousUser) -> list[Organization]:
    """The verified organizations whose webhooks she keeps."""
    managed = (place.organization for place in memberships(user) if place.role == Membership.Role.MANAGER)
    return [organization for organization in managed if organization.is_verified]
