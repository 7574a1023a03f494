"""Who may do what with a resource. A Party's resources are kept by that Party's officials and by nobody else."""

from typing import Any

from portal.accounts.models import Organization
from portal.accounts.permissions import company_ids, delegation, is_manager_of, organization_ids
from resources import people
from resources.models import Collection, Resource

Status = Resource.Status


def keeps(user: Any, resource: Resource) -> bool:
    """An official of one of its economies; for a resource that holds everywhere, a portal administrator."""
    if resource.scope != Resource.Scope.ECONOMY:
        return bool(user.is_authenticated and user.is_staff)
    return bool(resource.economy_codes & delegation(user))


def can_draft(user: Any) -> bool:
    """Officials draft for their economy, administrators for all economies together."""
    return bool(delegation(user)) or bool(user.is_authenticated and user.is_staff)


def can_bring(user: Any) -> bool:
    """Whoever drafts may bring a file; what is in it is asked row by row."""
    return can_draft(user)


def may_review(user: Any, resource: Resource) -> bool:
    """Somebody other than its author, who submitted it or changed it last: one who keeps it or, where that leaves
    nobody, an administrator (the one case that costs queries)."""
    if not user.is_authenticated or user.pk in people.writers(resource):
        return False
    if keeps(user, resource):
        return True
    return bool(user.is_staff) and people.reviewers(resource).filter(pk=user.pk).exists()


def may_look_over(user: Any, resource: Resource) -> bool:
    """What was changed in public waits for her second look: she did not change it since the last one, and keeps it
    or, where that leaves nobody, is an administrator (the one case that costs queries)."""
    waits = resource.status == Status.PUBLISHED and resource.unseen_since is not None
    if not waits or not user.is_authenticated or user.pk in resource.unseen_by:
        return False
    if keeps(user, resource):
        return True
    return bool(user.is_staff) and people.lookers(resource).filter(pk=user.pk).exists()


def reviews(user: Any, resource: Resource) -> bool:
    """Whether it is before her now, or she keeps it: she sees what happened, and may send it back."""
    return keeps(user, resource) or (resource.status == Status.IN_REVIEW and may_review(user, resource))


def can_see_history(user: Any, resource: Resource) -> bool:
    return reviews(user, resource) or may_look_over(user, resource)


def can_look_over(user: Any, resource: Resource) -> bool:
    return may_look_over(user, resource)


def can_see_changes(user: Any, resource: Resource) -> bool:
    """What waits for a second look, beside what was seen: who keeps it, and who looks it over."""
    return keeps(user, resource) or may_look_over(user, resource)


def can_revise(user: Any, resource: Resource) -> bool:
    return resource.status != Status.ARCHIVED and keeps(user, resource)


def can_submit(user: Any, resource: Resource) -> bool:
    return resource.status == Status.DRAFT and keeps(user, resource)


def can_publish(user: Any, resource: Resource) -> bool:
    return resource.status == Status.IN_REVIEW and may_review(user, resource)


def can_schedule(user: Any, resource: Resource) -> bool:
    return can_publish(user, resource)


def can_unschedule(user: Any, resource: Resource) -> bool:
    """Whoever keeps it, its author too, may take back that it is published at a moment to come."""
    return resource.publish_at is not None and reviews(user, resource)


def can_send_back(user: Any, resource: Resource) -> bool:
    return resource.status == Status.IN_REVIEW and reviews(user, resource)


def can_withdraw(user: Any, resource: Resource) -> bool:
    return resource.status in {Status.DRAFT, Status.PUBLISHED} and keeps(user, resource)


def can_translate(user: Any, resource: Resource) -> bool:
    return can_revise(user, resource)


def can_restore(user: Any, resource: Resource) -> bool:
    """To bring an earlier text back is to edit."""
    return can_revise(user, resource)


def can_reopen(user: Any, resource: Resource) -> bool:
    return resource.status == Status.ARCHIVED and keeps(user, resource)


def can_mend_link(user: Any, resource: Resource) -> bool:
    """To take the address a page moved to, and to have it looked at again."""
    return can_revise(user, resource)


def can_start_list(user: Any, organization: Organization | None) -> bool:
    """A list of her own, or of an organization she belongs to."""
    return bool(user.is_authenticated) and (organization is None or organization.pk in organization_ids(user))


def can_keep_list(user: Any, collection: Collection) -> bool:
    """Her own, or her organization's: what is on it, in which order, and who may read it."""
    if collection.organization_id is None:
        return bool(user.is_authenticated) and collection.owner_id == user.pk
    return collection.organization_id in organization_ids(user)


def can_delete_list(user: Any, collection: Collection) -> bool:
    """Her own; an organization's by who began it or manages the organization."""
    if not can_keep_list(user, collection):
        return False
    organization = collection.organization
    return organization is None or collection.owner_id == user.pk or is_manager_of(user, organization)


def can_keep_needs(user: Any, organization: Organization) -> bool:
    """The answers of a firm in the guided finder: its own people."""
    return organization.pk in company_ids(user)


def can_keep_dates(user: Any, resource: Resource) -> bool:
    """The dates of a training, by those who keep it, unless it is withdrawn."""
    return resource.kind == Resource.Kind.TRAINING and can_revise(user, resource)


def vouches(user: Any, resource: Resource) -> bool:
    """Whose word that it is still correct counts: those who keep it, and administrators, who hear it from them."""
    return keeps(user, resource) or bool(user.is_authenticated and user.is_staff)


def can_confirm(user: Any, resource: Resource) -> bool:
    return resource.status == Status.PUBLISHED and keeps(user, resource)


def can_assign(user: Any, resource: Resource) -> bool:
    """To say who publishes it from now on."""
    return bool(user.is_authenticated and user.is_staff)
