from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners import permissions, stating
from partners.condition_forms import ConditionsForm
from partners.models import PartnerRequest
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def request_conditions(request: HttpRequest, slug: str) -> HttpResponse:
    """What the partner must have: as read from the text, with the words, to confirm, change or drop."""
    found = _find(request, slug)
    require(permissions.can_edit(request.user, found))
    # A row is one field: what the text seems to ask, and what was confirmed, are shown as they stand now.
    form = ConditionsForm(
        request.POST if request.method == "POST" else None,
        confirmed=[one for one in found.conditions.all() if one.is_confirmed],
        suggested=stating.suggested(found),
    )
    if form.is_valid():
        try:
            stating.state(found, stated=form.stated(), by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The conditions are kept. Companies are compared with them."))
            return go(request, found)
    status = 422 if request.method == "POST" else 200
    return show(request, "partners/request_conditions.html", {"found": found, "form": form}, status=status)


@login_required
@require_POST
def conditions_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Read the text once more, also for what was dropped before."""
    found = _find(request, slug)
    require(permissions.can_edit(request.user, found))
    try:
        stating.read_again(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your text has been read again."))
    return go(request, "partners:request-conditions", found.slug)


def _find(request: HttpRequest, slug: str) -> PartnerRequest:
    rows = PartnerRequest.objects.visible_to(request.user).select_related("company").prefetch_related("conditions")
    return get_object_or_404(rows, slug=slug)
