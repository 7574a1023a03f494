from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.models import Organization
from portal.activity.log import timeline
from portal.focal import directory, keeping, links, permissions
from portal.focal.filters import FocalPointFilter
from portal.focal.forms import FocalPointForm
from portal.focal.models import FocalPoint
from portal.pagecache import kept_for_visitors
from portal.web import go, require, show

PER_PAGE = 20


@require_GET
@kept_for_visitors
def point_list(request: HttpRequest) -> HttpResponse:
    """Who answers for which topic in which economy: a table, and the list with ways to reach each office."""
    found = FocalPointFilter(request.GET, queryset=FocalPoint.objects.current().for_rows())
    points = list(found.qs.order_by("economy__order", "economy", "pk"))
    chosen = found.form.cleaned_data if found.form.is_valid() else {}
    context = {
        "filter": found,
        "table": directory.table(points, only=chosen.get("topic") or ""),
        "page": Paginator(points, PER_PAGE).get_page(request.GET.get("page")),
        "keeps": permissions.keeps_any(request.user),
    }
    return show(request, "focal/point_list.html", context, fragments=["results"])


@require_GET
def point_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One office; for its people also its history and the steps to keep it current."""
    point = _find(request, pk)
    can_edit = permissions.can_edit(request.user, point)
    activities = timeline(point)[:50] if can_edit else ()
    return show(request, "focal/point_detail.html", {"point": point, "can_edit": can_edit, "activities": activities})


@login_required
@require_GET
def point_mine(request: HttpRequest) -> HttpResponse:
    """The offices she speaks for, those that drop out first on top; an administrator sees all."""
    require(permissions.keeps_any(request.user))
    organizations = Organization.objects.filter(pk__in=permissions.own_ids(request.user)).order_by("pk")
    points = FocalPoint.objects.visible_to(request.user).for_rows()
    if not request.user.is_staff:
        points = points.filter(organization__in=organizations)
    page = Paginator(points.order_by("confirmed_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "focal/point_mine.html", {"page": page, "organizations": organizations})


@login_required
@require_POST
def point_confirm_several(request: HttpRequest) -> HttpResponse:
    """Confirm those she ticked and may confirm."""
    require(permissions.keeps_any(request.user))
    ticked = [int(pk) for pk in request.POST.getlist("point") if pk.isdecimal() and len(pk) < len(str(2**63))]
    points = FocalPoint.objects.visible_to(request.user).filter(pk__in=ticked).select_related("organization")
    confirmed = [
        keeping.confirm(point, by=request.user) for point in points if permissions.can_edit(request.user, point)
    ]
    count = len(confirmed)
    done = ngettext("%(count)d office is confirmed.", "%(count)d offices are confirmed.", count) % {"count": count}
    messages.success(request, done)
    return go(request, "focal:point-mine")


@login_required
@require_http_methods(["GET", "POST"])
def point_add(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter an office of one's organization."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    require(permissions.can_add(request.user, organization))
    form = FocalPointForm(request.POST or None, organization=organization)
    if form.is_valid():
        facts = {"economy": organization.economy, **form.cleaned_data}
        try:
            point = keeping.add(organization, by=request.user, **facts)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The office is in the directory. We ask you in a year whether it is still so."))
            return go(request, point)
    return show(request, "focal/point_form.html", {"form": form, "organization": organization, "point": None})


@login_required
@require_http_methods(["GET", "POST"])
def point_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is said of an office; saving confirms it."""
    point = _find(request, pk)
    require(permissions.can_edit(request.user, point))
    form = FocalPointForm(request.POST or None, organization=point.organization, point=point)
    if form.is_valid():
        try:
            keeping.revise(point, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The changes are saved, and the office is confirmed for a year."))
            return go(request, point)
    context = {"form": form, "organization": point.organization, "point": point}
    return show(request, "focal/point_form.html", context)


@login_required
@require_POST
def point_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """In one click: all of it is still right."""
    point = _find(request, pk)
    require(permissions.can_edit(request.user, point))
    keeping.confirm(point, by=request.user)
    messages.success(request, _("Confirmed. The office stays in the directory for a year."))
    return go(request, point)


@login_required
@require_POST
def point_take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody finds it any more; its people still see it and can put it back."""
    point = _find(request, pk)
    require(permissions.can_edit(request.user, point))
    keeping.take_out(point, by=request.user)
    messages.success(request, _("The office is out of the directory. Confirm it to put it back."))
    return go(request, point)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def point_confirm_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a reminder: shows the entry; only the button confirms it, in the name of who got the mail."""
    held = links.read(token)
    if held is None:
        return show(request, "focal/link_unknown.html", {}, status=404)
    is_done = held.is_used
    if request.method == "POST" and not is_done:
        keeping.confirm(held.point, by=held.person)
        is_done = True
    return show(request, "focal/point_confirm.html", {"point": held.point, "is_done": is_done, "person": held.person})


def _find(request: HttpRequest, pk: int) -> FocalPoint:
    return get_object_or_404(FocalPoint.objects.visible_to(request.user).for_rows(), pk=pk)
