"""What chambers say of firms, in templates."""

from django import template

from partners.models import Vouch
from portal.accounts.models import Organization

register = template.Library()


@register.filter
def standing_vouches(company: Organization) -> list[Vouch]:
    """What chambers checked of the company and still stand for; from the list's own query where it was fetched."""
    if (fetched := getattr(company, "standing_vouches", None)) is not None:
        return fetched
    found = Vouch.objects.standing().filter(company=company)
    return list(found.select_related("chamber").order_by("-checked_on", "pk"))
