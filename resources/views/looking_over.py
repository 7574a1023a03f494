"""The second look at a change of what is published, on the pages of those who keep it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.web import go, require, show
from resources import looking_over, permissions, unseen, versions
from resources.comparing import compare
from resources.models import Resource
from resources.views.keeping import shown_version
from resources.views.reading import find


@login_required
@require_GET
def resource_look(request: HttpRequest, slug: str) -> HttpResponse:
    """What was changed in public, beside what a second person saw last; where nothing waits, the resource itself."""
    resource = find(request, slug)
    require(permissions.can_see_changes(request.user, resource))
    waits = unseen.waits(resource, request.user)
    return go(request, resource) if waits is None else _look(request, resource, waits)


def _look(
    request: HttpRequest, resource: Resource, waits: unseen.Waits, refusal: ValidationError | None = None
) -> HttpResponse:
    before, after = unseen.seen(resource), waits.changes[0]
    context = {
        "resource": resource,
        "waits": waits,
        "before": before,
        "after": after,
        "difference": compare(before, versions.as_it_stands(resource)),
        "may_look_over": permissions.can_look_over(request.user, resource),
        "refusal": refusal,
    }
    return show(request, "resources/resource_look.html", context, status=200 if refusal is None else 409)


@login_required
@require_POST
def resource_look_over(request: HttpRequest, slug: str) -> HttpResponse:
    """What was changed is right, as the page has shown it."""
    return _do(request, slug, looking_over.look_over, _("Thank you. Two people stand behind this text again."))


@login_required
@require_POST
def resource_bring_back(request: HttpRequest, slug: str) -> HttpResponse:
    done = _("The earlier text is back, and whoever changed it is told.")
    return _do(request, slug, looking_over.bring_back, done)


def _do(request: HttpRequest, slug: str, verb: Callable, done: str) -> HttpResponse:
    resource = find(request, slug)
    user = request.user
    # An administrator who stood in a moment ago hears that somebody was quicker.
    require(permissions.can_see_changes(user, resource) or (user.is_staff and resource.unseen_since is None))
    try:
        verb(resource, by=user, version=shown_version(request))
    except ValidationError as refusal:
        waits = unseen.waits(resource, user)
        if waits is not None:
            return _look(request, resource, waits, refusal)
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, resource)
