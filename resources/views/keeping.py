from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.templatetags.ui import with_zone
from portal.web import go, require, show
from resources import permissions, publishing, scheduling
from resources.forms import ReasonForm, ResourceForm, ScheduleForm
from resources.models import Resource
from resources.views.reading import find

PER_PAGE = 20
_DIGITS = 10  # of a version; more are no version of ours


@login_required
@require_GET
def resource_manage(request: HttpRequest) -> HttpResponse:
    """What an official keeps, one state at a time; the first state that has something waiting is shown first."""
    require(permissions.can_draft(request.user))
    kept = Resource.objects.kept_by(request.user)
    counts = dict(kept.values_list("status").annotate(Count("pk")).order_by())
    order = [Resource.Status.IN_REVIEW, Resource.Status.DRAFT, Resource.Status.PUBLISHED, Resource.Status.ARCHIVED]
    status = request.GET.get("status")
    if status not in Resource.Status.values:
        status = next((state for state in order if counts.get(state)), Resource.Status.DRAFT)
    rows = kept.filter(status=status).for_rows().by_title()
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "states": [(state, state.label, counts.get(state, 0)) for state in order],
        "status": status,
        "today": timezone.now().date(),
    }
    return show(request, "resources/resource_manage.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def resource_draft(request: HttpRequest) -> HttpResponse:
    require(permissions.can_draft(request.user))
    form = ResourceForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            resource = publishing.draft(by=request.user, **form.values())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Draft saved. Next: submit it, and an official of your economy publishes it."))
            return go(request, resource)
    return show(request, "resources/resource_draft.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def resource_revise(request: HttpRequest, slug: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.can_revise(request.user, resource))
    form = ResourceForm(request.POST or None, user=request.user, resource=resource)
    overtaken = False
    if form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            seen = form.cleaned_data["seen"] or None
            resource = publishing.revise(resource, version=version, seen=seen, by=request.user, **form.values())
        except ValidationError as refusal:
            overtaken = getattr(refusal, "code", None) == "changed_meanwhile"
            if overtaken:
                form = _opened_again(request, resource)
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, resource)
    context = {"form": form, "resource": resource, "overtaken": overtaken}
    return show(request, "resources/resource_revise.html", context)


def _opened_again(request: HttpRequest, resource: Resource) -> ResourceForm:
    """What she typed, on the version that is saved now: saving again is then a decision, not an accident."""
    typed = request.POST.copy()
    typed["version"], typed["seen"] = str(resource.version), resource.status
    form = ResourceForm(typed, user=request.user, resource=resource)
    form.full_clean()
    return form


@login_required
@require_POST
def resource_submit(request: HttpRequest, slug: str) -> HttpResponse:
    return _do(
        request,
        slug,
        publishing.submit,
        _("Submitted. Next: somebody other than you publishes it or sends it back."),
    )


@login_required
@require_POST
def resource_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Publishes the version that the page she clicked on has shown her."""
    done = _("Published. Everybody can find it now.")
    return _do(request, slug, publishing.publish, done, may=permissions.may_review, version=shown_version(request))


@login_required
@require_http_methods(["GET", "POST"])
def resource_schedule(request: HttpRequest, slug: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.may_review(request.user, resource))
    form = ScheduleForm(request.POST or None, version=resource.version, publish_at=resource.publish_at)
    if form.is_valid():
        version, moment = form.cleaned_data["version"] or 0, form.cleaned_data["publish_at"]
        try:
            scheduling.schedule(resource, publish_at=moment, version=version, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Approved. The portal publishes it on %(when)s.") % {"when": with_zone(moment)})
            return go(request, resource)
    return show(request, "resources/resource_schedule.html", {"resource": resource, "form": form})


@login_required
@require_POST
def resource_unschedule(request: HttpRequest, slug: str) -> HttpResponse:
    done = _("It is not published by itself any more. It is still in review.")
    return _do(request, slug, scheduling.unschedule, done, may=permissions.reviews)


@login_required
@require_POST
def resource_reopen(request: HttpRequest, slug: str) -> HttpResponse:
    return _do(request, slug, publishing.reopen, _("It is a draft again. Next: edit it, then submit it."))


@login_required
@require_http_methods(["GET", "POST"])
def resource_send_back(request: HttpRequest, slug: str) -> HttpResponse:
    done = _("Sent back. It is a draft again, and its author sees why.")
    template = "resources/resource_send_back.html"
    return _do_with_reason(request, slug, publishing.send_back, template, done, may=permissions.reviews)


@login_required
@require_http_methods(["GET", "POST"])
def resource_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    done = _("Withdrawn. Only the officials of the economy see it now.")
    return _do_with_reason(request, slug, publishing.withdraw, "resources/resource_withdraw.html", done)


def shown_version(request: HttpRequest) -> int:
    """The version a button was shown with; 0, which none has, when it is missing or no number."""
    given = request.POST.get("version", "")
    return int(given) if given.isdecimal() and len(given) < _DIGITS else 0


def _do(
    request: HttpRequest, slug: str, verb: Callable, done: str, *, may: Callable = permissions.keeps, **given: int
) -> HttpResponse:
    resource = find(request, slug)
    require(may(request.user, resource))
    try:
        verb(resource, by=request.user, **given)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, resource)


def _do_with_reason(
    request: HttpRequest, slug: str, verb: Callable, template: str, done: str, *, may: Callable = permissions.keeps
) -> HttpResponse:
    resource = find(request, slug)
    require(may(request.user, resource))
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            verb(resource, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, done)
            return go(request, resource)
    return show(request, template, {"resource": resource, "form": form})
