"""The four languages of interface and content."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    """Codes as they stand in URLs, data files and the database."""

    EN = "en", "English"
    ZH_HANT = "zh-hant", "繁體中文"
    ES = "es", "Español"
    FR = "fr", "Français"


#: Names of the languages in the reader's own language, for filters and labels.
NAMES = {
    Language.EN: _("English"),
    Language.ZH_HANT: _("Traditional Chinese"),
    Language.ES: _("Spanish"),
    Language.FR: _("French"),
}


def column(field: str, language: str) -> str:
    """The column of a translated field: ``column("title", "zh-hant") == "title_zh_hant"``."""
    return f"{field}_{language.replace('-', '_')}"


def current() -> str:
    """The active interface language, always one of the four."""
    active = translation.get_language() or settings.LANGUAGE_CODE
    return active if active in Language.values else settings.LANGUAGE_CODE


@contextmanager
def reading_as(user: Any) -> Iterator[None]:
    """Render what follows in ``user``'s language and time zone, as mails do."""
    with translation.override(user.language), timezone.override(user.time_zone):
        yield
