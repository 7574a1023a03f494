"""The page of an introduction: its first meeting and what became of it. One for who has signed in, the same by a
personal link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dialogues import clocks
from partners import meeting, outcomes, seating, telling_stories, unreached
from partners.meeting_forms import AcceptForm, CancelForm, OutcomeForm, PlaceForm, SlotsForm
from partners.models import Introduction, PartnerMeeting, SlotProposal
from partners.seating import Seat
from portal import limits
from portal.accounts import zones
from portal.middleware import TIME_ZONE_COOKIE
from portal.web import require, show

#: How often one personal link may act within an hour.
ACTS_AN_HOUR = 60
HOUR = 3600  # seconds
TOO_MANY_REQUESTS = 429
WRONG = 422

SeatView = Callable[..., HttpResponse]


def seated(view: SeatView) -> SeatView:
    """Give the view the seat that a personal link stands for, or that of who has signed in."""

    @never_cache
    @wraps(view)
    def found(request: HttpRequest, *args: Any, pk: int = 0, token: str = "", **kwargs: Any) -> HttpResponse:
        if not token:
            return _signed_in(request, view, pk, *args, **kwargs)
        seat = seating.read(token)
        if seat is None:
            return show(request, "partners/introduction_unknown.html", {}, status=404)
        if request.method == "POST":
            whose = f"{seat.introduction.pk} {seat.person.pk}"
            if not limits.take("introduction-link", whose, at_most=ACTS_AN_HOUR, seconds=HOUR):
                return show(request, "partners/introduction_too_often.html", {}, status=TOO_MANY_REQUESTS)
        # Whoever chose a zone has it; the others see the one their mail is written in.
        has_zone = request.user.is_authenticated or TIME_ZONE_COOKIE in request.COOKIES
        with timezone.override(timezone.get_current_timezone_name() if has_zone else seat.person.time_zone):
            return view(request, seat, *args, **kwargs)

    return found


@login_required
def _signed_in(request: HttpRequest, view: SeatView, pk: int, *args: Any, **kwargs: Any) -> HttpResponse:
    visible = Introduction.objects.visible_to(request.user).values("pk")
    seat = seating.seat_of(request.user, get_object_or_404(seating.for_seats().filter(pk__in=visible), pk=pk))
    require(seat is not None)
    return view(request, seat, *args, **kwargs)


@seated
@require_safe
def introduction_detail(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _page(request, seat)


@seated
@require_POST
def slots_propose(request: HttpRequest, seat: Seat) -> HttpResponse:
    form = SlotsForm(request.POST, zone=zones.guess())
    if form.is_valid():
        data = form.cleaned_data
        given = {"starts": form.starts, "minutes": data["minutes"], "zone": data["zone"]}
        try:
            meeting.propose(seat.introduction, side=seat.side, by=seat.by, **given)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("Your times are proposed. You hear when the other side accepts one."))
            return _back(seat)
    return _page(request, seat, slots_form=form)


@seated
@require_POST
def slot_accept(request: HttpRequest, seat: Seat, slot_pk: int) -> HttpResponse:
    slot = get_object_or_404(SlotProposal, introduction=seat.introduction, pk=slot_pk)
    form = AcceptForm(request.POST)
    if form.is_valid():
        try:
            meeting.accept(slot, side=seat.side, by=seat.by, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The meeting is planned. Both sides get it into their calendars by mail."))
            return _back(seat)
    return _page(request, seat, accept_form=form)


@seated
@require_POST
def meeting_place(request: HttpRequest, seat: Seat) -> HttpResponse:
    planned = get_object_or_404(PartnerMeeting, introduction=seat.introduction)
    form = PlaceForm(request.POST)
    if form.is_valid():
        try:
            meeting.say_where(planned, side=seat.side, by=seat.by, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The place is kept, and both calendars follow."))
            return _back(seat)
    return _page(request, seat, place_form=form)


@seated
@require_POST
def meeting_cancel(request: HttpRequest, seat: Seat) -> HttpResponse:
    planned = get_object_or_404(PartnerMeeting, introduction=seat.introduction)
    form = CancelForm(request.POST)
    if form.is_valid():
        try:
            meeting.cancel(planned, side=seat.side, by=seat.by, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The meeting is cancelled, and taken out of both calendars."))
            return _back(seat)
    return _page(request, seat, cancel_form=form)


@seated
@require_safe
def meeting_file(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The meeting as a calendar file, for whose mail program did not take it."""
    planned = get_object_or_404(PartnerMeeting, introduction=seat.introduction)
    response = HttpResponse(meeting.as_file(planned), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
    return response


@seated
@require_POST
def outcome_report(request: HttpRequest, seat: Seat) -> HttpResponse:
    form = OutcomeForm(request.POST)
    if form.is_valid():
        try:
            outcomes.report(seat.introduction, side=seat.side, by=seat.by, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(
                request, _("Thank you. What both sides say is confirmed; you can say it anew at any time.")
            )
            return _back(seat)
    return _page(request, seat, outcome_form=form)


def _back(seat: Seat) -> HttpResponse:
    return redirect(seat.address("introduction-detail"))


def _page(request: HttpRequest, seat: Seat, **forms: Any) -> HttpResponse:
    introduction = outcomes.with_words(seating.for_seats()).get(pk=seat.introduction.pk)
    planned = PartnerMeeting.objects.filter(introduction=introduction).first()
    slots = introduction.slots.filter(status=SlotProposal.Status.OPEN, starts_at__gt=timezone.now())
    own, other = introduction.request_says, introduction.interested_says
    if seat.side == "interested":
        own, other = other, own
    reports = {row.side: row for row in outcomes.latest([introduction.pk])}
    own_report = reports.get(seat.side)
    is_planned = planned is not None and planned.status == PartnerMeeting.Status.PLANNED
    context = {
        "seat": seat,
        "introduction": introduction,
        "meeting": planned,
        "is_planned": is_planned,
        "may_change": is_planned and planned.starts_at > timezone.now(),
        "meeting_clocks": _clocks(seat, planned.starts_at, planned.ends_at) if planned else [],
        "slots": [_slot(seat, slot) for slot in slots],
        "own_report": own_report,
        "other_stage": reports[seating.OTHER[seat.side]].get_stage_display() if other else "",
        "unreached": [seating.seen_from(seat, side) for side in unreached.sides_of(introduction, for_user=seat.by)]
        if seat.by
        else [],
        "may_tell": telling_stories.may_be_told(introduction),
        "story": telling_stories.story_of(introduction),
        "slots_form": SlotsForm(zone=zones.guess()),
        "accept_form": AcceptForm(),
        "place_form": PlaceForm(initial={"place": planned.place if planned else ""}),
        "cancel_form": CancelForm(),
        "outcome_form": OutcomeForm(initial={"stage": own or other, "value": own_report.value if own_report else ""}),
        **forms,
    }
    return show(request, "partners/introduction_detail.html", context, status=WRONG if forms else 200)


def _slot(seat: Seat, slot: SlotProposal) -> dict[str, Any]:
    times = _clocks(seat, slot.starts_at, slot.starts_at + meeting.lasting(slot))
    return {"slot": slot, "clocks": times, "is_own": slot.side == seat.side}


def _clocks(seat: Seat, starts_at: Any, ends_at: Any) -> list[tuple[str, clocks.PartyTime]]:
    """The reader's clock and the other side's, side by side."""
    own = clocks.own_time(starts_at, ends_at, timezone.get_current_timezone_name())
    there = seating.zone_at(seat.introduction, seating.OTHER[seat.side])
    other = clocks.on_clock(starts_at, ends_at, there, own.starts.date())
    return [(_("Your clock"), own), (seat.other_name, other)]
