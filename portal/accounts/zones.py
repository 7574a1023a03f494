"""Time zones a person may choose: IANA names, as stored everywhere."""

import zoneinfo
from datetime import UTC, datetime
from functools import cache

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.languages import current

#: Where most readers of a language live, among the Parties: a first guess that the form shows and she corrects.
_LIKELY = {"zh-hant": "Asia/Taipei", "es": "America/Mexico_City", "fr": "America/Toronto", "en": "America/New_York"}
_REGIONS = {
    "Africa": pgettext_lazy("part of the world", "Africa"),
    "America": pgettext_lazy("part of the world", "America"),
    "Asia": pgettext_lazy("part of the world", "Asia"),
    "Atlantic": pgettext_lazy("part of the world", "Atlantic Ocean"),
    "Australia": pgettext_lazy("part of the world", "Australia"),
    "Europe": pgettext_lazy("part of the world", "Europe"),
    "Indian": pgettext_lazy("part of the world", "Indian Ocean"),
    "Pacific": pgettext_lazy("part of the world", "Pacific Ocean"),
}


@cache
def known() -> frozenset[str]:
    """Every IANA name; reading them from disk is slow, so it happens once.

    Without the nautical ones (Etc/GMT+5): nobody lives there, and their names read the wrong way round.
    """
    return frozenset(name for name in zoneinfo.available_timezones() if not name.startswith("Etc/GMT"))


def validate_time_zone(name: str) -> None:
    """Refuse a name that is not an IANA time zone."""
    if name not in known():
        raise ValidationError(_("“%(name)s” is not a time zone we know."), code="unknown_zone", params={"name": name})


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Region by region the zones of cities, for a select, in the reader's language; UTC first."""
    return _choices_in(current())


@cache
def _choices_in(_language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Kept per language: naming some four hundred places takes longer than a page should."""
    regions: dict[str, list[tuple[str, str]]] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(known()):
        region, _slash, place = name.partition("/")
        if place and region in _REGIONS:
            district = place.rpartition("/")[0].replace("_", " ").replace("/", " – ")
            label = f"{district} – {clock.city(name)}" if district else clock.city(name)
            regions.setdefault(str(_REGIONS[region]), []).append((name, label))
    return list(regions.items())


def choices_with(name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices, and a rarer zone that somebody already has."""
    offered = {zone for _region, zones in choices() for zone, _label in zones}
    return choices() if name in offered else [(name, [(name, name)]), *choices()]


def guess() -> str:
    """For a form's first value: the zone she chose in the top bar, else the likeliest for the page's language."""
    chosen = timezone.get_current_timezone_name()
    return chosen if chosen != "UTC" else _LIKELY[current()]


def moment(wall: datetime, zone: str) -> datetime:
    """The moment (UTC) at which clocks in ``zone`` show ``wall`` (naive).

    Raises ``ValidationError``: ``unknown_zone``; ``nonexistent`` when clocks jump over that time in
    spring; ``ambiguous`` when they show it twice in autumn. It never guesses: a guess would be an
    hour wrong for somebody.
    """
    validate_time_zone(zone)
    place = zoneinfo.ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    params = {"time": date_format(wall, "DATETIME_FORMAT"), "zone": zone}
    if first.astimezone(UTC).astimezone(place).replace(tzinfo=None) != wall:
        raise ValidationError(
            _("There is no %(time)s in %(zone)s: clocks are put forward over it that night. Choose another time."),
            code="nonexistent",
            params=params,
        )
    raise ValidationError(
        _("%(time)s comes twice in %(zone)s: clocks are put back over it that night. Choose another time."),
        code="ambiguous",
        params=params,
    )
