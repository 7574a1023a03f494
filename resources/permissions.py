"""Who may do what with a resource. A Party's resources are kept by that Party's officials and by nobody else."""

from typing import Any

from portal.accounts.permissions import delegation
from resources.models import Resource

Status = Resource.Status


def keeps(user: Any, resource: Resource) -> bool:
    """An official of one of its economies; for a resource that holds everywhere, a portal administrator."""
    if resource.scope != Resource.Scope.ECONOMY:
        return bool(user.is_authenticated and user.is_staff)
    return bool(resource.economy_codes & delegation(user))


def can_draft(user: Any) -> bool:
    """Officials draft for their economy, administrators for all economies together."""
    return bool(delegation(user)) or bool(user.is_authenticated and user.is_staff)


def can_see_history(user: Any, resource: Resource) -> bool:
    return keeps(user, resource)


def can_revise(user: Any, resource: Resource) -> bool:
    return resource.status != Status.ARCHIVED and keeps(user, resource)


def can_submit(user: Any, resource: Resource) -> bool:
    return resource.status == Status.DRAFT and keeps(user, resource)


def can_publish(user: Any, resource: Resource) -> bool:
    return resource.status == Status.IN_REVIEW and keeps(user, resource)


def can_send_back(user: Any, resource: Resource) -> bool:
    return resource.status == Status.IN_REVIEW and keeps(user, resource)


def can_withdraw(user: Any, resource: Resource) -> bool:
    return resource.status in {Status.DRAFT, Status.PUBLISHED} and keeps(user, resource)


def can_reopen(user: Any, resource: Resource) -> bool:
    return resource.status == Status.ARCHIVED and keeps(user, resource)
