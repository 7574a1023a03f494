"""The words of introductions in templates and mails."""

import datetime as dt

from django import template
from django.utils import timezone

from dialogues import clocks
from partners import seating
from partners.models import Introduction, Stage
from partners.seating import Seat
from portal import clock
from portal.accounts.models import User

register = template.Library()


@register.simple_tag
def seat_url(seat: Seat, name: str, *args: object) -> str:
    """The address of a page of an introduction, by the way the reader came: signed in, or by her personal link."""
    return seat.address(name, *args)


@register.simple_tag
def other_firm(introduction: Introduction, reader: User) -> str:
    """The firm across from the reader as she may know it when this is read; nothing for who sits on neither side."""
    side = seating.side_of(reader, introduction.interest)
    return seating.name_for(side, introduction) if side else ""


@register.simple_tag
def meeting_times(introduction: Introduction, reader: User, starts: dt.datetime | str, ends: dt.datetime | str):
    """A time by the reader's clock and, where it is another, by the other side's; mails hand the moments over as
    ISO 8601."""
    starts_at, ends_at = _moment(starts), _moment(ends)
    own = clocks.own_time(starts_at, ends_at, timezone.get_current_timezone_name())
    side = seating.side_of(reader, introduction.interest)
    if side is None:
        return [own]
    zone = seating.zone_at(introduction, seating.OTHER[side])
    other = clocks.on_clock(starts_at, ends_at, zone, own.starts.date())
    return [own] if other.zone_label == own.zone_label else [own, other]


@register.simple_tag
def proposed_times(introduction: Introduction, reader: User):
    """What stands proposed now, each by both clocks."""
    side = seating.side_of(reader, introduction.interest)
    if side is None:
        return []
    slots = introduction.slots.filter(status="open", starts_at__gt=timezone.now())
    return [
        meeting_times(introduction, reader, slot.starts_at, slot.starts_at + dt.timedelta(minutes=slot.minutes))
        for slot in slots
    ]


@register.filter
def stage_label(stage: str) -> str:
    """The name of a stage in the reader's language."""
    return str(Stage(stage).label) if stage else ""


@register.filter
def stage_tone(stage: str) -> str:
    """The tone of a stage's badge."""
    return {"agreement": "good", "alliance": "good", "negotiating": "action", "met": "info"}.get(stage, "neutral")


@register.filter
def zone_of(time: clocks.PartyTime) -> str:
    """The place whose clock it is: "Taipei"."""
    return clock.city(time.zone)


@register.simple_tag
def seat_at(introduction: Introduction, user: User) -> Seat | None:
    """The reader's seat; None for who sits on neither side."""
    return seating.seat_of(user, introduction)


@register.simple_tag
def personal_link(introduction: Introduction, reader: User) -> str:
    """The path of the reader's personal link; nothing for who sits on neither side by now."""
    return seating.path(introduction, reader) if seating.side_of(reader, introduction.interest) else ""


def _moment(value: dt.datetime | str) -> dt.datetime:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value
