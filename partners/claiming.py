"""A firm that its chamber entered gets people of its own: they ask to join it, and the chamber answers.

Who is admitted first manages the firm; from then on it keeps its profile itself, and its manager may end the chamber's
part. Once it has a manager, that person answers whoever else asks.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import sides
from partners.models import ChamberMember
from portal.accounts import membership
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import chamber_ids
from portal.lifecycle import lock
from portal.notifications.outbox import notify


def claims_for(user: User) -> QuerySet[Membership]:
    """The requests to join firms that her chambers entered and that have no manager yet; never her own."""
    entered = ChamberMember.objects.active().filter(chamber__in=chamber_ids(user), is_registered_by_chamber=True)
    managed = Membership.objects.managers().filter(organization__in=entered.values("company"))
    found = Membership.objects.requested().filter(organization__in=entered.values("company"))
    return (
        found.exclude(organization__in=managed.values("organization"))
        .exclude(user=user)
        .select_related("user", "organization__economy")
    )


def tell_chambers(claim: Membership) -> None:
    """Somebody asks to join a firm without a manager: the chambers that entered it are told, and may answer."""
    if Membership.objects.managers().filter(organization=claim.organization).exists():
        return
    entered = ChamberMember.objects.active().filter(company=claim.organization, is_registered_by_chamber=True)
    chambers = Organization.objects.chambers().filter(pk__in=entered.values("chamber"))
    people = sides.people_of(chambers).exclude(pk=claim.user_id)
    notify(people, "partners/firm_claimed", about=claim, url=reverse("partners:claim-list"))


@transaction.atomic
def agree(claim: Membership, *, by: User) -> Membership:
    """Let the person in: she becomes the firm's manager and is told.

    Raises ``ValidationError``: ``managed`` when the firm has got a manager meanwhile, ``illegal_move`` when the request
    was answered.
    """
    lock(claim.organization)
    if not claims_for(by).filter(pk=claim.pk).exists():
        raise ValidationError(_("The company's own manager answers this, or it is answered already."), code="managed")
    return membership.admit(membership=claim, by=by)


@transaction.atomic
def refuse(claim: Membership, *, reason: str, by: User) -> Membership:
    """Say no and why; she is told and may ask again. Raises ``ValidationError`` as :func:`agree` does, and ``reason``
    without one."""
    if not reason.strip():
        raise ValidationError(_("Say why."), code="reason")
    lock(claim.organization)
    if not claims_for(by).filter(pk=claim.pk).exists():
        raise ValidationError(_("The company's own manager answers this, or it is answered already."), code="managed")
    return membership.decline(membership=claim, reason=reason.strip(), by=by)
