from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dialogues import registration
from dialogues.forms import RegistrationForm
from dialogues.permissions import can_register
from dialogues.views.finding import find_session, own_registration
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def session_register(request, slug, pk):
    """Ask for whom she comes, then give her a place."""
    session = find_session(request, slug, pk)
    require(can_register(request.user, session))
    if own_registration(request, session):
        messages.info(request, _("You are registered already."))
        return go(request, session)
    form = RegistrationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            registration.register(session, user=request.user, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("You are registered. A mail with the entry for your calendar is on its way."))
            return go(request, session)
    context = {"form": form, "session": session, "dialogue": session.dialogue}
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
