import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import agenda, programme, triage
from dialogues.agenda_forms import AgendaItemForm, LeftOpenForm, OrderForm, PlaceIssueForm
from dialogues.models import AgendaItem, Issue
from dialogues.permissions import can_run
from dialogues.views.finding import find_session
from portal.web import go, require, show

PK = re.compile(r"[0-9]{1,9}")


@login_required
@require_http_methods(["GET", "POST"])
def agenda_edit(request, slug, pk):
    """The agenda with its running times, what the backlog suggests, and a form for the next item."""
    session = _find_session(request, slug, pk)
    form = AgendaItemForm(request.POST or None, dialogue=session.dialogue)
    if form.is_valid():
        try:
            agenda.add_item(
                session, titles=form.texts("title"), notes=form.texts("note"), **form.details, by=request.user
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The item is on the agenda."))
            return go(request, "dialogues:agenda-edit", slug, pk)
    suggested, waiting = programme.suggestions(session, request.user)
    context = {**_items(request, session), "form": form, "suggestions": suggested, "waiting_count": waiting}
    return show(request, "dialogues/agenda_edit.html", context)


@login_required
@require_POST
def agenda_reorder(request, slug, pk):
    """Put the items where their numbers say. Dragging sends the same numbers."""
    session = _find_session(request, slug, pk)
    refused = _reorder(session, request)
    if request.htmx:
        context = {**_items(request, session), "refused": refused}
        return show(request, "dialogues/agenda_edit.html", context, fragments=["items"])
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, _("The agenda has its new order."))
    return go(request, "dialogues:agenda-edit", slug, pk)


@login_required
@require_POST
def agenda_issue_add(request, slug, pk, issue_pk):
    """Put an issue of the backlog on the agenda, as an item of its own or under one that is there."""
    session = _find_session(request, slug, pk)
    issues = Issue.objects.visible_to(request.user).filter(dialogue=session.dialogue)
    issue = get_object_or_404(issues, pk=issue_pk)
    form = PlaceIssueForm(request.POST, items=AgendaItem.objects.visible_to(request.user).filter(session=session))
    if not form.is_valid():
        messages.error(request, _("This item is not on the agenda any more."))
        return go(request, "dialogues:agenda-edit", slug, pk)
    try:
        triage.put_on_agenda(issue, session=session, item=form.cleaned_data["item"], by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The issue is on the agenda. Everybody it concerns is being told."))
    return go(request, "dialogues:agenda-edit", slug, pk)


@login_required
@require_http_methods(["GET", "POST"])
def agenda_left_open(request, slug, pk):
    """After the session: which items come back next time."""
    session = _find_session(request, slug, pk)
    items = list(AgendaItem.objects.visible_to(request.user).filter(session=session))
    form = LeftOpenForm(request.POST if request.method == "POST" else None, items=items)
    if form.is_valid():
        try:
            agenda.leave_open(session, items=form.cleaned_data["items"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved. What stays open is proposed when the next session is prepared."))
            return go(request, session)
    context = {"session": session, "dialogue": session.dialogue, "form": form, "items": items}
    return show(request, "dialogues/agenda_left_open.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def item_revise(request, slug, pk, item_pk):
    session, item = _find(request, slug, pk, item_pk)
    form = AgendaItemForm(request.POST or None, dialogue=session.dialogue, instance=item)
    if form.is_valid():
        try:
            agenda.revise_item(
                item, titles=form.texts("title"), notes=form.texts("note"), **form.details, by=request.user
            )
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


def _find_session(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_run(request.user, session))
    return session


def _find(request, slug, pk, item_pk):
    session = _find_session(request, slug, pk)
    items = AgendaItem.objects.visible_to(request.user).filter(session=session)
    return session, get_object_or_404(items, pk=item_pk)


def _items(request, session):
    """The list of items with what the builder says of them."""
    timed = programme.of(session, request.user)
    return {
        "session": session,
        "dialogue": session.dialogue,
        "agenda": timed,
        "clocks": programme.party_clocks(session, timed),
        "total": sum(one.item.minutes or 0 for one in timed),
        "over": programme.overrun(session, timed),
    }


def _reorder(session, request):
    """Do it; the text of a refusal, or nothing. ``seen`` names the items in the order in which the page showed them."""
    order = [int(pk) for pk in request.POST.getlist("seen") if PK.fullmatch(pk)]
    form = OrderForm(request.POST, order=order)
    if not form.is_valid():
        return " ".join(form.non_field_errors())
    try:
        agenda.reorder(session, order=agenda.arranged(order, form.wishes), by=request.user)
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return ""
