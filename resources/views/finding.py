from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.languages import current
from portal.memberpages import kept
from portal.web import show
from resources import asking, collecting, finding, permissions, suggesting, wording
from resources.facets import LABELS
from resources.filters import ORDERS


@require_GET
@kept(collecting.shown_on_pages)
def resource_list(request: HttpRequest) -> HttpResponse:
    """Everything published, narrowed by the filters in the address."""
    found = finding.find(request.GET, user=request.user, language=current())
    page = found.page(request.GET.get("page"))
    context = {
        "found": found,
        "page": page,
        "sentence": found.sentence,
        "chips": wording.chips(found.chosen, {"words": _("Words"), **LABELS}, request.GET),
        "orders": ORDERS,
        "correction_address": found.asked.address(words=found.correction),
        "focal_points": () if page.object_list else asking.focal_points(found.asked.chosen),
        "can_draft": permissions.can_draft(request.user),
        "is_fragment": request.htmx.target == "results",
    }
    return show(request, "resources/resource_list.html", context, fragments=["results"])


@require_GET
@kept(collecting.shown_on_pages)
def resource_suggest(request: HttpRequest) -> HttpResponse:
    """The list under a search field while somebody types; without JavaScript nobody asks for it."""
    found = suggesting.suggest(request.GET.get("words", ""), user=request.user, language=current())
    return render(request, "resources/suggestions.html", {"suggestions": found})
