"""Finding the organization one belongs to: asked here before one is created."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from portal.accounts.finding import find
from portal.accounts.forms import FindForm
from portal.accounts.models import Membership, User
from portal.web import show


@login_required
def organization_find(request: HttpRequest) -> HttpResponse:
    """Find by name within an economy; ask to join a match, or create what is not there."""
    form = FindForm(request.GET if "name" in request.GET else None, initial=request.GET)
    return show(request, "accounts/organization_find.html", {"form": form, **findings(form, request.user)})


def findings(form: FindForm, user: User) -> dict[str, Any]:
    """The matches of a filled-in form, those already asked, and the address to create instead."""
    if not form.is_bound or not form.is_valid():
        return {"is_searched": False}
    name, economy = form.cleaned_data["name"], form.cleaned_data["economy"]
    asked = Membership.objects.visible_to(user).filter(user=user, status=Membership.Status.REQUESTED)
    query = urlencode({"name": name, "economy": economy.pk, "kind": user.purpose})
    return {
        "is_searched": True,
        "searched_name": name,
        "matches": list(find(words=name, economy=economy, by=user)),
        "asked_ids": set(asked.values_list("organization_id", flat=True)),
        "create_url": f"{reverse('organization-create')}?{query}",
    }
