"""What the pages and mails of the review duty need."""

from datetime import date

from django import template

register = template.Library()


@register.filter
def from_iso(day: str) -> date:
    """The day behind ``2027-05-14``, as mails keep it."""
    return date.fromisoformat(day)
