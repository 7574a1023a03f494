"""Who keeps the entries of an office: the people of its organization, and administrators."""

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import Organization, User
from portal.accounts.permissions import agency_ids, chamber_ids
from portal.focal.models import FocalPoint

KINDS = (Organization.Kind.AGENCY, Organization.Kind.CHAMBER)


def keeps_any(user: User | AnonymousUser) -> bool:
    """Whether there are offices she may speak for: she is of a verified agency or chamber, or an administrator."""
    return user.is_authenticated and (user.is_staff or bool(own_ids(user)))


def own_ids(user: User | AnonymousUser) -> set[int]:
    """The verified agencies and chambers she belongs to."""
    return agency_ids(user) | chamber_ids(user)


def can_add(user: User | AnonymousUser, organization: Organization) -> bool:
    """Enter an office of this organization: public bodies and chambers answer questions, firms do not."""
    is_public = organization.kind in KINDS and organization.is_verified
    return is_public and (organization.pk in own_ids(user) or (user.is_authenticated and user.is_staff))


def can_edit(user: User | AnonymousUser, point: FocalPoint) -> bool:
    """Edit, confirm, take out of the directory and put back. ``point`` comes with its organization."""
    return can_add(user, point.organization)
