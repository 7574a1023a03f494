"""What the resource templates need to ask of a resource."""

from urllib.parse import urlsplit

from django import template

from resources import wording
from resources.models import Reading, Resource

register = template.Library()
register.filter("first_sentence", wording.first_sentence)


@register.simple_tag
def reading(resource: Resource, language: str | None = None) -> Reading:
    """The text to show of a resource: in ``language`` (the reader's by default), or in the one it has."""
    return resource.reading(language)


@register.filter
def host(url: str) -> str:
    """The name of the site an address leads to."""
    return urlsplit(url).netloc.removeprefix("www.")
