"""The first meeting of two firms: one side proposes up to three times, the other accepts one.

Nothing is moved over anybody's head: other times are proposed while the meeting stands, and accepting one moves it.
Either side may call it off. Calendars follow by one entry for life (iTIP, RFC 5546): its sequence rises with each
change. Entries and subjects name no firm, so that what lies in a calendar says nothing once a consent is taken back.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dialogues import clocks
from partners import seating
from partners.models import Introduction, PartnerMeeting, Rung, Side, SlotProposal
from portal.accounts.models import User
from portal.accounts.zones import validate_time_zone
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications import calendar
from portal.notifications.models import Notification
from portal.notifications.outbox import CalendarPart, notify

Status = SlotProposal.Status
#: So many times stand at once.
MOST_SLOTS = 3
#: Nobody plans a first meeting later than this.
AHEAD = timedelta(days=180)
LENGTHS = (15, 30, 45, 60, 90, 120)
MIN_MINUTES, MAX_MINUTES = 15, 240


@transaction.atomic
def propose(
    introduction: Introduction, *, side: str, starts: Sequence[datetime], minutes: int, zone: str, by: User | None
) -> list[SlotProposal]:
    """Propose times (aware) to the other side, in the zone they were chosen in; they take the place of whatever stood
    proposed before, by either side. The other side is told.

    Raises ``ValidationError``: ``ended`` when a side took its consent back, ``none`` without a time, ``too_many``,
    ``past``, ``too_far`` for more than ``AHEAD`` from now, ``minutes``, and the zone's own.
    """
    introduction = _held(introduction)
    _check(starts, minutes)
    validate_time_zone(zone)
    for earlier in introduction.slots.filter(status=Status.OPEN):
        move(earlier, Status.DROPPED, by=by)
    slots = [
        SlotProposal.objects.create(
            introduction=introduction, side=side, starts_at=start, minutes=minutes, zone=zone, proposed_by=by
        )
        for start in sorted(set(starts))
    ]
    record(by, "times_proposed", introduction, side=side, starts=[slot.starts_at.isoformat() for slot in slots])
    _tell(introduction, [seating.OTHER[side]], "partners/meeting_proposed", occasion=f"slots-{slots[0].pk}")
    return slots


@transaction.atomic
def accept(slot: SlotProposal, *, side: str, by: User | None, place: str = "") -> PartnerMeeting:
    """Take one of the other side's times: both sides get a calendar invitation, or their entry moves.

    ``place`` is an address or the link of a call; empty keeps what was said before. Raises ``ValidationError``:
    ``ended``, ``own`` for one's own proposal, ``past``, ``illegal_move`` when it is no longer proposed.
    """
    introduction = _held(slot.introduction)
    if slot.side == side:
        raise ValidationError(_("You proposed this time yourself: the other side accepts it."), code="own")
    if slot.starts_at <= timezone.now():
        raise ValidationError(_("This time has passed. Propose another."), code="past")
    slot = move(slot, Status.ACCEPTED, by=by)
    for other in introduction.slots.filter(status=Status.OPEN):
        move(other, Status.DROPPED, by=by)
    before = PartnerMeeting.objects.filter(introduction=introduction).first()
    times = {"starts_at": slot.starts_at, "ends_at": slot.starts_at + lasting(slot)}
    if before is None:
        meeting = PartnerMeeting.objects.create(introduction=introduction, place=place.strip(), **times)
        record(by, "scheduled", introduction, side=side)
        _invite(meeting, "partners/meeting_planned")
        return meeting
    meeting = _changed(before, status=PartnerMeeting.Status.PLANNED, place=place.strip() or before.place, **times)
    record(by, "rescheduled", introduction, side=side)
    _invite(meeting, "partners/meeting_changed")
    return meeting


@transaction.atomic
def say_where(meeting: PartnerMeeting, *, place: str, side: str, by: User | None) -> PartnerMeeting:
    """Say where the meeting is, or by which link; both calendars follow.

    Raises ``ValidationError``: ``ended``, ``over`` for a meeting that is cancelled or has begun.
    """
    _held(meeting.introduction)
    meeting = _standing(meeting)
    if meeting.place == place.strip():
        return meeting
    meeting = _changed(meeting, place=place.strip())
    record(by, "meeting_place_said", meeting.introduction, side=side)
    _invite(meeting, "partners/meeting_changed")
    return meeting


@transaction.atomic
def cancel(meeting: PartnerMeeting, *, side: str, by: User | None, note: str = "") -> PartnerMeeting:
    """Call the meeting off and take it out of everybody's calendar. Possible for each side at any time before it
    begins, also after a consent was taken back; the other may propose new times.

    Raises ``ValidationError(code="over")``.
    """
    lock(meeting.introduction)
    meeting = _changed(_standing(meeting), status=PartnerMeeting.Status.CANCELLED)
    record(by, "cancelled", meeting.introduction, side=side)
    introduction = seating.for_seats().get(pk=meeting.introduction_id)
    entry = _entry(meeting, is_cancelled=True)
    notify(
        _everybody(introduction, meeting),
        "partners/meeting_cancelled",
        about=meeting,
        occasion=meeting.sequence,
        calendar=_parts(entry, "CANCEL"),
        own=lambda person: {"url": _way_in(introduction, person)},
        note=note.strip(),
        side=side,
        starts=meeting.starts_at.isoformat(),
        ends=meeting.ends_at.isoformat(),
    )
    return meeting


def lasting(slot: SlotProposal) -> timedelta:
    return timedelta(minutes=slot.minutes)


def as_file(meeting: PartnerMeeting) -> str:
    """The meeting as a calendar file to take away (iCalendar), in the active language."""
    is_cancelled = meeting.status == PartnerMeeting.Status.CANCELLED
    return calendar.feed([_entry(meeting, is_cancelled=is_cancelled)()], name=gettext("First meeting"))


def _check(starts: Sequence[datetime], minutes: int) -> None:
    now = timezone.now()
    if not starts:
        raise ValidationError(_("Propose at least one time."), code="none")
    if len(set(starts)) > MOST_SLOTS:
        raise ValidationError(_("Propose three times at most."), code="too_many")
    if min(starts) <= now:
        raise ValidationError(_("A time you propose lies in the past."), code="past")
    if max(starts) > now + AHEAD:
        raise ValidationError(_("Propose times within the next six months."), code="too_far")
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise ValidationError(_("A first meeting lasts from 15 minutes to 4 hours."), code="minutes")


def _held(introduction: Introduction) -> Introduction:
    """The introduction, locked so that of two answers at once the second sees the first."""
    lock(introduction)
    fresh = seating.for_seats().get(pk=introduction.pk)
    if not fresh.interest.is_open(Rung.COMPANY):
        raise ValidationError(_("One side has taken its consent back: no meeting can be planned."), code="ended")
    return fresh


def _standing(meeting: PartnerMeeting) -> PartnerMeeting:
    meeting = lock(meeting)
    if meeting.status != PartnerMeeting.Status.PLANNED or meeting.starts_at <= timezone.now():
        raise ValidationError(_("This meeting is over, or was cancelled."), code="over")
    return meeting


def _changed(meeting: PartnerMeeting, **changes: Any) -> PartnerMeeting:
    """With a higher sequence number, which calendars obey."""
    meeting = lock(meeting)
    changes |= {"sequence": meeting.sequence + 1, "changed_at": timezone.now()}
    for field, value in changes.items():
        setattr(meeting, field, value)
    meeting.save(update_fields=list(changes))
    return meeting


def _invite(meeting: PartnerMeeting, kind: str) -> None:
    """Give both sides the entry; take it from those who had it and sit there no longer."""
    introduction = seating.for_seats().get(pk=meeting.introduction_id)
    people = [person for side in Side for person in seating.people_at(introduction, side)]
    entry = _entry(meeting)
    notify(
        people,
        kind,
        about=meeting,
        occasion=meeting.sequence,
        calendar=_parts(entry, "REQUEST"),
        own=lambda person: {"url": _way_in(introduction, person)},
        starts=meeting.starts_at.isoformat(),
        ends=meeting.ends_at.isoformat(),
        place=meeting.place,
    )
    seated = {person.pk for person in people}
    gone = [person for person in _holders(meeting) if person.pk not in seated]
    notify(
        gone,
        "partners/meeting_left",
        about=meeting,
        occasion=meeting.sequence,
        calendar=_parts(entry, "CANCEL"),
        url=reverse("partners:interest-list"),
    )


def _everybody(introduction: Introduction, meeting: PartnerMeeting) -> list[User]:
    people = [person for side in Side for person in seating.people_at(introduction, side)]
    return [*people, *_holders(meeting)]


def _holders(meeting: PartnerMeeting) -> list[User]:
    """Who has the entry in the calendar by what was mailed last to each."""
    about = Notification.objects.filter(
        about_type__app_label="partners", about_type__model="partnermeeting", about_id=meeting.pk
    )
    latest = about.exclude(calendar_method="").order_by("recipient", "-pk").distinct("recipient")
    holding = [row.recipient_id for row in latest if row.calendar_method == "REQUEST" and row.recipient_id]
    return list(User.objects.filter(pk__in=holding, is_active=True).order_by("pk"))


def _tell(introduction: Introduction, told: Sequence[str], kind: str, *, occasion: str) -> None:
    people = [person for side in told for person in seating.people_at(introduction, side)]
    notify(
        people,
        kind,
        about=introduction,
        occasion=occasion,
        own=lambda person: {"url": _way_in(introduction, person)},
    )


def _way_in(introduction: Introduction, person: User) -> str:
    """Her personal link while she sits there; who has left is led to her own list."""
    if seating.side_of(person, introduction.interest):
        return seating.path(introduction, person)
    with translation.override(person.language):
        return reverse("partners:interest-list")


def _parts(entry: Callable[..., calendar.Event], method: Literal["REQUEST", "CANCEL"]) -> Callable[[Any], CalendarPart]:
    def part(person: Any) -> CalendarPart:
        with translation.override(person.language):
            return calendar.invitation(entry(), attendee=person, method=method, partstat="ACCEPTED")

    return part


def _entry(meeting: PartnerMeeting, *, is_cancelled: bool = False) -> Callable[..., calendar.Event]:
    """Makes the entry in the active language. It leads to the page that asks for the sign-in: calendars are shared."""
    introduction = seating.for_seats().get(pk=meeting.introduction_id)
    title = introduction.interest.request.title

    def made() -> calendar.Event:
        return calendar.Event(
            uid=meeting.uid,
            sequence=meeting.sequence,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            summary=gettext("First meeting: %(title)s") % {"title": title},
            description=_both_clocks(introduction, meeting),
            location=meeting.place,
            url=settings.SITE_URL + reverse("partners:introduction-detail", args=[introduction.pk]),
            is_cancelled=is_cancelled,
            changed_at=meeting.changed_at,
        )

    return made


def _both_clocks(introduction: Introduction, meeting: PartnerMeeting) -> str:
    times = clocks_of(introduction, meeting.starts_at, meeting.ends_at)
    return "\n".join(f"{time.day}, {time.span}, {time.zone_label}" for time in dict.fromkeys(times))


def clocks_of(introduction: Introduction, starts_at: datetime, ends_at: datetime) -> list[clocks.PartyTime]:
    """The same time by the clocks of the request's side and of the interested side."""
    zones = [seating.zone_at(introduction, side) for side in Side]
    host_day = clocks.room_time(starts_at, ends_at, zones[0]).starts.date()
    return [clocks.on_clock(starts_at, ends_at, zone, host_day) for zone in zones]
