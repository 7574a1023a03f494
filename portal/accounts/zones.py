"""Time zones a person may choose: IANA names, as stored everywhere."""

import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.languages import current
from portal.middleware import TIME_ZONE_COOKIE

#: Where most readers of a language live, among the Parties: a first guess that the form shows and she corrects.
_LIKELY = {"zh-hant": "Asia/Taipei", "es": "America/Mexico_City", "fr": "America/Toronto", "en": "America/New_York"}
_REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def known() -> frozenset[str]:
    """Every IANA name; reading them from disk is slow, so it happens once."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in known():
        raise ValidationError(_("“%(name)s” is not a time zone we know."), code="unknown_zone", params={"name": name})


@cache
def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Region by region the zones of cities, for a select; UTC first."""
    regions: dict[str, list[tuple[str, str]]] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(known()):
        region, _slash, city = name.partition("/")
        if city and region in _REGIONS:
            regions.setdefault(region, []).append((name, city.replace("_", " ").replace("/", " – ")))
    return list(regions.items())


def guess(request: HttpRequest) -> str:
    """The zone she chose in the top bar, else the likeliest one for the language of the page."""
    chosen = request.COOKIES.get(TIME_ZONE_COOKIE, "")
    return chosen if chosen in known() else _LIKELY[current()]
