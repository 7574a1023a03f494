"""Plain texts and tables: in Unicode, and without the control characters of other kinds of files."""

import codecs
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def examine_txt(data: bytes) -> str:
    return f"text/plain; charset={_charset(data)}"


def examine_csv(data: bytes) -> str:
    return f"text/csv; charset={_charset(data)}"


def _charset(data: bytes) -> str:
    """In what the text is written. Raises ``ValidationError(code="encoding")`` for what is not Unicode."""
    charset = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        text = data.decode(charset)
    except UnicodeDecodeError:
        text = "\0"
    if _CONTROL.search(text):
        raise ValidationError(_("This is not a text in Unicode. Save it with the encoding UTF-8."), code="encoding")
    return charset
