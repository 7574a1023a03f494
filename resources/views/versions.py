from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from reversion.models import Version

from portal.web import go, require, show
from resources import permissions, restoring, versions
from resources.comparing import compare, field_label
from resources.models import Resource
from resources.views.keeping import shown_version
from resources.views.reading import find

PER_PAGE = 20
_DIGITS = 18  # of a key; more are no key of ours


@login_required
@require_GET
def resource_versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Who changed what when, newest first."""
    resource = _find(request, slug)
    rows = versions.of(resource)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    # One more than the page shows: the last row says what changed since the one before it.
    start = page.start_index() - 1 if page.object_list else 0
    read = [versions.past(row) for row in rows[start : start + PER_PAGE + 1]]
    befores = [*read[1:], None] if read else []
    published = versions.published_numbers(resource)
    entries = [
        {
            "version": one,
            "before": before,
            "changed": [field_label(name) for name in versions.changed(before, one)],
            "published_at": published.get(one.number),
            "is_now": start + place == 0,
        }
        for place, (one, before) in enumerate(zip(read, befores, strict=True))
    ][:PER_PAGE]
    return show(request, "resources/resource_versions.html", {"resource": resource, "page": page, "entries": entries})


@login_required
@require_GET
def resource_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions side by side: ``?from=`` and ``?to=``; without ``to``, the one that stands now."""
    resource = _find(request, slug)
    if "from" not in request.GET:
        return go(request, "resources:resource-versions", slug)
    before = _version(resource, request.GET.get("from", ""))
    latest = versions.past(versions.of(resource)[0])
    after = _version(resource, request.GET["to"]) if request.GET.get("to") else latest
    if before.pk > after.pk:
        before, after = after, before
    return _compared(request, resource, before, after)


def _compared(request, resource, before, after, refusal=None):
    context = {
        "resource": resource,
        "before": before,
        "after": after,
        "difference": compare(before, after),
        "may_restore": permissions.can_restore(request.user, resource),
        "latest": versions.of(resource).values_list("pk", flat=True).first(),
        "refusal": refusal,
    }
    return show(request, "resources/resource_compare.html", context, status=200 if refusal is None else 409)


@login_required
@require_POST
def resource_restore(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Bring this version back, on the page that compared it with what stands now."""
    resource = find(request, slug)
    require(permissions.can_restore(request.user, resource))
    earlier = _version(resource, str(pk))
    version = shown_version(request)
    seen = request.POST.get("seen") or None
    try:
        restored = restoring.restore(resource, earlier, version=version, seen=seen, by=request.user)
    except ValidationError as refusal:
        return _compared(request, resource, earlier, versions.past(versions.of(resource)[0]), refusal=refusal)
    if restored.version == version:
        messages.info(request, _("It says the same already, so nothing changed."))
    else:
        messages.success(request, _("That version is back, as a new one."))
    return go(request, "resources:resource-versions", slug)


def _find(request: HttpRequest, slug: str) -> Resource:
    resource = find(request, slug)
    require(permissions.can_see_history(request.user, resource))
    return resource


def _version(resource: Resource, given: str) -> versions.Past:
    """The version of this resource with this key; 404 for any other."""
    if not (given.isdecimal() and len(given) <= _DIGITS):
        raise Http404
    try:
        return versions.past(versions.of(resource).get(pk=int(given)))
    except Version.DoesNotExist:
        raise Http404 from None
