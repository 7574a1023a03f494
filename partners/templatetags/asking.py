from django import template

from partners import asking
from partners.models import PartnerRequest
from portal.focal.models import FocalPoint

register = template.Library()


@register.simple_tag
def offices_for(found: PartnerRequest) -> list[FocalPoint]:
    """The offices to ask about doing business across the border of this request."""
    return asking.offices_for(found)
