"""Which companies suit a request, as its chamber sees them; whom it invites; and what the invited company does."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners import inviting, permissions, ranking, reasons
from partners.chamber_forms import InvitedNoForm, InviteForm
from partners.models import CandidateInvitation, ChamberMember, CompanyProfile, PartnerRequest, Referral
from partners.views.acting import chambers_of
from portal.accounts.models import Organization
from portal.accounts.permissions import company_ids
from portal.search.text import COLUMNS
from portal.web import go, require, show

PER_PAGE = 20


@login_required
@require_GET
def candidate_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Ranked candidates with their reasons; for a chamber that was handed the request, among its own members."""
    found = _find(request, slug)
    chamber, is_own = _looking_chamber(request, found)
    ranked = ranking.ranked(found, chamber)
    _write_out([*ranked.everywhere, *ranked.members])
    context = {
        "found": found,
        "chamber": chamber,
        "is_own": is_own,
        "ranked": ranked,
        "standing": ranking.standing(found) if is_own else None,
    }
    return show(request, "partners/candidate_list.html", context)


@login_required
@require_POST
def candidate_invite(request: HttpRequest, slug: str, company: str) -> HttpResponse:
    """Tell a candidate of the request."""
    found = _find(request, slug)
    chamber, _is_own = _looking_chamber(request, found)
    ids = CompanyProfile.objects.visible_to(request.user).values("organization")
    candidate = get_object_or_404(Organization.objects.filter(pk__in=ids), slug=company)
    form = InviteForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return go(request, "partners:candidate-list", found.slug)
    why = ranking.reasons_of(found, candidate)
    note = form.cleaned_data["note"]
    try:
        inviting.invite(found, company=candidate, chamber=chamber, note=note, reasons=why, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("%(company)s is told of the request, with the reasons.") % {"company": candidate})
    return go(request, "partners:candidate-list", found.slug)


@login_required
@require_GET
def member_matches(request: HttpRequest, pk: int) -> HttpResponse:
    """What suits one of my chamber's member firms, without what its own unnamed requests would tell."""
    chambers = [chamber.pk for chamber in chambers_of(request)]
    members = ChamberMember.objects.visible_to(request.user).active().filter(chamber__in=chambers)
    member = get_object_or_404(members.select_related("chamber", "company__economy"), pk=pk)
    rows = ranking.opportunities(member.company)
    _write_out(rows)
    return show(request, "partners/member_matches.html", {"member": member, "rows": rows})


@login_required
@require_GET
def invitation_list(request: HttpRequest) -> HttpResponse:
    """The requests that chambers recommend to my companies, newest first."""
    found = _invited(request).order_by("-at", "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/invitation_list.html", {"page": page})


@login_required
@require_GET
def invitation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page_of(request, get_object_or_404(_invited(request), pk=pk))


@login_required
@require_POST
def invitation_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say politely that it does not suit my company."""
    invitation = get_object_or_404(_invited(request), pk=pk)
    require(permissions.can_answer_invitation(request.user, invitation))
    form = InvitedNoForm(request.POST)
    if not form.is_valid():
        return page_of(request, invitation, form)
    inviting.decline(invitation, reason=form.cleaned_data["reason"], by=request.user)
    messages.success(request, _("Thank you. The chamber is told, and we show you less of this kind."))
    return go(request, "partners:invitation-list")


def page_of(request: HttpRequest, invitation: CandidateInvitation, form: InvitedNoForm | None = None) -> HttpResponse:
    found = invitation.request
    is_readable = PartnerRequest.objects.visible_to(request.user).filter(pk=found.pk).exists()
    no = inviting.said_no(invitation)
    context = {
        "invitation": invitation,
        "found": found,
        "is_readable": is_readable,
        "no": no,
        "lines": reasons.lines(ranking.reasons_of(found, invitation.company)) if found.is_open else [],
        "form": (form or InvitedNoForm()) if found.is_open and not no else None,
    }
    return show(request, "partners/invitation_detail.html", context, status=422 if form else 200)


def _invited(request: HttpRequest):
    """The invitations of my companies; a chamber sees its own with the candidates."""
    mine = CandidateInvitation.objects.visible_to(request.user)
    invited = mine.filter(company__in=company_ids(request.user))
    return invited.select_related("request__company__economy", "company", "chamber")


def _write_out(rows: list[Any]) -> None:
    """Give each row its reasons as lines to read, with two queries for all of them."""
    for row, lines in zip(rows, reasons.lines_for([row.reasons for row in rows]), strict=True):
        row.lines = lines


def _find(request: HttpRequest, slug: str) -> PartnerRequest:
    rows = PartnerRequest.objects.visible_to(request.user).defer(*COLUMNS.values())
    return get_object_or_404(rows, slug=slug)


def _looking_chamber(request: HttpRequest, found: PartnerRequest) -> tuple[Organization, bool]:
    """For which of my chambers I look, and whether the request is its own; otherwise it was handed to it, or 404."""
    chambers = {chamber.pk: chamber for chamber in chambers_of(request)}
    if found.chamber_id in chambers:
        require(permissions.can_see_candidates(request.user, found))
        return chambers[found.chamber_id], True
    handed = Referral.objects.visible_to(request.user).open().filter(request=found, to_chamber__in=chambers)
    for referral in sorted(handed, key=lambda referral: list(chambers).index(referral.to_chamber_id)):
        require(permissions.can_see_candidates(request.user, found, referral))
        return chambers[referral.to_chamber_id], False
    raise Http404
