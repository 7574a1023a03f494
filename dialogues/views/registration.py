"""A person's own place in a session: getting it, changing what she said, giving it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import attendance, registration, waiting
from dialogues.models import Registration, SessionInvitation
from dialogues.permissions import can_register
from dialogues.registration_forms import PlaceForm, RegistrationForm
from dialogues.views.finding import find_session, own_registration
from dialogues.views.places import place_context, said
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def session_register(request, slug, pk):
    """Ask for whom she comes and what she needs, then give her a place or a turn on the waiting list."""
    session = find_session(request, slug, pk)
    invited = session.invitations.standing().of(request.user).exclude(status=SessionInvitation.Status.DELEGATED)
    is_invited = invited.exists()
    require(is_invited or can_register(request.user, session))
    if own_registration(request, session):
        messages.info(request, _("You are registered already."))
        return go(request, session)
    form = RegistrationForm(request.POST or None, user=request.user, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            place = registration.register(
                session, user=request.user, by=request.user, answers=form.answers, **form.details
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(place))
            return go(request, session)
    room = waiting.room(session)
    parties = session.dialogue.parties.all()
    context = {
        "form": form,
        "session": session,
        "dialogue": session.dialogue,
        "is_open": registration.is_open(session) or (is_invited and session.takes_registrations),
        "is_full": room.is_full,
        "full_economies": [session.dialogue.name_of(one) for one in parties if one.pk in room.full_economies],
    }
    return show(request, "dialogues/session_register.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def session_unregister(request, slug, pk):
    """Ask once, then give her place back."""
    session = find_session(request, slug, pk)
    mine = own_registration(request, session)
    if mine is None:
        messages.info(request, _("You are not registered."))
        return go(request, session)
    if request.method == "POST":
        try:
            registration.cancel_registration(mine, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("Your registration is cancelled. A mail takes it out of your calendar."))
        return go(request, session)
    context = {"session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/session_unregister.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def place_detail(request, slug, pk):
    """What she said when she registered, to change; her answer; her turn on the waiting list; checking in."""
    session, mine = _own(request, slug, pk)
    form = PlaceForm(request.POST or None, session=session, registration=mine)
    if request.method == "POST" and form.is_valid():
        try:
            registration.revise(mine, by=request.user, answers=form.answers, **form.details)
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, "dialogues:place-detail", slug, pk)
    return show(request, "dialogues/place_detail.html", place_context(session, mine) | {"form": form})


@login_required
@require_POST
def place_answer(request, slug, pk):
    """She will come, or perhaps; not coming is giving the place back, which asks once more."""
    session, mine = _own(request, slug, pk)
    partstat = {"yes": Registration.Partstat.ACCEPTED, "perhaps": Registration.Partstat.TENTATIVE}
    if request.POST.get("answer") == "no":
        return go(request, "dialogues:session-unregister", slug, pk)
    if request.POST.get("answer") in partstat:
        _try(
            request,
            registration.answer,
            mine,
            partstat=partstat[request.POST["answer"]],
            done=_("Your answer is noted."),
        )
    return go(request, "dialogues:place-detail", slug, session.pk)


@login_required
@require_POST
def place_check_in(request, slug, pk):
    session, mine = _own(request, slug, pk)
    _try(request, attendance.check_in, mine, done=_("You are checked in."))
    return go(request, "dialogues:place-detail", slug, session.pk)


def _own(request, slug, pk):
    """The session and her open registration, or 404."""
    session = find_session(request, slug, pk)
    mine = session.registrations.open().filter(user=request.user).select_related("organization", "economy").first()
    if mine is None:
        raise Http404
    mine.session = session
    return session, mine


def _try(request, verb, row, *, done, **wanted):
    try:
        verb(row, by=request.user, **wanted)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
