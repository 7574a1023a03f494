from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners import permissions, reaffirming, self_describing
from partners.capacity_forms import ReadingForm
from partners.models import CompanyProfile
from portal.web import go, require, show


@login_required
@require_POST
def profile_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """My company's profile still holds."""
    profile = _find(request, slug)
    reaffirming.reaffirm(profile, by=request.user)
    messages.success(request, _("Confirmed. Thank you: partners see that the profile is up to date."))
    return go(request, profile)


@login_required
@require_http_methods(["GET", "POST"])
def profile_reading(request: HttpRequest, slug: str) -> HttpResponse:
    """What partners are compared with: capacities, and what else my company's text says."""
    profile = _find(request, slug)
    form = ReadingForm(request.POST if request.method == "POST" else None, profile=profile)
    problem = ""
    if form.is_valid():
        try:
            self_describing.take_over(profile, capacities=form.capacities(), by=request.user, **form.lists())
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            messages.success(request, _("The profile is kept. What suits your company has been looked up anew."))
            return go(request, profile)
    context = {"profile": profile, "company": profile.organization, "form": form, "problem": problem}
    return show(request, "partners/profile_reading.html", context, status=422 if request.method == "POST" else 200)


def _find(request: HttpRequest, slug: str) -> CompanyProfile:
    profiles = CompanyProfile.objects.visible_to(request.user).select_related("organization")
    profile = get_object_or_404(profiles, organization__slug=slug)
    require(permissions.can_edit_profile(request.user, profile.organization))
    return profile
