from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues import calendars, clocks, confirming, programme, readiness, scheduling
from dialogues.documents import papers
from dialogues.forms import ReasonForm, ScheduleForm, SessionForm
from dialogues.models import Commitment, Decision, Dialogue, Minutes
from dialogues.permissions import (
    can_create_session,
    can_join,
    can_keep,
    can_register,
    can_run,
    can_see_history,
    can_see_people,
    can_write_minutes,
)
from dialogues.views.finding import find_session, own_registration
from dialogues.views.places import people_of
from dialogues.views.undelivered import number_of_undelivered
from portal.activity.log import timeline
from portal.notifications import calendar
from portal.pagecache import kept_for_visitors
from portal.web import go, require, show


@require_safe
@kept_for_visitors
def session_detail(request, slug, pk):
    """When it is on everybody's clock, what is on the agenda, who comes and what came of it."""
    session = find_session(request, slug, pk)
    mine = own_registration(request, session)
    timed = programme.of(session, request.user)
    commitments = Commitment.objects.visible_to(request.user).filter(session=session).select_related("owner")
    for commitment in commitments:
        commitment.session = session
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "agenda": timed,
        "clocks": programme.party_clocks(session, timed),
        "registration": mine,
        "join_url": session.join_url if can_join(request.user, session, mine) else "",
        "minutes": Minutes.objects.visible_to(request.user).filter(session=session).first(),
        "documents": papers(session, request.user),
        "decisions": Decision.objects.visible_to(request.user).filter(session=session),
        "commitments": commitments,
        "reportable": {c.pk for c in commitments if c.is_unfinished and can_keep(request.user, c)},
        "initiatives": list(session.initiatives.select_related("session")),
        "bodies": list(session.convening_bodies.visible_to(request.user).order_by("economy__order", "name")),
        "topics": list(session.topics.all()),
        "sources": _sources(session),
        **_rights(request.user, session),
        **people_of(request.user, session, mine),
    }
    if context["can_run"]:
        context["sides"] = confirming.sides(session, request.user) if session.announced_at else []
        context["ready"] = readiness.check(session)
        context["undelivered"] = number_of_undelivered(session)
    if context["can_see_history"]:
        context["activities"] = timeline(session)[:50]
    return show(request, "dialogues/session_detail.html", context)


def _rights(user, session):
    return {
        "can_run": can_run(user, session),
        # A visitor is offered to register; signing in comes first.
        "may_register": session.takes_registrations
        and (can_register(user, session) or (session.is_public and not user.is_authenticated)),
        "can_see_people": can_see_people(user, session),
        "can_see_history": can_see_history(user, session),
        "can_write_minutes": can_write_minutes(user, session),
    }


def _sources(session):
    """Every source once, the main one first."""
    return list(dict.fromkeys(source for source in [session.source_url, *session.sources] if source))


@require_safe
def session_calendar(request, slug, pk):
    """The session as a file for one's calendar; with the link to join for those who may have it."""
    session = find_session(request, slug, pk)
    if session.starts_at is None and session.starts_on is None:
        raise Http404
    mine = own_registration(request, session)
    join_url = session.join_url if can_join(request.user, session, mine) else ""
    text = calendar.feed([calendars.event(session, join_url=join_url)], name=session.title)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{session.pk}.ics"'
    response["Cache-Control"] = "private"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def session_create(request, slug):
    dialogue = get_object_or_404(Dialogue.objects.visible_to(request.user).with_parties(), slug=slug)
    require(can_create_session(request.user, dialogue))
    form = SessionForm(request.POST or None, dialogue=dialogue)
    if form.is_valid():
        try:
            session = scheduling.create_session(dialogue, titles=form.texts("title"), **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("The draft is saved. Only officials of the Parties see it. Set its agenda next.")
            )
            return go(request, session)
    return show(request, "dialogues/session_form.html", {"form": form, "dialogue": dialogue, "session": None})


@login_required
@require_http_methods(["GET", "POST"])
def session_revise(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = SessionForm(request.POST or None, dialogue=session.dialogue, instance=session)
    if form.is_valid():
        try:
            session = scheduling.revise_session(session, titles=form.texts("title"), **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, session)
    context = {"form": form, "dialogue": session.dialogue, "session": session}
    return show(request, "dialogues/session_form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def session_schedule(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = ScheduleForm(request.POST or None, session=session)
    preview = None
    if form.is_valid():
        try:
            if "preview" in request.POST:
                preview = _preview(session, form.times)
            else:
                session = scheduling.schedule(session, **form.times, by=request.user)
                messages.success(request, _("The session is scheduled. Invitations are on their way."))
                return go(request, session)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = {"form": form, "session": session, "dialogue": session.dialogue, "preview": preview, "moves": False}
    return show(request, "dialogues/session_schedule.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def session_reschedule(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = ScheduleForm(request.POST or None, session=session)
    preview = None
    if form.is_valid():
        try:
            if "preview" in request.POST:
                preview = _preview(session, form.times)
            else:
                session = scheduling.reschedule(
                    session, **form.times, seen_interval=form.cleaned_data["seen_interval"], by=request.user
                )
                messages.success(request, _("The session has a new time. Everyone invited is being told."))
                return go(request, session)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            # She is shown the time it has now: her next click is made in the knowledge of it.
            session = find_session(request, slug, pk)
            form.data = form.data.copy()
            form.data["seen_interval"] = session.interval
    context = {"form": form, "session": session, "dialogue": session.dialogue, "preview": preview, "moves": True}
    return show(request, "dialogues/session_schedule.html", context)


def _preview(session, times):
    """What a time means on every Party's clock, before anybody is told."""
    found = scheduling.resolve(**times)
    return clocks.party_times(session.dialogue, found["starts_at"], found["ends_at"], found["zone"])


@login_required
@require_http_methods(["GET", "POST"])
def session_cancel(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            session = scheduling.cancel(session, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The session is cancelled. Everyone who was invited is being told."))
            return go(request, session)
    context = {"form": form, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/session_cancel.html", context)


@login_required
@require_POST
def session_start(request, slug, pk):
    return _step(request, slug, pk, scheduling.start, _("The session is in progress. You can write its minutes."))


@login_required
@require_POST
def session_held(request, slug, pk):
    return _step(request, slug, pk, scheduling.mark_held, _("The session is marked as held. Write its minutes next."))


@login_required
@require_POST
def session_close(request, slug, pk):
    return _step(request, slug, pk, scheduling.close, _("The session is closed."))


def _step(request, slug, pk, verb, done):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    try:
        verb(session, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, session)
