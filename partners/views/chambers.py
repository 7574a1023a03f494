from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import directory, permissions
from partners.forms import FirmForm
from partners.models import ChamberMember, CompanyProfile, PartnerRequest
from partners.views.acting import acting, acting_chamber, chambers_of
from portal.accounts.permissions import chamber_ids
from portal.web import go, require, show

PER_PAGE = 20


@login_required
@require_GET
def chamber_desk(request: HttpRequest) -> HttpResponse:
    """What waits for review, oldest first, and everything my chambers have posted or reviewed."""
    chambers = chambers_of(request)
    ours = PartnerRequest.objects.visible_to(request.user).filter(chamber__in=chambers).for_rows()
    reviews = ours.filter(status=PartnerRequest.Status.SUBMITTED).order_by("submitted_at", "pk")
    others = ours.exclude(status=PartnerRequest.Status.SUBMITTED).order_by("-changed_at", "-pk")
    page = Paginator(others, PER_PAGE).get_page(request.GET.get("page"))
    context = {"chambers": chambers, "reviews": list(reviews[:50]), "page": page}
    return show(request, "partners/chamber_desk.html", context)


@login_required
@require_GET
def member_list(request: HttpRequest) -> HttpResponse:
    """The firms my chambers may post for, or have asked."""
    chambers = chambers_of(request)
    members = (
        ChamberMember.objects.visible_to(request.user)
        .filter(chamber__in=chambers, status__in=[ChamberMember.Status.ASKED, ChamberMember.Status.ACTIVE])
        .select_related("chamber", "company__economy")
        .order_by("status", "-asked_at", "-pk")
    )
    page = Paginator(members, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/member_list.html", {"chambers": chambers, "page": page})


@login_required
@require_http_methods(["GET", "POST"])
def firm_register(request: HttpRequest) -> HttpResponse:
    """Enter a member firm that has nobody on the portal; the chamber vouches for it."""
    chamber = acting_chamber(request)
    require(permissions.can_register_firm(request.user, chamber))
    form = FirmForm(request.POST or None)
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "confirms"}
        try:
            member = directory.register_firm(chamber, by=request.user, **given)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("%(company)s is entered. You can now write a request for it.") % {"company": member.company}
            )
            return go(request, "partners:member-list")
    return show(request, "partners/firm_register.html", {"form": form, **acting(request)})


@login_required
@require_POST
def membership_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a firm to let my chamber post requests for it."""
    profiles = CompanyProfile.objects.visible_to(request.user).select_related("organization")
    profile = get_object_or_404(profiles, organization__slug=slug)
    chamber = acting_chamber(request)
    try:
        directory.ask_to_join(chamber, company=profile.organization, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The company is asked. Its manager decides."))
    return go(request, profile)


@login_required
@require_POST
def membership_agree(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find(request, pk)
    require(permissions.can_answer_membership(request.user, member))
    return _do(request, member, directory.agree, _("The chamber may now write requests for your company."))


@login_required
@require_POST
def membership_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find(request, pk)
    require(permissions.can_answer_membership(request.user, member))
    return _do(request, member, directory.refuse, _("The chamber will not write for your company."))


@login_required
@require_POST
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find(request, pk)
    require(permissions.can_end_membership(request.user, member))
    return _do(request, member, directory.end, _("The chamber no longer writes for the company."))


def _find(request: HttpRequest, pk: int) -> ChamberMember:
    members = ChamberMember.objects.visible_to(request.user).select_related("chamber", "company")
    return get_object_or_404(members, pk=pk)


def _do(request: HttpRequest, member: ChamberMember, verb: Callable[..., ChamberMember], done: str) -> HttpResponse:
    try:
        verb(member, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    if member.chamber_id in chamber_ids(request.user):
        return go(request, "partners:member-list")
    return go(request, "partners:profile-edit", member.company.slug)
