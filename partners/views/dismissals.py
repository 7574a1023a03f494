from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners import dismissing
from partners.models import PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import company_ids
from portal.web import go, require


@login_required
@require_POST
def request_dismiss(request: HttpRequest, slug: str) -> HttpResponse:
    """Set a request aside for one of my companies, and say why."""
    found, company = _find(request, slug)
    try:
        dismissing.dismiss(found, company=company, reason=request.POST.get("reason", ""), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request, _("You are not shown this request again. What follows from the reason is being worked out.")
        )
    return go(request, "partners:match-list")


@login_required
@require_POST
def request_bring_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a request again that was set aside."""
    found, company = _find(request, slug)
    dismissing.bring_back(found, company=company, by=request.user)
    messages.success(request, _("The request is shown again if it suits your company."))
    return go(request, "partners:match-list")


def _find(request: HttpRequest, slug: str) -> tuple[PartnerRequest, Organization]:
    found = get_object_or_404(PartnerRequest.objects.visible_to(request.user), slug=slug)
    mine = Organization.objects.filter(pk__in=company_ids(request.user)).order_by("pk")
    require(mine.exists())
    # Who acts for one company need not name it.
    slug = request.POST.get("company", "")
    company = get_object_or_404(mine, slug=slug) if slug else mine.first()
    return found, company
