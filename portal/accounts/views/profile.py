"""A person's own pages: profile and the first steps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts import facts, welcome
from portal.accounts.forms import FindForm, ProfileForm, PurposeForm
from portal.accounts.models import Invitation, Membership
from portal.accounts.reading import address_in, remember_language
from portal.accounts.views.finding import findings
from portal.web import go, show


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone; her organizations; the ways to password, addresses and two-factor."""
    form = ProfileForm(request.POST or None, initial=_profile_of(request.user))
    if request.method == "POST" and form.is_valid():
        user = facts.update_profile(by=request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return remember_language(go(request, address_in(user.language, "profile")), user.language)
    memberships = (
        Membership.objects.visible_to(request.user)
        .filter(user=request.user)
        .exclude(status=Membership.Status.ENDED)
        .select_related("organization", "organization__economy")
        .order_by("pk")
    )
    return show(request, "accounts/profile.html", {"form": form, "memberships": memberships})


@login_required
def welcome_step(request: HttpRequest) -> HttpResponse:
    """After sign-up: accept an invitation, find the organization, create it, or go on without."""
    user = request.user
    form = FindForm(request.GET if "name" in request.GET else None, initial=request.GET)
    context = {
        "form": form,
        "purpose_form": PurposeForm(initial={"purpose": user.purpose}),
        "invitations": Invitation.objects.addressed_to(user).select_related("organization", "invited_by"),
        "is_due": welcome.is_due(user),
        **findings(form, user),
    }
    return show(request, "accounts/welcome.html", context)


@login_required
@require_POST
def welcome_choose(request: HttpRequest) -> HttpResponse:
    """Say or correct what brings her here."""
    form = PurposeForm(request.POST)
    if form.is_valid():
        welcome.choose(purpose=form.cleaned_data["purpose"], by=request.user)
    return go(request, "welcome")


@login_required
@require_POST
def welcome_skip(request: HttpRequest) -> HttpResponse:
    """Go on without an organization."""
    welcome.skip(by=request.user)
    messages.info(request, _("You can create or join an organization at any time, from your profile."))
    return go(request, "desk")


def _profile_of(user) -> dict[str, str]:
    return {"full_name": user.full_name, "language": user.language, "time_zone": user.time_zone}
