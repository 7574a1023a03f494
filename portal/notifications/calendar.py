"""Calendar texts: an invitation or cancellation for one person (iTIP, RFC 5546), and a feed (RFC 5545).

All times are written in UTC: every client shows them in its owner's zone, and no time-zone table can be stale.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Literal

import icalendar
from django.conf import settings
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.models import Address
from portal.notifications.outbox import CalendarPart

PRODUCT = "-//SME Dialogue//Portal//EN"
FEED_REFRESH = "PT6H"


@dataclass(frozen=True)
class Event:
    """One meeting. ``uid`` never changes; ``sequence`` rises with each change that calendars must take over.

    Times are aware and exact to the second. ``organizer_email`` is an office's mailbox, by default the portal's own
    address; never a private person's, because everybody invited reads it.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    organizer_name: str = ""
    organizer_email: str = ""
    is_cancelled: bool = False
    #: In the calendar of somebody who has not said that she comes, or has no place yet.
    is_tentative: bool = False
    changed_at: datetime | None = None
    #: Only the days are known: ``starts_at`` and ``ends_at`` are then midnights (UTC), the end exclusive.
    is_all_day: bool = False

    def __post_init__(self) -> None:
        if not self.uid:
            raise ValueError("An event needs a UID.")
        if self.sequence < 0:
            raise ValueError("SEQUENCE starts at 0 and only rises.")
        if timezone.is_naive(self.starts_at) or timezone.is_naive(self.ends_at):
            raise ValueError("An event's times carry a time zone.")
        if self.ends_at <= self.starts_at:
            raise ValueError("An event ends after it starts.")


def invitation(
    event: Event,
    *,
    attendee: User | Address,
    method: Literal["REQUEST", "CANCEL"],
    partstat: str = "NEEDS-ACTION",
    role: str = "REQ-PARTICIPANT",
) -> CalendarPart:
    """The part that puts ``event`` into one person's calendar, changes it there or takes it out.

    Nobody else's address is inside. A CANCEL of an event that itself goes on (``is_cancelled`` false) takes only this
    person out, and then carries no STATUS (RFC 5546, 3.2.5).
    Raises ``ValueError`` for a REQUEST of a cancelled event: clients would keep it.
    """
    if method not in {"REQUEST", "CANCEL"}:
        raise ValueError(f"No iTIP method that we send: {method}")
    if method == "REQUEST" and event.is_cancelled:
        raise ValueError("A cancelled event is taken back by CANCEL.")
    entry = _entry(event, stamped_at=timezone.now(), has_status=method == "REQUEST" or event.is_cancelled)
    person = icalendar.vCalAddress(f"mailto:{attendee.email}")
    person.params["CN"] = _name(attendee.full_name) or attendee.email
    person.params["CUTYPE"] = "INDIVIDUAL"
    person.params["ROLE"] = role
    person.params["PARTSTAT"] = partstat
    # People answer on the portal; nobody reads the organizer's mailbox, so calendars should not ask.
    person.params["RSVP"] = "FALSE"
    entry.add("attendee", person, encode=False)
    return CalendarPart(method, _text(_calendar(method), [entry]))


def feed(events: Iterable[Event], *, name: str, description: str = "") -> str:
    """A calendar to subscribe to, with no attendee inside; cancelled events stay in it, marked as such."""
    return assembled([entry(event) for event in events], name=name, description=description)


def entry(event: Event) -> str:
    """One event as it stands in a feed.

    Stamped by the change, not by the download: the same event gives the same text, so it can be kept.
    """
    return _entry(event, stamped_at=event.changed_at or timezone.now()).to_ical().decode()


def assembled(entries: Iterable[str], *, name: str, description: str = "") -> str:
    """A feed of entries that were written before."""
    calendar = _calendar("PUBLISH")
    calendar.add("name", _line(name))
    calendar.add("x-wr-calname", _line(name))
    if description:
        calendar.add("description", _clean(description))
        calendar.add("x-wr-caldesc", _clean(description))
    calendar.add("refresh-interval", icalendar.vDuration.from_ical(FEED_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", FEED_REFRESH)
    head, end, _nothing = calendar.to_ical().decode().partition("END:VCALENDAR")
    return "".join((head, *entries, end, "\r\n"))


def _calendar(method: str) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _entry(event: Event, *, stamped_at: datetime, has_status: bool = True) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", _utc(stamped_at))
    entry.add("last-modified", _utc(event.changed_at or stamped_at))
    for name, moment in (("dtstart", _utc(event.starts_at)), ("dtend", _utc(event.ends_at))):
        entry.add(name, moment.date() if event.is_all_day else moment)
    if event.is_all_day:
        entry.add("transp", "TRANSPARENT")  # nobody is busy for whole days
    entry.add("summary", _line(event.summary))
    for name, value in (("description", _clean(event.description)), ("location", _line(event.location))):
        if value:
            entry.add(name, value)
    if event.url:
        entry.add("url", event.url)
    if has_status:
        entry.add("status", _status(event))
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = icalendar.vCalAddress(f"mailto:{event.organizer_email or address}")
    organizer.params["CN"] = _name(event.organizer_name) or name or settings.SITE_NAME
    entry.add("organizer", organizer, encode=False)
    return entry


def _status(event: Event) -> str:
    if event.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if event.is_tentative else "CONFIRMED"


def _text(calendar: icalendar.Calendar, entries: list[icalendar.Event]) -> str:
    for entry in entries:
        calendar.add_component(entry)
    return calendar.to_ical().decode()


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _clean(text: str) -> str:
    """Without control characters, which calendars reject; line ends stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()


def _name(text: str) -> str:
    """For a parameter: no double quote, whose escape (RFC 6868) some show as it is, no backslash, which some obey."""
    return _line(text).replace('"', "'").replace("\\", "/")


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
