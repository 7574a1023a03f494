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

from portal.web import go, require, show
from resources import permissions, publishing
from resources.forms import ReasonForm, ResourceForm
from resources.models import Resource
from resources.views.reading import find

PER_PAGE = 20


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
            resource = publishing.revise(resource, version=version, by=request.user, **form.values())
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
    typed["version"] = str(resource.version)
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
        _("Submitted. Next: an official of the economy publishes it or sends it back."),
    )


@login_required
@require_POST
def resource_publish(request: HttpRequest, slug: str) -> HttpResponse:
    return _do(request, slug, publishing.publish, _("Published. Everybody can find it now."))


@login_required
@require_POST
def resource_reopen(request: HttpRequest, slug: str) -> HttpResponse:
    return _do(request, slug, publishing.reopen, _("It is a draft again. Next: edit it, then submit it."))


@login_required
@require_http_methods(["GET", "POST"])
def resource_send_back(request: HttpRequest, slug: str) -> HttpResponse:
    done = _("Sent back. It is a draft again, and its author sees why.")
    return _do_with_reason(request, slug, publishing.send_back, "resources/resource_send_back.html", done)


@login_required
@require_http_methods(["GET", "POST"])
def resource_withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    done = _("Withdrawn. Only the officials of the economy see it now.")
    return _do_with_reason(request, slug, publishing.withdraw, "resources/resource_withdraw.html", done)


def _do(request: HttpRequest, slug: str, verb: Callable, done: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.keeps(request.user, resource))
    try:
        verb(resource, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, resource)


def _do_with_reason(request: HttpRequest, slug: str, verb: Callable, template: str, done: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.keeps(request.user, resource))
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
