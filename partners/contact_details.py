"""Addresses stay out of texts that are read before both sides agreed."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+\d[\d\s().-]{7,}\d")


def refuse_contact_details(text: str) -> str:
    """The text as it is. Raises ``ValidationError(code="contact_details")`` for an e-mail address or phone number."""
    if _EMAIL.search(text) or _PHONE.search(text):
        raise ValidationError(
            _("Leave e-mail addresses and phone numbers out. Both sides get them once an interest is accepted."),
            code="contact_details",
        )
    return text
