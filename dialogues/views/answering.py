"""The page behind a personal link: an invitation answered without an account. Only a POST changes anything."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import answering, attendance, linking
from dialogues.models import AgendaItem, Registration, SessionInvitation
from dialogues.registration_forms import PassOnForm, PlaceForm
from dialogues.views.places import place_context, said
from portal import limits
from portal.web import go, show

#: Answers from one place in an hour: a whole delegation behind one address, and no program.
AN_HOUR = 60
HOUR = 3600  # seconds


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_answer(request, token):
    """What she is asked to, and her answer: will come, perhaps, will not."""
    invitation = linking.read_invitation(token)
    if invitation is None:
        return _unknown(request)
    place = _place(invitation)
    form = PlaceForm(request.POST or None, session=invitation.session, registration=place)
    status = 200
    if request.method == "POST":
        refused = _too_often(request)
        if refused is None:
            refused = _answer(request, invitation, form)
        if refused is None:
            return go(request, "dialogues:invitation-answer", token)
        status = refused
    return _show(request, invitation, token, form=form, place=place, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_pass_on(request, token):
    """Name a colleague who comes instead; the place, if there is one, goes over to her."""
    invitation = linking.read_invitation(token)
    if invitation is None:
        return _unknown(request)
    form = PassOnForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        if _too_often(request):
            status = 429
            form.add_error(None, _("That is more than we can take in one hour. Come back later."))
        else:
            try:
                answering.pass_on(invitation, by=invitation.user, **form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("Your colleague gets a mail with a link of her own."))
                return go(request, "dialogues:invitation-answer", token)
    context = {
        "form": form, "session": invitation.session, "dialogue": invitation.session.dialogue, "token": token,
        "may_pass_on": _may_pass_on(invitation),
    }  # fmt: skip
    return show(request, "dialogues/invitation_pass_on.html", context, status=status)


@never_cache
@require_POST
def invitation_check_in(request, token):
    """She is in the room."""
    invitation = linking.read_invitation(token)
    if invitation is None:
        return _unknown(request)
    place = _place(invitation)
    if place is not None:
        try:
            attendance.check_in(place, by=invitation.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("You are checked in."))
    return go(request, "dialogues:invitation-answer", token)


def _answer(request, invitation, form):
    """Do what she said; None when it is done, else the status to answer with, and the form says why."""
    wanted, by = request.POST.get("answer"), invitation.user
    try:
        if wanted == "yes":
            if not form.is_valid():
                return 200
            place = answering.accept(invitation, by=by, answers=form.answers, **form.details)
            messages.success(request, said(place))
        elif wanted == "perhaps":
            answering.say_perhaps(invitation, by=by)
            messages.success(request, _("Your answer is noted: perhaps. You hear of every change."))
        elif wanted == "no":
            answering.decline(invitation, by=by)
            messages.success(request, _("Your answer is noted: you do not come."))
        else:
            form.add_error(None, _("Choose one of the answers."))
            return 400
    except ValidationError as refusal:
        form.refuse(refusal)
        return 200
    return None


def _too_often(request):
    """The status to answer with when too much came from this place, else None."""
    if limits.take("session-invitation", limits.visitor(request), at_most=AN_HOUR, seconds=HOUR):
        return None
    messages.error(request, _("That is more than we can take in one hour. Come back later."))
    return 429


def _show(request, invitation, token, *, form, place, status):
    session = invitation.session
    is_confirmed = place is not None and place.status == Registration.Status.CONFIRMED
    levels = [AgendaItem.Visibility.PUBLIC, *([AgendaItem.Visibility.PARTICIPANTS] if is_confirmed else [])]
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "registration": None,
        "position": None,
        "doors_are_open": False,
        **(place_context(session, place) if place else {}),
        "invitation": invitation,
        "person": invitation.person,
        "token": token,
        "form": form,
        "items": session.agenda_items.filter(visibility__in=levels),
        "may_answer": session.takes_registrations and invitation.status != SessionInvitation.Status.DELEGATED,
        "may_pass_on": _may_pass_on(invitation),
        "join_url": session.join_url if is_confirmed and not session.is_over else "",
        "channels": list(session.channels.all()) if is_confirmed and not session.is_over else [],
    }
    with timezone.override(invitation.person.time_zone):
        return show(request, "dialogues/invitation_answer.html", context, status=status)


def _place(invitation):
    """The open registration it led to."""
    place = invitation.registration
    if place is None or place.status == Registration.Status.CANCELLED:
        return None
    place.session = invitation.session
    return place


def _may_pass_on(invitation):
    return invitation.session.takes_registrations and invitation.may(SessionInvitation.Status.DELEGATED)


def _unknown(request):
    return show(request, "dialogues/invitation_unknown.html", {}, status=404)
