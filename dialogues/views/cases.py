from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dialogues import cases
from dialogues.forms import CaseForm
from dialogues.models import Dialogue, SuccessCase
from dialogues.permissions import can_name_cases
from portal.web import go, require


@login_required
@require_POST
def case_name(request, slug):
    dialogue = _find(request, slug)
    form = CaseForm(request.POST, dialogue=dialogue)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors["resource"]))
        return go(request, dialogue)
    try:
        cases.name(dialogue, form.cleaned_data["resource"], by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Named. The case and the dialogue lead to each other now."))
    return go(request, dialogue)


@login_required
@require_POST
def case_take_off(request, slug, case_pk):
    dialogue = _find(request, slug)
    cases.take_off(get_object_or_404(SuccessCase, dialogue=dialogue, pk=case_pk), by=request.user)
    messages.success(request, _("Taken off. The resource itself stays."))
    return go(request, dialogue)


def _find(request, slug):
    dialogue = get_object_or_404(Dialogue.objects.visible_to(request.user).with_parties(), slug=slug)
    require(can_name_cases(request.user, dialogue))
    return dialogue
