"""When trainings take place: announced by those who keep them, read in everybody's time, followed in calendars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.accounts import zones
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications import calendar
from portal.notifications.calendar import Event
from portal.templatetags.ui import language_name
from resources import permissions
from resources.models import Collection, CollectionItem, Resource, TrainingDate
from resources.models.training import TrainingDateQuerySet

#: So many dates to come a training may have.
MOST_DATES = 100
#: For so long a date that is over stays in the calendar feed.
KEPT_IN_FEED = timedelta(days=60)
#: What people write about a date, besides its time.
DETAILS = ("place", "language", "registration_url")


@transaction.atomic
def announce(
    resource: Resource, *, time_zone: str, starts_local: datetime, ends_local: datetime, by: User, **details: str
) -> TrainingDate:
    """Say when a training takes place. Times are the wall clock (naive) of ``time_zone`` (IANA).

    ``details`` are :data:`DETAILS`; without a place it is online. Raises ``ValidationError`` at the field for times
    that do not exist, come twice, are past or out of order, and ``full`` with :data:`MOST_DATES` to come.
    """
    row = _open(resource, by)
    if row.dates.coming().count() >= MOST_DATES:
        raise ValidationError(
            _("There are %(count)d dates to come already. Cancel one first."),
            code="full",
            params={"count": MOST_DATES},
        )
    date = TrainingDate(resource=row, **_times(time_zone, starts_local, ends_local), **_details(details))
    date.full_clean(exclude=["resource"])
    date.save()
    record(by, "date_announced", row, date=date.pk)
    return date


@transaction.atomic
def revise(
    date: TrainingDate,
    *,
    seen_sequence: int,
    time_zone: str,
    starts_local: datetime,
    ends_local: datetime,
    by: User,
    **details: str,
) -> TrainingDate:
    """Move or correct a date that is still at ``seen_sequence``; calendars that follow it take the change over.

    Raises ``ValidationError`` as :func:`announce` does, ``changed_meanwhile`` when a colleague was quicker, and
    ``over`` for what is past or cancelled.
    """
    _open(date.resource, by)
    row = _to_come(date)
    if row.sequence != seen_sequence:
        raise ValidationError(
            _("Somebody changed this date while you were writing. Compare it with what you wrote, then save again."),
            code="changed_meanwhile",
        )
    wanted = _times(time_zone, starts_local, ends_local) | _details(details)
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, wanted[name])
    row.sequence += 1
    row.full_clean(exclude=["resource"])
    row.save(update_fields=[*changed, "sequence", "changed_at"])
    record(by, "date_revised", row.resource, date=row.pk)
    return row


@transaction.atomic
def cancel(date: TrainingDate, *, by: User) -> TrainingDate:
    """Call a date off. It stays on the page and in calendars, marked as cancelled, until it would be over."""
    _open(date.resource, by)
    row = _to_come(date)
    row.is_cancelled = True
    row.sequence += 1
    row.save(update_fields=["is_cancelled", "sequence", "changed_at"])
    record(by, "date_cancelled", row.resource, date=row.pk)
    return row


def on_lists_of(user: User) -> models.QuerySet[TrainingDate]:
    """The dates to come of trainings on the lists she keeps, by herself or with her organizations."""
    kept = CollectionItem.objects.filter(collection__in=Collection.objects.visible_to(user)).values("resource")
    dates = TrainingDate.objects.public().coming().taking_place().filter(resource__in=kept)
    return dates.select_related("resource")


def feed(dates: TrainingDateQuerySet, *, name: str) -> str:
    """The calendar of published ``dates`` in the active language: those to come and the latest that are over."""
    recent = dates.public().filter(ends_at__gt=timezone.now() - KEPT_IN_FEED)
    rows = recent.select_related("resource__publisher").order_by("starts_at", "pk")
    return calendar.feed(events(rows), name=name)


def events(dates: Iterable[TrainingDate]) -> Iterable[Event]:
    """A calendar entry for each, under the same UID for life and with a rising SEQUENCE (RFC 5545, 3.8.7.4)."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    for date in dates:
        yield Event(
            uid=f"training-{date.pk}@{host}",
            sequence=date.sequence,
            starts_at=date.starts_at,
            ends_at=date.ends_at,
            summary=date.resource.reading().title,
            description=_description(date),
            location=date.place,
            url=settings.SITE_URL + date.resource.get_absolute_url(),
            is_cancelled=date.is_cancelled,
            changed_at=date.changed_at,
        )


@dataclass(frozen=True)
class Clock:
    """A date as clocks of one zone show it: ``day`` with its weekday, ``span`` of hours, ``zone`` named."""

    zone: str
    label: str
    day: str
    span: str


def clocks(date: TrainingDate) -> list[Clock]:
    """The reader's clock first, then the one on the spot where that is another one."""
    own = _on_clock(date, timezone.get_current_timezone_name())
    there = _on_clock(date, date.time_zone)
    return [own] if (own.day, own.span) == (there.day, there.span) else [own, there]


def wall_times(date: TrainingDate) -> dict[str, datetime]:
    """What its own clocks show (naive), for a form."""
    place = ZoneInfo(date.time_zone)
    return {
        "starts_local": date.starts_at.astimezone(place).replace(tzinfo=None),
        "ends_local": date.ends_at.astimezone(place).replace(tzinfo=None),
    }


def _on_clock(date: TrainingDate, zone: str) -> Clock:
    starts, ends = (at.astimezone(ZoneInfo(zone)) for at in (date.starts_at, date.ends_at))
    day = _("%(weekday)s, %(day)s") % {"weekday": date_format(starts, "l"), "day": date_format(starts, "DATE_FORMAT")}
    begin, end = time_format(starts, "H:i"), time_format(ends, "H:i")
    if starts.date() != ends.date():
        until = _("%(day)s, %(time)s") % {"day": date_format(ends, "DATE_FORMAT"), "time": end}
        return Clock(zone, clock.zone_label(zone, starts), day, f"{begin} – {until}")
    return Clock(zone, clock.zone_label(zone, starts), day, f"{begin}–{end}")


def _description(date: TrainingDate) -> str:
    lines = [date.resource.publisher.name]
    if not date.place:
        lines.append(_("Online"))
    if date.language:
        lines.append(_("In %(language)s") % {"language": language_name(date.language)})
    there = _on_clock(date, date.time_zone)
    lines.append(f"{there.day}, {there.span} {there.label}")
    if date.registration_url:
        lines.append(_("Register: %(url)s") % {"url": date.registration_url})
    return "\n".join(lines)


def _open(resource: Resource, by: User) -> Resource:
    """Lock the training: its dates are changed by one person at a time."""
    row = lock(resource)
    if not permissions.can_keep_dates(by, row):
        raise PermissionDenied
    return row


def _to_come(date: TrainingDate) -> TrainingDate:
    row = lock(date)
    if row.is_cancelled:
        raise ValidationError(_("This date is cancelled. Announce a new one."), code="over")
    if row.is_over:
        raise ValidationError(_("This date is over: it stays as it was."), code="over")
    return row


def _times(time_zone: str, starts_local: datetime, ends_local: datetime) -> dict[str, Any]:
    starts_at = _moment("starts_local", starts_local, time_zone)
    ends_at = _moment("ends_local", ends_local, time_zone)
    if ends_at <= starts_at:
        raise ValidationError(
            {"ends_local": ValidationError(gettext_lazy("It must end after it begins."), code="order")}
        )
    if starts_at <= timezone.now():
        raise ValidationError({"starts_local": ValidationError(gettext_lazy("This time is past."), code="past")})
    return {"time_zone": time_zone, "starts_at": starts_at, "ends_at": ends_at}


def _moment(field: str, wall: datetime, zone: str) -> datetime:
    try:
        return zones.moment(wall, zone)
    except ValidationError as wrong:
        raise ValidationError({"time_zone" if wrong.code == "unknown_zone" else field: wrong}) from wrong


def _details(details: dict[str, str]) -> dict[str, str]:
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"{sorted(unknown)} is nothing that people write about a date.")
    return {name: value.strip() for name, value in details.items()}
