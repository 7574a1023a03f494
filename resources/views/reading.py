from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.activity.log import timeline
from portal.memberpages import kept
from portal.templatetags.ui import language_name
from portal.web import show
from resources import around, asking, collecting, permissions, reporting, unseen
from resources.models import Resource


def find(request: HttpRequest, slug: str) -> Resource:
    """The resource at this address, if this reader may see it; otherwise 404."""
    return get_object_or_404(Resource.objects.visible_to(request.user).for_page(), slug=slug)


@require_GET
@kept(collecting.shown_on_pages)
def resource_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One resource in the reader's language, or in another one that the page names."""
    resource = find(request, slug)
    user = request.user
    reading = resource.reading()
    context = {
        "resource": resource,
        "reading": reading,
        "translation": next((row for row in resource.translations.all() if row.language == reading.language), None),
        "source_languages": [(code, language_name(code)) for code in resource.page_languages],
        "today": timezone.now().date(),
        "around": around.of(resource, user),
        "offices": asking.about(resource),
        "may_keep_dates": permissions.can_keep_dates(user, resource),
        "keeps": permissions.keeps(user, resource),
        "may": {verb: getattr(permissions, f"can_{verb}")(user, resource) for verb in _VERBS},
        "activities": timeline(resource) if permissions.can_see_history(user, resource) else (),
    }
    sees_changes = context["keeps"] or context["may"]["look_over"]
    context["waits"] = unseen.waits(resource, user) if sees_changes else None
    if context["keeps"]:
        context |= {"said": reporting.counts(resource), "reports": reporting.open_on(resource)}
    return show(request, "resources/resource_detail.html", context)


_VERBS = (
    "confirm",
    "revise",
    "submit",
    "publish",
    "schedule",
    "unschedule",
    "send_back",
    "withdraw",
    "reopen",
    "look_over",
)
