from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues import choosing, clocks, poll_links, polls, proposing, scheduling, slot_wording, slots, tallying
from dialogues.models import Invitee, Session, SlotPoll
from dialogues.permissions import can_run
from dialogues.poll_forms import AnswerForm, DeadlineForm, PeopleForm, PollForm, SearchForm, ZoneForm
from dialogues.views.finding import find_session
from portal import limits
from portal.middleware import TIME_ZONE_COOKIE
from portal.web import go, require, show

#: How often one personal link may answer within an hour: often enough for who changes her mind.
ANSWERS_AN_HOUR = 60
HOUR = 3600  # seconds
TOO_MANY_REQUESTS = 429


def _find(request, slug, pk, poll_pk):
    """The poll with its session, for officials of the Parties; who may only read the session has no business here."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    poll = get_object_or_404(SlotPoll.objects.visible_to(request.user).filter(session=session), pk=poll_pk)
    poll.session = session
    return poll


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def poll_create(request, slug, pk):
    """Candidates for a date, ranked and explained; then whom to ask about which of them."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    if (running := session.polls.open().first()) is not None:
        return go(request, running)
    if session.status != Session.Status.DRAFT:
        messages.info(request, _("This session has a date, or is over."))
        return go(request, session)
    asked = request.POST if request.method == "POST" else request.GET
    search_form = SearchForm(asked if "zone" in asked else None, session=session)
    search = search_form.search if not search_form.is_bound or search_form.is_valid() else None
    form = PollForm(request.POST or None, session=session, search=search)
    if request.method == "POST" and form.is_valid():
        poll = _opened(request, session, search, form)
        if poll is not None:
            return go(request, poll)
    context = {"session": session, "dialogue": session.dialogue, "search_form": search_form, "form": form}
    context["found"] = _candidates(session, search, search_form, form)
    return show(request, "dialogues/poll_create.html", context)


def _opened(request, session, search, form):
    """The new poll, or None when it was refused; the form says why."""
    data = form.cleaned_data
    try:
        poll = polls.open_poll(
            session,
            zone=search.zone,
            minutes=search.minutes,
            starts=data["starts"],
            people=form.chosen,
            respond_by=data["respond_by"],
            note=data["note"],
            by=request.user,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return None
    messages.success(request, _("The poll is open. Everybody you ask gets a mail with a personal link."))
    return poll


def _candidates(session, search, search_form, form):
    """What the search finds, with what was ticked before; None while the search itself is wrong."""
    if search is None:
        return None
    try:
        return proposing.find(session, search, also=form.picked)
    except ValidationError as refusal:
        if search_form.is_bound:
            search_form.add_error(None, refusal)
        return None


@login_required
@require_safe
def poll_detail(request, slug, pk, poll_pk):
    """Who answered what, what the answers speak for, and what can be done next."""
    return _page(request, _find(request, slug, pk, poll_pk))


def _page(request, poll, *, people_form=None, deadline_form=None):
    session = poll.session
    hours = slots.hours_for(session, poll.zone)
    tally = tallying.tally(poll)
    times = [row.slot.starts_at for row in tally.rows]
    context = {
        "poll": poll,
        "session": session,
        "dialogue": session.dialogue,
        "tally": tally,
        "mine": next((invitee for invitee in tally.invitees if invitee.user_id == request.user.pk), None),
        "changes": slot_wording.change_of_clocks(hours, times[0], times[-1]),
        "is_over": poll.respond_by <= timezone.now(),
        "is_open": poll.status == SlotPoll.Status.OPEN,
    }
    if context["is_open"]:
        context["people_form"] = people_form or PeopleForm(session=session)
        wall = timezone.localtime(poll.respond_by).replace(tzinfo=None)
        context["deadline_form"] = deadline_form or DeadlineForm(initial={"respond_by": wall})
    return show(request, "dialogues/poll_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def poll_choose(request, slug, pk, poll_pk, slot_pk):
    """What the date means for each Party; posting sets it."""
    poll = _find(request, slug, pk, poll_pk)
    slot = get_object_or_404(poll.slots, pk=slot_pk)
    if poll.status != SlotPoll.Status.OPEN:
        messages.info(request, _("This poll is over."))
        return go(request, poll)
    refusal = ""
    if request.method == "POST":
        try:
            session = choosing.choose(poll, slot, by=request.user)
        except ValidationError as wrong:
            refusal = " ".join(wrong.messages)
        else:
            messages.success(request, _("The date is set. Invitations are on their way."))
            return go(request, session)
    hours = slots.hours_for(poll.session, poll.zone)
    context = {
        "poll": poll,
        "slot": slot,
        "session": poll.session,
        "dialogue": poll.session.dialogue,
        "refusal": refusal,
        "parties": slot_wording.on_clocks(hours, slot.starts_at, slot.ends_at, poll.zone),
        "room": clocks.room_time(slot.starts_at, slot.ends_at, poll.zone),
        "guests": len(choosing.guests(poll)),
    }
    return show(request, "dialogues/poll_choose.html", context)


@login_required
@require_POST
def poll_invite(request, slug, pk, poll_pk):
    poll = _find(request, slug, pk, poll_pk)
    form = PeopleForm(request.POST, session=poll.session)
    if not form.is_valid():
        return _page(request, poll, people_form=form)
    try:
        added = polls.invite(poll, form.chosen, by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _page(request, poll, people_form=form)
    text = ngettext("%(count)d more person is asked.", "%(count)d more people are asked.", len(added))
    messages.success(request, text % {"count": len(added)})
    return go(request, poll)


@login_required
@require_POST
def poll_deadline(request, slug, pk, poll_pk):
    poll = _find(request, slug, pk, poll_pk)
    form = DeadlineForm(request.POST)
    if form.is_valid():
        try:
            polls.set_deadline(poll, form.cleaned_data["respond_by"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The time to answer is changed. Reminders follow it."))
            return go(request, poll)
    return _page(request, poll, deadline_form=form)


@login_required
@require_POST
def poll_withdraw(request, slug, pk, poll_pk):
    poll = _find(request, slug, pk, poll_pk)
    return _step(request, poll.session, polls.withdraw, poll, _("The poll is withdrawn; the session is a draft again."))


@login_required
@require_POST
def poll_invite_again(request, slug, pk, poll_pk, invitee_pk):
    poll = _find(request, slug, pk, poll_pk)
    invitee = get_object_or_404(poll.invitees, pk=invitee_pk)
    return _step(request, poll, polls.invite_again, invitee, _("A new link is on its way. The earlier one is useless."))


@login_required
@require_POST
def poll_take_off(request, slug, pk, poll_pk, invitee_pk):
    poll = _find(request, slug, pk, poll_pk)
    invitee = get_object_or_404(poll.invitees, pk=invitee_pk)
    return _step(request, poll, polls.take_off, invitee, _("This person is not asked any more."))


def _step(request, back, verb, obj, done):
    try:
        verb(obj, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def poll_answer(request, token):
    """Her own page, by the link in her mail: which times suit her. Opening it changes nothing."""
    invitee = poll_links.read(token)
    if invitee is None:
        return show(request, "dialogues/poll_unknown.html", {}, status=404)
    # Whoever chose a zone has it; the others see the one their invitation is written in.
    has_zone = request.user.is_authenticated or TIME_ZONE_COOKIE in request.COOKIES
    with timezone.override(timezone.get_current_timezone_name() if has_zone else invitee.person.time_zone):
        return _answer(request, invitee, token)


def _answer(request, invitee, token):
    poll = invitee.poll
    form = AnswerForm(request.POST or None, slots=list(poll.slots.all()), initial={"comment": invitee.comment})
    status = 200
    if request.method == "POST" and form.is_valid():
        if not limits.take("poll-answer", str(invitee.pk), at_most=ANSWERS_AN_HOUR, seconds=HOUR):
            form.add_error(None, _("You answered very often within an hour. Try again later."))
            status = TOO_MANY_REQUESTS
        elif _answered(request, invitee, form):
            return go(request, "dialogues:poll-answer", token)
    return show(request, "dialogues/poll_answer.html", _her_page(invitee, form), status=status)


def _answered(request, invitee: Invitee, form):
    try:
        polls.answer(invitee, answers=form.answers, comment=form.cleaned_data["comment"], by=invitee.user)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    messages.success(request, _("Your answers are kept. You can change them until the time to answer is over."))
    return True


def _her_page(invitee, form):
    poll = invitee.poll
    session = poll.session
    hours = slots.hours_for(session, poll.zone)
    given = form.answers if form.is_bound else dict(invitee.availabilities.values_list("slot", "answer"))
    rows = [
        {
            "slot": slot,
            "own": clocks.own_time(slot.starts_at, slot.ends_at, poll.zone),
            "parties": slot_wording.on_clocks(hours, slot.starts_at, slot.ends_at, poll.zone),
            "given": given.get(slot.pk, ""),
        }
        for slot in form.slots
    ]
    first, last = form.slots[0].starts_at, form.slots[-1].starts_at
    return {
        "invitee": invitee,
        "poll": poll,
        "session": session,
        "dialogue": session.dialogue,
        "form": form,
        "rows": rows,
        "changes": slot_wording.change_of_clocks(hours, first, last),
        "takes_answers": poll.status == SlotPoll.Status.OPEN and poll.respond_by > timezone.now(),
        "is_chosen": poll.status == SlotPoll.Status.CHOSEN,
        "is_withdrawn": poll.status == SlotPoll.Status.WITHDRAWN,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def session_zone(request, slug, pk):
    """Keep the clock, change the zone: for an hour that was right, but meant elsewhere."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = ZoneForm(request.POST or None, session=session)
    preview = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if "preview" in request.POST:
                moved = scheduling.in_zone(session, data["zone"])
                preview = clocks.party_times(session.dialogue, moved["starts_at"], moved["ends_at"], moved["zone"])
            else:
                session = scheduling.correct_zone(session, **data, by=request.user)
                messages.success(request, _("The time zone is corrected. Everyone invited is being told."))
                return go(request, session)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            session = find_session(request, slug, pk)
            form.data = form.data.copy()
            form.data["seen_interval"] = session.interval
    context = {"form": form, "session": session, "dialogue": session.dialogue, "preview": preview}
    return show(request, "dialogues/session_zone.html", context)
