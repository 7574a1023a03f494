"""The language that follows a person from page to page."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let pages without a language in their address open in ``language`` from now on, for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def address_in(language: str, name: str) -> str:
    """The path of page ``name`` in ``language``."""
    with translation.override(language):
        return reverse(name)
