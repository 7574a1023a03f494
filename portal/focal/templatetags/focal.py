from datetime import date

from django import template

register = template.Library()


@register.filter
def from_iso_day(text: str) -> date:
    """A day as a mail's context holds it: "2027-05-14"."""
    return date.fromisoformat(text)
