"""The words of partnering in templates."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partners import choices, codes, explaining, reasons
from partners.models import PartnerRequest
from portal.templatetags.ui import icon

register = template.Library()


@register.filter
def reason_lines(found):
    """The reasons of a match as lines to read, from their codes."""
    return reasons.lines(found)


ICONS = {explaining.MET: "check", explaining.NOT_MET: "x", explaining.UNKNOWN: "circle-question-mark"}


@register.simple_tag
def reason_list(lines: Iterable[reasons.Line]) -> SafeString:
    """The reasons of a match one below the other. Icon and word say how each came out; the colour only helps.

    Not a template of its own: a page shows hundreds of lines, and that took a third of its time.
    """
    rows = format_html_join(
        "",
        '<li class="reasons__line reasons__line--{}">{}<span class="reasons__outcome">{}</span> <span>{}</span></li>',
        ((line.outcome, icon(ICONS[line.outcome]), line.label, line.text) for line in lines),
    )
    return format_html('<ul class="reasons" role="list">{}</ul>', rows)


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
