"""An organization's own pages: create, look, edit, verify."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts import facts, membership, permissions, verification
from portal.accounts.forms import FactsForm, OrganizationForm, ReasonForm, VerifyForm
from portal.accounts.models import Organization, User
from portal.activity.log import timeline
from portal.web import go, require, show


@login_required
def organization_list(request: HttpRequest) -> HttpResponse:
    """Her own; for administrators every one, with a search by name."""
    organizations = Organization.objects.visible_to(request.user).select_related("economy")
    if not request.user.is_staff:
        organizations = organizations.filter(pk__in=permissions.organization_ids(request.user))
    words = request.GET.get("q", "").replace("\0", " ").strip()
    if words:
        organizations = organizations.named(words)
    page = Paginator(organizations.order_by("-created_at", "-pk"), 50).get_page(request.GET.get("page"))
    return show(request, "accounts/organization_list.html", {"page": page, "words": words})


@login_required
def organization_awaiting(request: HttpRequest) -> HttpResponse:
    """Those that wait for verification, longest first, each with what speaks for it."""
    require(request.user.is_staff)
    organizations = Organization.objects.visible_to(request.user).awaiting_verification().with_evidence()
    page = Paginator(organizations, 25).get_page(request.GET.get("page"))
    rows = [(organization, verification.evidence(organization)) for organization in page]
    return show(request, "accounts/organization_awaiting.html", {"page": page, "rows": rows})


@login_required
def organization_create(request: HttpRequest) -> HttpResponse:
    """A new organization with its creator as manager; a namesake is offered for joining first."""
    form = OrganizationForm(request.POST or None, initial=_wished(request))
    namesakes = []
    if request.method == "POST" and form.is_valid():
        try:
            organization = membership.create_organization(**form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            namesakes = membership.namesakes(form.cleaned_data["name"], form.cleaned_data["economy"])
            form.add_error("name", refusal)
        else:
            messages.success(request, _("%(name)s is created. You are its manager.") % {"name": organization})
            return go(request, organization)
    return show(request, "accounts/organization_create.html", {"form": form, "namesakes": namesakes})


def organization_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Public facts and verification; for its people and administrators also its history."""
    organization = _find(request, slug)
    user = request.user
    sees_people = permissions.can_see_people(user, organization)
    context = {
        "organization": organization,
        "can_join": permissions.can_join(user, organization),
        "can_edit": permissions.can_edit(user, organization),
        "can_see_people": sees_people,
        "can_verify": permissions.can_verify(user, organization),
        "can_keep_webhooks": permissions.is_manager_of(user, organization),
        "can_ask_again": permissions.can_ask_again(user, organization)
        and organization.status == Organization.Status.REFUSED,
        "activities": timeline(organization)[:50] if sees_people else [],
        "evidence": _evidence(user, organization),
    }
    return show(request, "accounts/organization_detail.html", context)


@login_required
def organization_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The public facts; name and website only while nobody has vouched for them."""
    organization = _find(request, slug)
    require(permissions.can_edit(request.user, organization))
    can_rename = permissions.can_rename(request.user, organization)
    form = FactsForm(request.POST or None, initial=facts.facts_of(organization), can_rename=can_rename)
    if request.method == "POST" and form.is_valid():
        facts.update_organization(organization=organization, by=request.user, **form.cleaned_data)
        messages.success(request, _("The changes are saved."))
        return go(request, organization)
    context = {"form": form, "organization": organization, "can_rename": can_rename}
    return show(request, "accounts/organization_edit.html", context)


@login_required
def organization_verify(request: HttpRequest, slug: str) -> HttpResponse:
    """Vouch for it, saying how it was checked."""
    organization = _find(request, slug)
    require(permissions.can_verify(request.user, organization))
    form = VerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verification.verify(organization=organization, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("%(name)s is verified. Its members have been told.") % {"name": organization})
            return go(request, "organization-awaiting")
    return _decide(request, organization, form, "verify")


@login_required
def organization_refuse(request: HttpRequest, slug: str) -> HttpResponse:
    """Refuse to vouch for it, with the reason its members read."""
    return _say_no(request, slug, verification.refuse, "refuse", _("Refused. The members have been told why."))


@login_required
def organization_reopen(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a verification back until it is checked anew."""
    done = _("The verification is taken back. The members have been told why.")
    return _say_no(request, slug, verification.reopen, "reopen", done)


@login_required
@require_POST
def organization_ask_again(request: HttpRequest, slug: str) -> HttpResponse:
    """After a refusal, wait for verification once more."""
    organization = _find(request, slug)
    require(permissions.can_ask_again(request.user, organization))
    try:
        verification.ask_again(organization=organization, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("An administrator will look at it again."))
    return go(request, organization)


def _say_no(request: HttpRequest, slug: str, verb, name: str, done: str) -> HttpResponse:
    organization = _find(request, slug)
    require(permissions.can_verify(request.user, organization))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verb(organization=organization, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, done)
            return go(request, "organization-awaiting")
    return _decide(request, organization, form, name)


def _decide(request: HttpRequest, organization: Organization, form, decision: str) -> HttpResponse:
    context = {
        "organization": organization,
        "form": form,
        "decision": decision,
        "evidence": _evidence(request.user, organization),
    }
    return show(request, "accounts/organization_decide.html", context)


def _evidence(user: User, organization: Organization) -> list[verification.Evidence]:
    """Only for who decides: it speaks of people's mail domains."""
    if not permissions.can_verify(user, organization):
        return []
    return verification.evidence(Organization.objects.with_evidence().get(pk=organization.pk))


def _find(request: HttpRequest, slug: str) -> Organization:
    visible = Organization.objects.visible_to(request.user).select_related("economy", "verified_by")
    return get_object_or_404(visible, slug=slug)


def _wished(request: HttpRequest) -> dict[str, str]:
    """What the finder or the welcome step already knows."""
    return {"kind": request.user.purpose} | request.GET.dict()
