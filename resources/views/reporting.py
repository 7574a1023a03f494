"""Readers say whether a resource was useful; its keepers read it and deal with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from redis.exceptions import RedisError

from portal import limits
from portal.web import Unavailable, go, require, show
from resources import permissions, reporting
from resources.models import Report, Resource
from resources.report_forms import ReportForm
from resources.views.reading import find

PER_PAGE = 30
#: Of one visitor's address or one account; enough for an office that reads, too few for a machine.
AN_HOUR = 20
HOUR = 3600  # seconds


@never_cache
@require_http_methods(["GET", "POST"])
def resource_report(request: HttpRequest, slug: str) -> HttpResponse:
    """The form is fetched when it is wanted, so that the page of the resource itself is the same for every visitor."""
    resource = find(request, slug)
    if resource.status != Resource.Status.PUBLISHED:
        raise Http404
    chosen = request.GET.get("verdict")
    initial = {"verdict": chosen if chosen in Report.Verdict.values else None}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {"resource": resource, "reading": resource.reading(), "form": form, "thanks": ""}
    status = 200
    if form.is_valid():
        status, thanks = _say(request, resource, form)
        if thanks:
            return _thank(request, context, thanks)
    # htmx shows no answer that is an error: its fragment says the same in words.
    shown = 200 if request.htmx else status
    return show(request, "resources/resource_report.html", context, fragments=["reader-report"], status=shown)


def _say(request: HttpRequest, resource: Resource, form: ReportForm) -> tuple[int, str]:
    """Keep it, or tell the form why not: the status to answer with, and the thanks when there is nothing to mend."""
    user = request.user if request.user.is_authenticated else None
    address = limits.visitor(request)
    try:
        allowed = limits.take("report", str(user.pk) if user else address, at_most=AN_HOUR, seconds=HOUR)
    except RedisError as error:
        if not request.htmx:
            raise Unavailable from error
        form.add_error(None, _("This cannot be taken at the moment. Wait a minute, then try again."))
        return 503, ""
    if not allowed:
        form.add_error(None, _("That is more than we can take in one hour. Come back later."))
        return 429, ""
    who: dict[str, Any] = {"by": user}
    if user is None:
        who = {"visitor": reporting.visitor_digest(address, timezone.now().date())}
    try:
        reporting.report(resource, **form.cleaned_data, **who)
    except ValidationError as refusal:
        if refusal.code == "said_already":
            return 200, " ".join(refusal.messages)
        form.add_error(None, refusal)
        return 200, ""
    return 200, _("Thank you. Those who keep this page read what you said.")


def _thank(request: HttpRequest, context: dict[str, Any], thanks: str) -> HttpResponse:
    if request.htmx:
        said = context | {"thanks": thanks}
        return show(request, "resources/resource_report.html", said, fragments=["reader-report"])
    messages.success(request, thanks)
    return go(request, context["resource"])


@login_required
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """What readers said of what she keeps: what is to be dealt with, oldest first, or everything, newest first."""
    require(permissions.can_draft(request.user))
    said = Report.objects.visible_to(request.user).select_related("resource")
    shows_all = request.GET.get("show") == "all"
    rows = said.order_by("-created_at", "-pk") if shows_all else said.open().order_by("created_at", "pk")
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "shows_all": shows_all,
        "open_count": said.open().count(),
    }
    return show(request, "resources/report_list.html", context)


@login_required
@require_POST
def report_handle(request: HttpRequest, pk: int) -> HttpResponse:
    said = get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
    reporting.handle(said, by=request.user)
    messages.success(request, _("Dealt with."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return go(request, back)
    return go(request, "resources:report-list")
