"""Requests that chambers hand to chambers abroad."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import permissions, referring
from partners.chamber_forms import ReferForm, ReferralAnswerForm
from partners.models import PartnerRequest, Referral
from partners.views.acting import acting
from portal.web import go, require, show

PER_PAGE = 20


@login_required
@require_GET
def referral_list(request: HttpRequest) -> HttpResponse:
    """What my chamber received, what waits for its answer first; or what it sent."""
    context = acting(request)
    side = "sent" if request.GET.get("side") == "sent" else "received"
    way = {"from_chamber": context["chamber"]} if side == "sent" else {"to_chamber": context["chamber"]}
    rows = Referral.objects.visible_to(request.user).filter(**way).for_rows().order_by("-sent_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/referral_list.html", {"page": page, "side": side, **context})


@login_required
@require_http_methods(["GET", "POST"])
def request_refer(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a chamber abroad for one of my chamber's open requests."""
    rows = PartnerRequest.objects.visible_to(request.user).select_related("chamber", "company__economy")
    found = get_object_or_404(rows.prefetch_related("target_economies"), slug=slug)
    require(permissions.can_refer(request.user, found))
    form = ReferForm(request.POST or None, chambers=referring.chambers_abroad(found, found.chamber))
    if form.is_valid():
        to, note = form.cleaned_data["chamber"], form.cleaned_data["note"]
        try:
            referral = referring.refer(found, from_chamber=found.chamber, to_chamber=to, note=note, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The chamber has the request. You hear when it answers."))
            return go(request, referral)
    given = Referral.objects.visible_to(request.user).filter(request=found).for_rows()
    return show(request, "partners/request_refer.html", {"form": form, "found": found, "given": given})


@login_required
@require_GET
def referral_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page_of(request, find(request, pk))


@login_required
@require_POST
def referral_accept(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("Taken up. Look for candidates among your members.")
    return _answer(request, find(request, pk), referring.accept, done)


@login_required
@require_POST
def referral_decline(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, find(request, pk), referring.decline, _("Declined. The other chamber is told."))


@login_required
@require_POST
def referral_close(request: HttpRequest, pk: int) -> HttpResponse:
    referral = find(request, pk)
    require(permissions.can_close_referral(request.user, referral))
    return _do(request, referral, referring.close, _("The referral is closed. The other side is told."))


def find(request: HttpRequest, pk: int) -> Referral:
    return get_object_or_404(Referral.objects.visible_to(request.user).for_rows(), pk=pk)


def page_of(request: HttpRequest, referral: Referral, form: forms.Form | None = None) -> HttpResponse:
    user = request.user
    may_answer = permissions.can_answer_referral(user, referral)
    context = {
        "referral": referral,
        "found": referral.request,
        "may_answer": may_answer,
        "may_close": permissions.can_close_referral(user, referral),
        "may_look": permissions.can_see_candidates(user, referral.request, referral),
        "is_readable": PartnerRequest.objects.visible_to(user).filter(pk=referral.request_id).exists(),
        "form": (form or ReferralAnswerForm()) if may_answer else None,
    }
    return show(request, "partners/referral_detail.html", context, status=422 if form else 200)


def _answer(request: HttpRequest, referral: Referral, verb: Callable[..., Referral], done: str) -> HttpResponse:
    require(permissions.can_answer_referral(request.user, referral))
    form = ReferralAnswerForm(request.POST)
    if not form.is_valid():
        return page_of(request, referral, form)
    return _do(request, referral, verb, done, answer=form.cleaned_data["answer"])


def _do(
    request: HttpRequest, referral: Referral, verb: Callable[..., Referral], done: str, **details: object
) -> HttpResponse:
    try:
        verb(referral, by=request.user, **details)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, referral)
