from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from partners import directory, finding, permissions
from partners.filters import OrganizationFilter
from partners.forms import ProfileForm
from partners.models import ChamberMember, CompanyProfile, PartnerRequest
from partners.views.lists import shown
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, memberships
from portal.languages import current
from portal.pagecache import kept_for_visitors
from portal.web import go, require, show

PER_PAGE = 20


@require_safe
@kept_for_visitors
def company_list(request: HttpRequest) -> HttpResponse:
    """The firms that chose to be found, narrowed by the filters in the address."""
    found = finding.companies(request.GET, language=current())
    own = company_ids(request.user)
    mine = [m.organization for m in memberships(request.user) if m.organization_id in own]
    context = {**shown(request, found), "mine": mine}
    return show(request, "partners/company_list.html", context, fragments=["results"])


@require_GET
def organization_list(request: HttpRequest) -> HttpResponse:
    """The verified chambers and agencies, by economy."""
    public = Organization.objects.visible_to(request.user).verified().exclude(kind=Organization.Kind.SME)
    rows = public.select_related("economy").order_by("economy__order", "economy", "kind", "slug")
    found = OrganizationFilter(request.GET, queryset=rows)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page}
    return show(request, "partners/organization_list.html", context, fragments=["results"])


@require_GET
def company_detail(request: HttpRequest, slug: str) -> HttpResponse:
    profiles = CompanyProfile.objects.visible_to(request.user).for_rows()
    profile = get_object_or_404(profiles, organization__slug=slug)
    user = request.user
    named = PartnerRequest.objects.visible_to(user).open().filter(company=profile.organization_id, shows_company=True)
    members = ChamberMember.objects.visible_to(user).filter(company=profile.organization_id)
    mine = chamber_ids(user)
    member = members.filter(chamber__in=mine, status__in=["asked", "active"]).first() if mine else None
    context = {
        "profile": profile,
        "company": profile.organization,
        "requests": named.for_rows(),
        "is_mine": permissions.can_edit_profile(user, profile.organization),
        "member": member,
        "may_ask": bool(mine) and member is None and profile.organization_id not in company_ids(user),
    }
    return show(request, "partners/company_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def profile_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Write my company's profile, and decide which chambers may speak for it."""
    companies = Organization.objects.visible_to(request.user).filter(kind=Organization.Kind.SME)
    company = get_object_or_404(companies, slug=slug)
    require(permissions.can_edit_profile(request.user, company))
    profile = CompanyProfile.objects.filter(organization=company).first()
    form = ProfileForm(request.POST or None, instance=profile, company=company)
    if form.is_valid():
        try:
            saved = directory.save_profile(company, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The profile is kept. What suits your company has been looked up anew."))
            return go(request, saved)
    chambers = ChamberMember.objects.visible_to(request.user).filter(company=company, status__in=["asked", "active"])
    members = [
        (
            member,
            permissions.can_answer_membership(request.user, member),
            permissions.can_end_membership(request.user, member),
        )
        for member in chambers.select_related("chamber", "company").order_by("pk")
    ]
    context = {"form": form, "company": company, "profile": profile, "members": members}
    return show(request, "partners/profile_edit.html", context)
