"""How a dialogue works, kept by officials of its Parties; and its next session, prepared from the last one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import chartering, hosting, preparing, slots
from dialogues.agenda_forms import CharterForm, HoursForm, PrepareForm
from dialogues.models import Session
from dialogues.permissions import can_create_session, can_set_hours, can_settle
from dialogues.views.agenda import PK
from dialogues.views.finding import find_dialogue
from portal.accounts.permissions import delegation
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def dialogue_settings(request, slug):
    """Charter, clocks and host rotation; and the hours of every delegation, each kept by its own officials."""
    dialogue = find_dialogue(request, slug)
    require(can_settle(request.user, dialogue))
    form = CharterForm(request.POST or None, dialogue=dialogue)
    if form.is_valid():
        try:
            _settle(dialogue, form, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, dialogue)
    context = {
        "dialogue": dialogue,
        "form": form,
        "hours": slots.hours_of(dialogue),
        "own_codes": delegation(request.user),
    }
    return show(request, "dialogues/dialogue_settings.html", context)


@transaction.atomic
def _settle(dialogue, form, *, by):
    """All of the page or nothing of it."""
    clocks = {name: form.cleaned_data[name] for name in ("acknowledge_days", "answer_days")}
    chartering.revise_charter(dialogue, texts=form.texts("charter"), **clocks, by=by)
    hosting.set_rotation(dialogue, order=form.rotation, by=by)


@login_required
@require_http_methods(["GET", "POST"])
def delegation_hours(request, slug, economy):
    """When the reader's own delegation works."""
    dialogue, party = _find_own_party(request, slug, economy)
    hours = next(row for row in slots.hours_of(dialogue) if row.code == party.code)
    form = HoursForm(request.POST or None, hours=hours)
    if form.is_valid():
        try:
            chartering.set_hours(dialogue, party, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, " ".join(refusal.messages))
        else:
            messages.success(request, _("Saved. Finding a date goes by these hours from now on."))
            return go(request, "dialogues:dialogue-settings", slug)
    context = {"dialogue": dialogue, "party": party, "hours": hours, "form": form}
    return show(request, "dialogues/delegation_hours.html", context)


@login_required
@require_POST
def hours_forget(request, slug, economy):
    """Back to the usual week of the capital."""
    dialogue, party = _find_own_party(request, slug, economy)
    chartering.forget_hours(dialogue, party, by=request.user)
    messages.success(request, _("Your delegation goes by the usual week of its capital again."))
    return go(request, "dialogues:dialogue-settings", slug)


@login_required
@require_http_methods(["GET", "POST"])
def session_prepare(request, slug):
    """The next session, with what comes along from the last one; the address may name another one (``from``)."""
    dialogue = find_dialogue(request, slug)
    require(can_create_session(request.user, dialogue))
    last = _last(request, dialogue)
    if last is None:
        messages.info(request, _("There is no session to begin from yet. Create the first one."))
        return go(request, "dialogues:session-create", slug)
    turn = hosting.next_turn(dialogue)
    form = PrepareForm(request.POST or None, last=last, initial={"host": turn.economy if turn else None})
    if form.is_valid():
        try:
            session = preparing.prepare_next(
                last, titles=form.texts("title"), **form.choices, **form.details, by=request.user
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("The draft is saved. Only officials of the Parties see it. Look at its agenda next.")
            )
            return go(request, "dialogues:agenda-edit", slug, session.pk)
    context = {"dialogue": dialogue, "last": last, "turn": turn, "form": form}
    return show(request, "dialogues/session_prepare.html", context)


def _last(request, dialogue):
    wished = request.GET.get("from", "")
    if PK.fullmatch(wished):
        sessions = Session.objects.visible_to(request.user).filter(dialogue=dialogue).select_related("dialogue")
        return get_object_or_404(sessions, pk=wished)
    return preparing.last_session(dialogue, request.user)


def _find_own_party(request, slug, economy):
    dialogue = find_dialogue(request, slug)
    party = get_object_or_404(dialogue.parties, code=economy.upper())
    require(can_set_hours(request.user, dialogue, party))
    return dialogue, party
