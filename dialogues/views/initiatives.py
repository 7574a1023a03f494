"""What the sessions of a dialogue set out to do, and how it stands."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dialogues import initiatives
from dialogues.initiative_forms import InitiativeForm, InitiativeStatusForm
from dialogues.models import Initiative, Session
from dialogues.permissions import can_run_initiatives
from dialogues.views.finding import find_dialogue, find_session
from portal.activity.log import timeline
from portal.web import go, require, show

PER_PAGE = 30


@require_safe
def initiative_list(request, slug):
    """All initiatives, those of the latest session first; ``status`` in the address chooses among them."""
    dialogue = find_dialogue(request, slug)
    rows = of_dialogue(request, dialogue)
    status = request.GET.get("status", "")
    if status in Initiative.Status.values:
        rows = rows.filter(status=status)
    context = {
        "dialogue": dialogue,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "statuses": Initiative.Status.choices,
        "status": status if status in Initiative.Status.values else "",
        "can_run": can_run_initiatives(request.user, dialogue),
    }
    return show(request, "dialogues/initiative_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def initiative_add(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_run_initiatives(request.user, session.dialogue))
    form = InitiativeForm(request.POST or None, dialogue=session.dialogue)
    if form.is_valid():
        try:
            initiatives.add(session, texts=form.by_field(), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Written down. Say how it stands whenever that changes."))
            return go(request, session)
    return show(
        request,
        "dialogues/initiative_form.html",
        {"form": form, "session": session, "dialogue": session.dialogue, "initiative": None},
    )


@login_required
@require_http_methods(["GET", "POST"])
def initiative_revise(request, slug, pk):
    initiative = _find(request, slug, pk)
    form = InitiativeForm(request.POST or None, dialogue=initiative.session.dialogue, initiative=initiative)
    if form.is_valid():
        initiatives.revise(initiative, texts=form.by_field(), by=request.user)
        messages.success(request, _("Saved."))
        return go(request, "dialogues:initiative-list", slug)
    return _show_one(request, initiative, form, "initiative_form")


@login_required
@require_http_methods(["GET", "POST"])
def initiative_status(request, slug, pk):
    """Say how it stands."""
    initiative = _find(request, slug, pk)
    form = InitiativeStatusForm(request.POST or None, initiative=initiative)
    if form.is_valid():
        try:
            initiatives.change_status(initiative, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Recorded."))
            return go(request, "dialogues:initiative-list", slug)
    return _show_one(request, initiative, form, "initiative_status")


def of_dialogue(request, dialogue):
    """Initiatives of the sessions that the reader sees, with their sessions, the latest first."""
    sessions = Session.objects.visible_to(request.user).filter(dialogue=dialogue)
    rows = Initiative.objects.filter(session__in=sessions).select_related("session__dialogue")
    return rows.order_by(F("session__number").desc(nulls_last=True), "-session", "order", "pk")


def _show_one(request, initiative, form, template):
    context = {
        "form": form,
        "initiative": initiative,
        "session": initiative.session,
        "dialogue": initiative.session.dialogue,
        "activities": timeline(initiative)[:20],
    }
    return show(request, f"dialogues/{template}.html", context)


def _find(request, slug, pk):
    dialogue = find_dialogue(request, slug)
    require(can_run_initiatives(request.user, dialogue))
    return get_object_or_404(of_dialogue(request, dialogue), pk=pk)
