"""What the templates need to ask of a resource's address."""

from django import template

from resources.models import LinkCheck, Resource

register = template.Library()


@register.simple_tag
def last_look(resource: Resource) -> LinkCheck | None:
    """The last look at its address; None when nobody has planned one yet."""
    return getattr(resource, "link_check", None)
