from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dialogues import confirming, readiness
from dialogues.permissions import can_confirm, can_run
from dialogues.views.finding import find_session
from portal.accounts.permissions import delegation
from portal.web import go, require, show


@login_required
@require_safe
def session_readiness(request, slug, pk):
    """Everything that is missing, one Party's turn after the other's."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    ready = readiness.check(session)
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "ready": ready,
        "own": {found for found in ready.findings if found.turn & delegation(request.user)} if ready else set(),
        "begins_on": session.starts_at - readiness.BEGINS_BEFORE if session.starts_at else None,
    }
    return show(request, "dialogues/session_readiness.html", context)


@login_required
@require_POST
def party_confirm(request, slug, pk, economy):
    """Say that a delegation will be there, or that it is no longer certain."""
    session = find_session(request, slug, pk)
    party = get_object_or_404(session.dialogue.parties, code=economy.upper())
    require(can_confirm(request.user, session, party))
    takes_back = request.POST.get("certain") == "no"
    verb = confirming.take_back if takes_back else confirming.confirm
    try:
        verb(session, party, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        done = _("Your confirmation is taken back.") if takes_back else _("You have confirmed for your delegation.")
        messages.success(request, done)
    return go(request, session)
