"""Whose page this is: the reader's time zone."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.accounts import zones

TIME_ZONE_COOKIE = "time_zone"


class ReaderMiddleware:
    """Show times in the signed-in user's zone, else in the zone chosen in the top bar, else in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(reader_zone(request)):
            return self.get_response(request)


def reader_zone(request: HttpRequest) -> zoneinfo.ZoneInfo:
    """The zone this reader's clock times are shown in; a name we do not know counts as none."""
    name = request.COOKIES.get(TIME_ZONE_COOKIE, "")
    if request.user.is_authenticated:
        name = request.user.time_zone
    if name not in zones.known():
        name = "UTC"
    return zoneinfo.ZoneInfo(name)
