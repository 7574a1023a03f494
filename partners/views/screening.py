"""Names that look like an entry of a screening list: administrators compare and decide, nobody else sees them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import permissions, screening
from partners.models import DeniedParty, ScreeningFlag, ScreeningList
from partners.screening_forms import DecideForm
from portal.activity.log import timeline
from portal.web import go, require, show

PER_PAGE = 20


@login_required
@require_GET
def screening_list(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the likest first, or what was decided, the newest first."""
    require(permissions.can_screen(request.user))
    flags = ScreeningFlag.objects.visible_to(request.user).with_entries()
    is_decided = request.GET.get("state") == "decided"
    if is_decided:
        rows = flags.exclude(status=ScreeningFlag.Status.OPEN).order_by("-decided_at", "-pk")
    else:
        rows = flags.filter(status=ScreeningFlag.Status.OPEN)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "is_decided": is_decided,
        "lists": ScreeningList.objects.all(),
    }
    return show(request, "partners/screening_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def screening_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Both names side by side with what is known of each, and the decision with its note."""
    require(permissions.can_screen(request.user))
    flag = _find(request, pk)
    form = DecideForm(request.POST or None)
    if form.is_valid():
        verb = screening.confirm if form.cleaned_data["decision"] == "confirmed" else screening.clear
        try:
            verb(flag, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your decision is kept with its note."))
            return go(request, "partners:screening-list")
    context = {
        "flag": flag,
        "form": form,
        "party": DeniedParty.objects.select_related("screening_list").filter(pk=flag.party_pk).first(),
        "activities": timeline(flag)[:50],
    }
    return show(request, "partners/screening_detail.html", context)


@login_required
@require_POST
def screening_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a decided one again."""
    require(permissions.can_screen(request.user))
    flag = _find(request, pk)
    try:
        screening.reopen(flag, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("It waits for a decision again."))
    return go(request, flag)


def _find(request: HttpRequest, pk: int) -> ScreeningFlag:
    return get_object_or_404(ScreeningFlag.objects.visible_to(request.user).with_entries(), pk=pk)
