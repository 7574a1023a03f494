"""What a page tells search engines of a resource."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from resources import describing
from resources.models import Reading, Resource

register = template.Library()


@register.simple_tag(takes_context=True)
def structured_data(context: dict[str, Any], resource: Resource, reading: Reading) -> SafeString:
    """JSON-LD as a block of data: no script, so the content security policy has nothing to say to it."""
    request = context["request"]
    described = describing.structured(
        resource,
        reading,
        page=request.build_absolute_uri(resource.get_absolute_url()),
        site=request.build_absolute_uri(reverse("home")),
        site_name=str(context["site_name"]),
    )
    # structured() leaves nothing in it that could end the element.
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(described))  # noqa: S308
