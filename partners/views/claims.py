"""People who ask to join a firm that my chamber entered."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners import claiming
from partners.views.acting import acting
from portal.accounts.models import Membership
from portal.web import go, show

MOST = 50


@login_required
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """Who says that she works for one of these firms, the longest waiting first."""
    claims = list(claiming.claims_for(request.user)[:MOST])
    return show(request, "partners/claim_list.html", {"claims": claims, **acting(request)})


@login_required
@require_POST
def claim_agree(request: HttpRequest, pk: int) -> HttpResponse:
    claim = get_object_or_404(claiming.claims_for(request.user), pk=pk)
    done = _("%(person)s now manages the company's place here. She is told.") % {"person": claim.user.full_name}
    return _do(request, claiming.agree, claim, done)


@login_required
@require_POST
def claim_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    claim = get_object_or_404(claiming.claims_for(request.user), pk=pk)
    reason = request.POST.get("reason", "")[:300]
    return _do(request, claiming.refuse, claim, _("The person is told, with your reason."), reason=reason)


def _do(
    request: HttpRequest, verb: Callable[..., Membership], claim: Membership, done: str, **details: str
) -> HttpResponse:
    try:
        verb(claim, by=request.user, **details)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, "partners:claim-list")
