"""A form field for the time on the wall of a room; which moment that is, its zone says (``zones.moment``)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

#: Other years are slips of the finger, and some of their moments no other zone's clock can show.
YEARS = range(1970, 2200)


class WallTimeField(forms.Field):
    """A date and a clock time without a zone: a naive ``datetime``."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": _("Enter a date and a time, such as 2027-05-14 09:00.")}

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            moment = parse_datetime(str(value).strip())
        except ValueError:  # well formed, but no such day or hour
            moment = None
        if moment is None or moment.tzinfo is not None or moment.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment.replace(second=0, microsecond=0)
