"""A chamber says what it checked of its member firms, renews it and takes it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import permissions, vouching
from partners.chamber_forms import VouchForm
from partners.models import ChamberMember, Vouch
from partners.views.acting import acting
from portal.web import go, require, show

PER_PAGE = 20


@login_required
@require_GET
def vouch_list(request: HttpRequest) -> HttpResponse:
    """What my chamber stands for, the first to run out on top; then what it does no longer."""
    context = acting(request)
    said = Vouch.objects.visible_to(request.user).filter(chamber=context["chamber"], withdrawn_at=None)
    rows = said.select_related("company__economy", "chamber").order_by("expires_on", "pk")
    members = ChamberMember.objects.visible_to(request.user).active().filter(chamber=context["chamber"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    by_company = {m.company_id: m for m in members.filter(company__in=[row.company_id for row in page])}
    for row in page:
        row.member = by_company.get(row.company_id)
        row.is_over = row.expires_on < timezone.localdate()
    return show(request, "partners/vouch_list.html", {"page": page, **context})


@login_required
@require_http_methods(["GET", "POST"])
def vouch_give(request: HttpRequest, pk: int) -> HttpResponse:
    """Vouch for a member firm, for the first time or again."""
    members = ChamberMember.objects.visible_to(request.user).active().select_related("chamber", "company")
    member = get_object_or_404(members, pk=pk)
    require(permissions.can_vouch(request.user, member))
    said = Vouch.objects.visible_to(request.user).filter(chamber=member.chamber, company=member.company)
    before = said.filter(withdrawn_at=None).first()
    form = VouchForm(request.POST or None, before=before)
    if form.is_valid():
        try:
            vouching.vouch(member.chamber, company=member.company, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Readers see what you checked, and when. The company is told."))
            return go(request, "partners:vouch-list")
    return show(request, "partners/vouch_give.html", {"form": form, "member": member, "before": before})


@login_required
@require_POST
def vouch_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    said = get_object_or_404(Vouch.objects.visible_to(request.user).select_related("chamber", "company"), pk=pk)
    require(permissions.can_take_back_vouch(request.user, said))
    try:
        vouching.take_back(said, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your chamber no longer vouches for the company. It is told."))
    return go(request, "partners:vouch-list")
