"""Around every page: a request made of text, the reader's time zone, and plain words when something is away."""

import logging
import zoneinfo
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from redis.exceptions import RedisError

from portal.accounts import zones
from portal.web import Unavailable

logger = logging.getLogger(__name__)

RETRY_AFTER = 60  # seconds

TIME_ZONE_COOKIE = "time_zone"


class TextMiddleware:
    """Read every request as UTF-8, and let no NUL in by its address or cookies: no text in the database holds one.

    What is typed into a form is checked by the form, which says what is wrong.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whatever charset a client names, our own pages sent it UTF-8.
        request.encoding = "utf-8"
        if "\0" in request.path_info:
            raise Http404
        # Quoted cookies can spell it.
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return self.get_response(request)


class ReaderMiddleware:
    """Show times in the signed-in user's zone, else in the zone chosen in the top bar, else in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(reader_zone(request)):
            return self.get_response(request)


class UnavailableMiddleware:
    """Answer 503 in plain words when Redis or the mail server is away and this request cannot do without.

    Pages that only read need neither. Signing in counts attempts in Redis: without the count it stays closed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Unavailable | RedisError):
            return None
        logger.error("a request cannot be served", extra={"path": request.path, "error": repr(error)})
        response = render(request, "503.html", status=503)
        response["Retry-After"] = str(RETRY_AFTER)
        return response


def reader_zone(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """The zone this reader's clock times are shown in; a name we do not know counts as none."""
    name = request.COOKIES.get(TIME_ZONE_COOKIE, "")
    if request.user.is_authenticated:
        name = request.user.time_zone
    if name not in zones.known():
        name = "UTC"
    return zoneinfo.ZoneInfo(name)
