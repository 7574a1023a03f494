"""Clock time without a zone, as it stands on the wall of the room."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class WallTimeField(models.Field):
    """A naive ``datetime`` in a ``timestamp without time zone`` column.

    Kept beside the zone and the UTC moment, so that a wrong zone can be corrected later
    ("keep the clock, change the zone") and a change of a zone's rules can be applied.
    """

    description = _("Clock time without a zone")
    default_error_messages = {"invalid": _("Enter a date and a time.")}

    def db_type(self, connection):
        return "timestamp without time zone"

    def get_internal_type(self):
        return "WallTimeField"

    def to_python(self, value):
        if value is None or isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(value)
        except ValueError as wrong:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong

    def get_prep_value(self, value):
        value = self.to_python(super().get_prep_value(value))
        if value is not None and value.tzinfo is not None:
            raise ValueError("A wall time has no zone.")
        return value

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return "" if value is None else value.isoformat()
