"""Names that people give for others."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

#: What a stranger writes as a name stands in a mail to another stranger: no addresses in it.
validate_name = RegexValidator(r"^[^/:@<>\x00-\x1f]*$", _("Write a name, without links or signs."), code="name")
