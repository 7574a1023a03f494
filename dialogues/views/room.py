from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues import agenda, attendance, programme, room
from dialogues.agenda_forms import ChannelsForm
from dialogues.models import AgendaItem, Registration
from dialogues.permissions import can_join, can_run
from dialogues.views.agenda import PK
from dialogues.views.finding import find_session, own_registration
from portal.web import go, require, show


@never_cache
@require_safe
def session_room(request, slug, pk):
    """What is being talked about now, and for the confirmed where to join and to listen.

    The live part asks again with the stamp it has (``seen``): nothing new is an empty 204, which changes nothing.
    """
    session = find_session(request, slug, pk)
    timed = agenda.clock(session, session.agenda_items.all())
    visible = set(AgendaItem.objects.visible_to(request.user).filter(session=session).values_list("pk", flat=True))
    mine = own_registration(request, session)
    may_join = can_join(request.user, session, mine)
    now = room.now(session, timed, visible)
    stamp = f"{now.stamp}-{int(may_join)}"
    if request.htmx.target == "live" and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "registration": mine,
        "now": now,
        "stamp": stamp,
        "is_open": room.is_open(session),
        # A page opened early sees the room open, one that is there sees it close.
        "polls": room.is_open(session) or (session.starts_at is not None and not session.is_over),
        "opens_at": session.starts_at - room.OPENS_BEFORE if session.starts_at else None,
        "agenda": programme.of(session, request.user),
        "can_run": can_run(request.user, session),
        "may_join": may_join,
        "may_check_in": _may_check_in(session, mine),
        "channels": list(session.channels.all()) if may_join else [],
    }
    return show(request, "dialogues/session_room.html", context, fragments=["live"])


def _may_check_in(session, mine):
    confirmed = mine is not None and mine.status == Registration.Status.CONFIRMED
    return confirmed and not mine.attended and attendance.doors_are_open(session)


@login_required
@require_POST
def item_call(request, slug, pk):
    """Say what is being talked about; without an item the clock says it again."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    items = AgendaItem.objects.visible_to(request.user).filter(session=session)
    wished = request.POST.get("item", "")
    item = get_object_or_404(items, pk=wished if PK.fullmatch(wished) else 0) if wished else None
    try:
        room.call_item(session, item, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The room shows it.") if item else _("The room follows the clock again."))
    return go(request, "dialogues:session-room", slug, pk)


@login_required
@require_http_methods(["GET", "POST"])
def session_channels(request, slug, pk):
    """Where each language can be listened to."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = ChannelsForm(request.POST if request.method == "POST" else None, session=session)
    if form.is_valid():
        try:
            room.set_channels(session, urls=form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved. The channels are shown in the room to whoever is confirmed."))
            return go(request, session)
    context = {"form": form, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/session_channels.html", context)
