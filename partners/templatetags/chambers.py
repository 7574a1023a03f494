"""What chambers say of firms, in templates."""

from django import template

from partners import permissions
from partners.models import PartnerRequest, Vouch
from portal.accounts.models import Organization, User

register = template.Library()


@register.filter
def standing_vouches(company: Organization) -> list[Vouch]:
    """What chambers checked of the company and still stand for; from the list's own query where it was fetched."""
    if (fetched := getattr(company, "standing_vouches", None)) is not None:
        return fetched
    found = Vouch.objects.standing().filter(company=company)
    return list(found.select_related("chamber").order_by("-checked_on", "pk"))


@register.filter
def is_brokered_by(request: PartnerRequest, user: User) -> bool:
    """Whether she acts for the chamber that answers for an open request: it looks for candidates and hands it on."""
    return permissions.can_refer(user, request)
