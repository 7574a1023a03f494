"""The words of partnering in templates."""

from django import template

from partners import choices, codes, reasons
from partners.models import PartnerRequest

register = template.Library()


@register.filter
def reason_lines(found):
    """The reasons of a match as lines to read, from their codes."""
    return reasons.lines(found)


@register.filter
def market_names(found):
    """The names of market codes in the reader's language."""
    return choices.market_names(found)


@register.filter
def spoken_languages(found):
    """The names of language codes in the reader's language."""
    return [codes.language_name(code) for code in found]


@register.filter
def type_labels(found):
    """The names of request types in the reader's language."""
    return [PartnerRequest.Type(kind).label for kind in found]


@register.filter
def percent(score: float) -> int:
    """A score from 0 to 1 as whole points of a hundred."""
    return round(score * 100)


@register.filter
def request_tone(request) -> str:
    """The tone of a request's state."""
    tones = {"draft": "waiting", "submitted": "info", "published": "good", "expired": "soon"}
    return tones.get(request.status, "neutral")


@register.filter
def interest_tone(interest) -> str:
    """The tone of an interest's state."""
    return {"sent": "waiting", "accepted": "good"}.get(interest.status, "neutral")
