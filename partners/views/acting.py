"""For which of her chambers somebody acts. Who belongs to one acts for that; who belongs to several chooses."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, memberships
from portal.web import go

#: Under which name the session keeps the choice.
CHOSEN = "acting_for_chamber"


def chambers_of(request: HttpRequest) -> list[Organization]:
    """The verified chambers she acts for, the chosen one first. For everybody else there is no such page."""
    ids = chamber_ids(request.user)
    if not ids:
        raise Http404
    chosen = request.session.get(CHOSEN)
    mine = [m.organization for m in memberships(request.user) if m.organization_id in ids]
    return sorted(mine, key=lambda chamber: chamber.pk != chosen)


def acting_chamber(request: HttpRequest) -> Organization:
    """The chamber she acts for now: the chosen one while she belongs to it, else the first she joined."""
    return chambers_of(request)[0]


def acting(request: HttpRequest) -> dict[str, Any]:
    """What ``partners/acting_for.html`` shows."""
    chambers = chambers_of(request)
    return {"chamber": chambers[0], "chambers": chambers}


@login_required
@require_POST
def chamber_choose(request: HttpRequest) -> HttpResponse:
    """Act for another of my chambers from now on, and go back to where I was."""
    mine = {chamber.slug: chamber.pk for chamber in chambers_of(request)}
    if (slug := request.POST.get("chamber")) in mine:
        request.session[CHOSEN] = mine[slug]
    else:
        messages.error(request, _("Choose one of your chambers."))
    back = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return go(request, back if is_here and back.startswith("/") else "partners:chamber-desk")
