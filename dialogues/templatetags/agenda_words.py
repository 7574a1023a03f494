"""Words of the agenda, the delegations and the room."""

from collections.abc import Iterable

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def weekday_names(days: Iterable[int]) -> str:
    """ISO weekdays in words, a row of more than two by its ends: "Monday – Friday", "Monday, Thursday"."""
    wanted = sorted(days)
    names = [str(WEEKDAYS[day - 1]) for day in wanted]
    if len(wanted) > 2 and wanted[-1] - wanted[0] == len(wanted) - 1:  # noqa: PLR2004 -- two days are simply named
        return pgettext("days of the week", "%(first)s – %(last)s") % {"first": names[0], "last": names[-1]}
    return pgettext("list", ", ").join(names)
