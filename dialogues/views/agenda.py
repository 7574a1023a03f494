from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import agenda
from dialogues.forms import AgendaItemForm
from dialogues.models import AgendaItem
from dialogues.permissions import can_run
from dialogues.views.finding import find_session
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def agenda_edit(request, slug, pk):
    """The agenda with its running times, and a form for the next item."""
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    form = AgendaItemForm(request.POST or None, dialogue=session.dialogue)
    if form.is_valid():
        try:
            agenda.add_item(session, titles=form.texts("title"), **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The item is on the agenda."))
            return go(request, "dialogues:agenda-edit", slug, pk)
    items = AgendaItem.objects.visible_to(request.user).filter(session=session)
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "form": form,
        "agenda": agenda.clock(session, items),
        "total": sum(item.minutes or 0 for item in items),
    }
    return show(request, "dialogues/agenda_edit.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def item_revise(request, slug, pk, item_pk):
    session, item = _find(request, slug, pk, item_pk)
    form = AgendaItemForm(request.POST or None, dialogue=session.dialogue, instance=item)
    if form.is_valid():
        try:
            agenda.revise_item(item, titles=form.texts("title"), **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, "dialogues:agenda-edit", slug, pk)
    context = {"session": session, "dialogue": session.dialogue, "item": item, "form": form}
    return show(request, "dialogues/agenda_item_form.html", context)


@login_required
@require_POST
def item_move(request, slug, pk, item_pk):
    _session, item = _find(request, slug, pk, item_pk)
    try:
        agenda.move_item(item, up=request.POST.get("to") == "up", by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return go(request, "dialogues:agenda-edit", slug, pk)


@login_required
@require_POST
def item_remove(request, slug, pk, item_pk):
    _session, item = _find(request, slug, pk, item_pk)
    try:
        agenda.remove_item(item, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The item is off the agenda."))
    return go(request, "dialogues:agenda-edit", slug, pk)


def _find(request, slug, pk, item_pk):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    items = AgendaItem.objects.visible_to(request.user).filter(session=session)
    return session, get_object_or_404(items, pk=item_pk)
