from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues import minutes
from dialogues.forms import CommitmentForm, MinutesForm, RecordedForm, languages_of
from dialogues.models import Commitment, Decision, Minutes
from dialogues.permissions import can_write_minutes
from dialogues.views.finding import find_session
from portal.web import go, require, show


@require_safe
def minutes_detail(request, slug, pk):
    """The minutes in the working languages side by side, with what was decided and promised."""
    session = find_session(request, slug, pk)
    found = Minutes.objects.visible_to(request.user).filter(session=session).first()
    if found is None:
        raise Http404
    context = {"minutes": found, "languages": languages_of(session.dialogue), **_recorded(request, session)}
    return show(request, "dialogues/minutes_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def minutes_edit(request, slug, pk):
    """One text area per working language; a stale save keeps what was typed and shows what the other wrote."""
    session = find_session(request, slug, pk)
    require(can_write_minutes(request.user, session))
    saved = minutes.current(session)
    form = MinutesForm(request.POST or None, dialogue=session.dialogue, minutes=saved)
    conflict = None
    if form.is_valid():
        seen = form.cleaned_data["seen_revision"]
        try:
            minutes.write(session, texts=form.texts("text"), seen_revision=seen, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            if refusal.code == "changed_meanwhile":
                conflict = minutes.current(session)
                # Her next save is made in the knowledge of what she is shown now.
                form.data = form.data.copy()
                form.data["seen_revision"] = conflict.revision
        else:
            messages.success(request, _("Saved. Publish the minutes when the Parties agree."))
            return go(request, "dialogues:minutes-edit", slug, pk)
    context = {
        "form": form,
        "minutes": saved,
        "conflict": conflict,
        "languages": languages_of(session.dialogue),
        **_recorded(request, session),
    }
    return show(request, "dialogues/minutes_edit.html", context, status=409 if conflict else 200)


@login_required
@require_http_methods(["GET", "POST"])
def minutes_publish(request, slug, pk):
    """Show once more what will be public, then publish exactly that."""
    session = find_session(request, slug, pk)
    require(can_write_minutes(request.user, session))
    found = get_object_or_404(Minutes.objects.visible_to(request.user), session=session)
    if request.method == "POST":
        try:
            seen = int(request.POST.get("seen_revision", ""))
        except ValueError:
            seen = -1  # no revision was read: refused as changed meanwhile
        try:
            minutes.publish(session, seen_revision=seen, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return go(request, "dialogues:minutes-edit", slug, pk)
        messages.success(request, _("The minutes are published. Everyone registered is being told."))
        return go(request, session)
    context = {"minutes": found, "languages": languages_of(session.dialogue), **_recorded(request, session)}
    return show(request, "dialogues/minutes_publish.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def decision_add(request, slug, pk):
    return _add(
        request,
        slug,
        pk,
        form_class=RecordedForm,
        verb=minutes.add_decision,
        template="dialogues/decision_form.html",
    )


@login_required
@require_http_methods(["GET", "POST"])
def commitment_add(request, slug, pk):
    return _add(
        request,
        slug,
        pk,
        form_class=CommitmentForm,
        verb=minutes.add_commitment,
        template="dialogues/commitment_form.html",
    )


@login_required
@require_POST
def decision_remove(request, slug, pk, row_pk):
    return _remove(request, slug, pk, row_pk, Decision)


@login_required
@require_POST
def commitment_remove(request, slug, pk, row_pk):
    return _remove(request, slug, pk, row_pk, Commitment)


def _add(request, slug, pk, *, form_class, verb, template):
    session = find_session(request, slug, pk)
    require(can_write_minutes(request.user, session))
    form = form_class(request.POST or None, session=session)
    if form.is_valid():
        details = {name: form.cleaned_data[name] for name in ("agenda_item", "owner", "due_on") if name in form.fields}
        try:
            verb(session, texts=form.texts("text"), **details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Recorded. It becomes public with the minutes."))
            return go(request, "dialogues:minutes-edit", slug, pk)
    return show(request, template, {"form": form, "session": session, "dialogue": session.dialogue})


def _remove(request, slug, pk, row_pk, model):
    session = find_session(request, slug, pk)
    require(can_write_minutes(request.user, session))
    row = get_object_or_404(model.objects.visible_to(request.user).filter(session=session), pk=row_pk)
    try:
        minutes.remove(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Removed."))
    return go(request, "dialogues:minutes-edit", slug, pk)


def _recorded(request, session):
    return {
        "session": session,
        "dialogue": session.dialogue,
        "decisions": Decision.objects.visible_to(request.user).filter(session=session),
        "commitments": Commitment.objects.visible_to(request.user).filter(session=session).select_related("owner"),
    }
