"""Links on the pages of those who keep resources."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.models import Organization
from portal.web import go, require, show
from resources import mending, permissions
from resources.models import Resource
from resources.views.reading import find

PER_PAGE = 50
LABELS = {
    "broken": pgettext_lazy("links", "Broken"),
    "moved": pgettext_lazy("links", "Moved"),
    "doubtful": gettext_lazy("Looks like an error page"),
    "refused": gettext_lazy("Open it yourself"),
    "failing": gettext_lazy("Failed lately"),
    "unchecked": gettext_lazy("Not checked yet"),
    "ok": pgettext_lazy("links", "Working"),
}


@login_required
@require_GET
def link_list(request: HttpRequest) -> HttpResponse:
    """The addresses of what she keeps by what the last looks found; the first list that has something comes first."""
    require(permissions.can_draft(request.user))
    every = mending.kept_links(request.user)
    publishers = Organization.objects.filter(pk__in=every.order_by().values("publisher")).order_by("name", "pk")
    publisher = next((body for body in publishers if body.slug == request.GET.get("publisher")), None)
    links = every.filter(publisher=publisher) if publisher else every
    counts = mending.count_by_state(links)
    state = request.GET.get("state")
    if state not in LABELS:
        state = next((name for name in LABELS if counts[name]), "broken")
    rows = links.filter(mending.STATES[state]).for_rows().select_related("link_check").by_title()
    context: dict[str, Any] = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "states": [(name, label, counts[name]) for name, label in LABELS.items()],
        "state": state,
        "publishers": publishers,
        "publisher": publisher,
    }
    return show(request, "resources/link_list.html", context)


@login_required
@require_POST
def link_accept(request: HttpRequest, slug: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.can_mend_link(request.user, resource))
    try:
        mending.accept_move(resource, to=request.POST.get("to", ""), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The new address is saved. We look at it soon."))
    return _back(request, resource)


@login_required
@require_POST
def link_look(request: HttpRequest, slug: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.can_mend_link(request.user, resource))
    try:
        mending.ask_again(resource, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("We look at it as soon as its site lets us, within minutes. Then reload the page."))
    return _back(request, resource)


def _back(request: HttpRequest, resource: Resource) -> HttpResponse:
    """To the list she came from, or to the resource."""
    state = request.POST.get("state", "")
    if state in LABELS:
        return go(request, f"{reverse('resources:link-list')}?state={state}")
    return go(request, resource)
