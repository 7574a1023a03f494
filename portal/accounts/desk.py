"""What of people and organizations waits for somebody."""

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts import permissions, welcome
from portal.accounts.models import Invitation, Membership, Organization, User
from portal.desk import Coming, Waiting

#: At most this many verifications, the longest waiting first: every page of an administrator counts them, and the
#: list behind them has the rest.
MOST = 20


def waiting_for(user: User) -> list[Waiting]:
    """Her first steps, invitations to her, requests she answers, verifications she decides or waits for."""
    return [
        *_first_steps(user),
        *_invitations(user),
        *_requests(user),
        *_verifications(user),
        *_own_organizations(user),
    ]


def coming_for(user: User) -> list[Coming]:
    """People and organizations have no dates to come."""
    return []


def _first_steps(user: User) -> list[Waiting]:
    if not welcome.is_due(user):
        return []
    return [Waiting(_("Create or join your organization"), reverse("welcome"), user.joined_at, kind="accounts/welcome")]


def _invitations(user: User) -> list[Waiting]:
    invitations = Invitation.objects.addressed_to(user).select_related("organization")
    return [
        Waiting(
            _("Answer the invitation to join %(name)s") % {"name": invitation.organization},
            invitation.get_absolute_url(),
            invitation.created_at,
            due_at=invitation.expires_at,
            kind="accounts/invitation",
        )
        for invitation in invitations
    ]


def _requests(user: User) -> list[Waiting]:
    """Asked of her as a manager; as an administrator, where there is no manager to ask."""
    if not user.is_staff and not any(m.role == Membership.Role.MANAGER for m in permissions.memberships(user)):
        return []
    requests = Membership.objects.visible_to(user).requested().exclude(user=user).select_related("user", "organization")
    if user.is_staff:
        unmanaged = Membership.objects.managers().values("organization")
        requests = requests.exclude(organization__in=unmanaged) | requests.filter(
            organization__in=permissions.organization_ids(user)
        )
    return [
        Waiting(
            _("Answer %(person)s, who asks to join %(name)s")
            % {"person": request.user.full_name, "name": request.organization},
            request.get_absolute_url(),
            request.created_at,
            kind="accounts/request",
        )
        for request in requests
    ]


def _verifications(user: User) -> list[Waiting]:
    if not user.is_staff:
        return []
    awaiting = Organization.objects.visible_to(user).awaiting_verification()[:MOST]
    return [
        Waiting(
            _("Verify %(name)s") % {"name": organization},
            reverse("organization-detail", args=[organization.slug]),
            organization.asked_at or organization.created_at,
            kind="accounts/verification",
        )
        for organization in awaiting
    ]


def _own_organizations(user: User) -> list[Waiting]:
    found = []
    for membership in permissions.memberships(user):
        organization = membership.organization
        if organization.status == Organization.Status.PENDING:
            title = _("%(name)s waits for verification by an administrator") % {"name": organization}
        elif organization.status == Organization.Status.REFUSED:
            title = _("%(name)s was refused verification: read why, and ask again") % {"name": organization}
        else:
            continue
        since = organization.asked_at or organization.created_at
        found.append(Waiting(title, organization.get_absolute_url(), since, kind="accounts/own"))
    return found
