"""What every page shows around its content."""

import re

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_from_path
from django.utils.translation import gettext as _

from portal import mine
from portal.languages import Language
from portal.notifications import inbox

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict:
    """Name, ways and language of the page. What costs a query or a search of the URLs waits until it is shown."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "site_name": _(settings.SITE_NAME),
        "page_languages": SimpleLazyObject(lambda: _languages(request)),
        "canonical": SimpleLazyObject(lambda: _canonical(request)),
        "any_language": SimpleLazyObject(lambda: _any_language(request)),
        "destinations": SimpleLazyObject(lambda: _destinations(request)),
        "unread_count": SimpleLazyObject(lambda: _glance(request).unread),
        "mail_comes_back": SimpleLazyObject(lambda: _glance(request).comes_back),
        "reader_time_zone": timezone.get_current_timezone_name(),
        "theme": theme if theme in THEMES else "",
        "shows_mailbox": settings.MAIL_VIEWER,
    }


def _languages(request: HttpRequest) -> list[dict[str, str]]:
    """The same page in each language; a page shown after a refused form is asked for anew. No address differs but in
    its first part, so none is looked up."""
    path, prefix = request.get_full_path(), _prefix(request)
    return [
        {"code": code, "name": name, "url": path.replace(prefix, f"/{code}/", 1) if prefix else path}
        for code, name in Language.choices
    ]


def _prefix(request: HttpRequest) -> str:
    """The first part of the address of a page that there is in each language: ``/en/``; else empty."""
    prefix = f"/{get_language_from_path(request.path)}/"
    return prefix if request.path.startswith(prefix) else ""


def _canonical(request: HttpRequest) -> str:
    """The one address of this page for search engines: without what only filters or sorts it."""
    page = request.GET.get("page", "")
    question = f"?page={page}" if re.fullmatch("[2-9]|[1-9][0-9]{1,4}", page) else ""
    return f"{request.scheme}://{request.get_host()}{request.path}{question}"


def _any_language(request: HttpRequest) -> str:
    """The address of this page that asks the browser for its reader's language."""
    return request.get_full_path().removeprefix(_prefix(request)[:-1])


def _destinations(request: HttpRequest) -> list[dict]:
    places = (
        ("resources:resource-list", _("Resources")),
        ("dialogues:dialogue-list", _("Dialogues")),
        ("partners:request-list", _("Opportunities")),
        ("partners:company-list", _("Directory"), "focal:point-list"),
    )
    found = []
    for name, label, *others in places:
        try:
            url, *more = [reverse(each) for each in (name, *others)]
        except NoReverseMatch:  # an app that is not there has no place in the menu
            continue
        found.append({"url": url, "label": label, "is_current": request.path.startswith((url, *more))})
    return found


def _glance(request: HttpRequest) -> inbox.Glance:
    return mine.remembered(request.user, "glance", lambda: _asked_once(request))


def _asked_once(request: HttpRequest) -> inbox.Glance:
    """For a page that says both where nothing is remembered."""
    if not hasattr(request, "glance"):
        request.glance = inbox.glance(request.user)
    return request.glance
