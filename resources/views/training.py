"""The dates of trainings: kept, listed and followed in calendars."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from portal.pagecache import kept_for_visitors
from portal.web import go, require, show
from resources import permissions, training
from resources.date_forms import DateForm, DatesForm
from resources.models import TrainingDate
from resources.views.reading import find

PER_PAGE = 20


@require_GET
@kept_for_visitors
def date_list(request: HttpRequest) -> HttpResponse:
    """The trainings to come, soonest first, of one economy or in one language."""
    form = DatesForm(request.GET)
    dates = form.narrow(TrainingDate.objects.public().coming())
    page = Paginator(dates.for_rows(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "query": _chosen(form)}
    return show(request, "resources/date_list.html", context)


@require_safe
def date_feed(request: HttpRequest) -> HttpResponse:
    """The same list as a calendar to subscribe to; unknown filter values are left out."""
    dates = DatesForm(request.GET).narrow(TrainingDate.objects.all())
    text = training.feed(dates, name=_("Trainings for small firms"))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="trainings.ics"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def resource_dates(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates of one training with a form for the next."""
    resource = find(request, slug)
    require(permissions.can_keep_dates(request.user, resource))
    form = DateForm(request.POST if request.method == "POST" else None, resource=resource)
    if form.is_valid():
        try:
            training.announce(resource, by=request.user, **form.values())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The date is announced. It stands on the page and in the calendar feed."))
            return go(request, "resources:resource-dates", slug)
    dates = TrainingDate.objects.visible_to(request.user).filter(resource=resource)
    context = {
        "resource": resource,
        "form": form,
        "coming": list(dates.coming()),
        "past": Paginator(dates.over(), PER_PAGE).get_page(request.GET.get("page")),
    }
    return show(request, "resources/resource_dates.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def date_revise(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    resource, date = _find(request, slug, pk)
    form = DateForm(request.POST if request.method == "POST" else None, resource=resource, date=date)
    if form.is_valid():
        seen = form.cleaned_data["seen_sequence"]
        try:
            training.revise(date, seen_sequence=-1 if seen is None else seen, by=request.user, **form.values())
        except ValidationError as refusal:
            if getattr(refusal, "code", None) == "changed_meanwhile":
                form = _opened_again(request, resource, date)
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved. Calendars that follow it take the change over."))
            return go(request, "resources:resource-dates", slug)
    return show(request, "resources/date_revise.html", {"resource": resource, "date": date, "form": form})


@login_required
@require_POST
def date_cancel(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    _resource, date = _find(request, slug, pk)
    try:
        training.cancel(date, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Cancelled. It stays on the page, marked so, until it would be over."))
    return go(request, "resources:resource-dates", slug)


def _find(request, slug, pk):
    resource = find(request, slug)
    require(permissions.can_keep_dates(request.user, resource))
    dates = TrainingDate.objects.visible_to(request.user).select_related("resource")
    return resource, get_object_or_404(dates, resource=resource, pk=pk)


def _opened_again(request, resource, date):
    """What she typed, on the date as it is now: saving again is then a decision, not an accident."""
    typed = request.POST.copy()
    typed["seen_sequence"] = str(TrainingDate.objects.get(pk=date.pk).sequence)
    form = DateForm(typed, resource=resource, date=date)
    form.full_clean()
    return form


def _chosen(form):
    """The valid filters as they stand in an address."""
    chosen = QueryDict(mutable=True)
    for name, value in form.cleaned_data.items():
        if value:
            chosen[name] = value
    return chosen.urlencode()
