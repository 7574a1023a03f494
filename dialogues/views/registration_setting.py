"""The secretariat's page of registration: days, places, quotas, and the questions to everybody."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import questions, registration, waiting
from dialogues.inviting_forms import LimitsForm, QuestionForm
from dialogues.permissions import can_set_registration
from dialogues.views.finding import find_session
from portal import clock
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def registration_set(request, slug, pk):
    """From when to when, how many, how many of each economy; and what is asked."""
    session = _settable(request, slug, pk)
    form = LimitsForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            registration.set_limits(session, **form.limits, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved. Whoever waited and fits has a place now."))
            return go(request, "dialogues:registration-set", slug, pk)
    context = {
        "form": form,
        "session": session,
        "dialogue": session.dialogue,
        "zone": clock.zone_label(form.zone),
        "room": waiting.room(session),
        "waiting_count": session.registrations.waiting().count(),
        "questions": session.questions.annotate(answered=Count("replies")),
    }
    return show(request, "dialogues/registration_set.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def question_add(request, slug, pk):
    session = _settable(request, slug, pk)
    form = QuestionForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            questions.add(session, **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The question is asked from now on."))
            return go(request, "dialogues:registration-set", slug, pk)
    context = {"form": form, "session": session, "dialogue": session.dialogue, "question": None}
    return show(request, "dialogues/question_form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def question_revise(request, slug, pk, row_pk):
    session = _settable(request, slug, pk)
    question = get_object_or_404(session.questions, pk=row_pk)
    form = QuestionForm(request.POST or None, session=session, question=question)
    if request.method == "POST" and form.is_valid():
        try:
            questions.revise(question, **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, "dialogues:registration-set", slug, pk)
    context = {"form": form, "session": session, "dialogue": session.dialogue, "question": question}
    return show(request, "dialogues/question_form.html", context)


@login_required
@require_POST
def question_move(request, slug, pk, row_pk):
    return _change(request, slug, pk, row_pk, questions.move_up)


@login_required
@require_POST
def question_remove(request, slug, pk, row_pk):
    return _change(request, slug, pk, row_pk, questions.remove)


def _change(request, slug, pk, row_pk, verb):
    session = _settable(request, slug, pk)
    question = get_object_or_404(session.questions, pk=row_pk)
    try:
        verb(question, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return go(request, "dialogues:registration-set", slug, pk)


def _settable(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_set_registration(request.user, session))
    return session
