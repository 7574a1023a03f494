"""The values of a facet as checkboxes."""

from html import escape  # Django's own asks of each text whether it is lazy

from django import template
from django.utils.safestring import SafeString, mark_safe

from resources.finding import Option

register = template.Library()

_LINE = (
    '<li{part}><label><input type="checkbox" name="{name}" value="{value}" id="facet-{name}-{value}"{checked}>'
    '<span>{label}</span> <span class="facet__count">{count}</span></label></li>'
)


@register.simple_tag
def checkboxes(name: str, options: list[Option]) -> SafeString:
    """One line for each option. Written in Python: a page has a hundred, and by a template they would cost more
    than all the rest of it."""
    lines = (
        _LINE.format(
            part=' class="facet__part"' if option.is_part else "",
            name=escape(name),
            value=escape(option.value),
            checked=" checked" if option.is_chosen else "",
            label=escape(option.label),
            count=option.count,
        )
        for option in options
    )
    return mark_safe("".join(lines))  # noqa: S308 -- every text is escaped above
