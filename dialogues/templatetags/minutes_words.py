"""What the pages and mails about minutes say: texts in one language, findings in words, days in mails."""

import datetime as dt
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dialogues.models import Commitment, Decision, Minutes, MinutesSection
from dialogues.parity import Finding, Kind
from portal.languages import column, current
from portal.templatetags.ui import after_colon, language_name, listed, markdown

register = template.Library()


@register.filter
def iso_day(text: str) -> str:
    """A day of a mail's context ("2027-05-14") in the reader's words."""
    return date_format(dt.date.fromisoformat(text), "DATE_FORMAT")


@register.filter
def heading_in(section: MinutesSection, code: str) -> str:
    """A section's heading in exactly that language, without fallback."""
    return getattr(section, column("heading", code)) or ""


@register.filter
def correction_in(minutes: Minutes, code: str) -> str:
    """What a version corrects, in exactly that language."""
    return getattr(minutes, column("correction", code)) or ""


@register.filter
def rendered_in(piece: Minutes | MinutesSection, code: str) -> SafeString | str:
    """A text as HTML in exactly that language; nothing where it is not written."""
    text = getattr(piece, column("text", code))
    return markdown(text) if text else ""


@register.filter
def place_of(finding: Finding) -> str:
    """Where in the minutes a finding is."""
    where = finding.where
    if where is None:
        return pgettext("minutes", "What belongs to no agenda item")
    if isinstance(where, Decision):
        return pgettext("minutes", "Decision") + after_colon(_shown(where, "text")[:80])
    if isinstance(where, Commitment):
        return pgettext("minutes", "Commitment") + after_colon(_shown(where, "text")[:80])
    return _shown(where, "heading")


@register.filter
def in_words(finding: Finding) -> str:
    """What differs: "Headings: English 3, Spanish 2"."""
    if finding.kind == Kind.MISSING:
        return _("Not written in: %(languages)s.") % {
            "languages": listed(language_name(code) for code in finding.languages)
        }
    if finding.kind == Kind.NUMBERS:
        here = [f"{language_name(code)}{after_colon(listed(found))}" for code, found in finding.said.items() if found]
        return _("Numbers that are not in every language. %(found)s.") % {"found": "; ".join(here)}
    counts = listed(f"{language_name(code)} {count}" for code, count in finding.said.items())
    phrases = {
        Kind.HEADINGS: _("A different number of headings: %(counts)s."),
        Kind.ITEMS: _("A different number of list items: %(counts)s."),
        Kind.LENGTH: _("One is much shorter than another (signs): %(counts)s."),
    }
    return phrases[finding.kind] % {"counts": counts}


def _shown(obj: Any, field: str) -> str:
    texts = [getattr(obj, column(field, code)) for code in (current(), "en", "es", "fr", "zh-hant")]
    return next((text for text in texts if text), "")
