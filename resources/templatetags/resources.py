"""What the resource templates need to ask of a resource."""

import datetime as dt
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


@register.filter
def moment(stamp: str) -> dt.datetime:
    """A moment as a mail's context keeps it: "2027-05-14T01:00:00+00:00"."""
    return dt.datetime.fromisoformat(stamp)


@register.filter
def calendar_day(stamp: str) -> dt.date:
    """A day as a mail's context keeps it: "2027-05-14"."""
    return dt.date.fromisoformat(stamp)
