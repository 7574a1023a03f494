"""Taking a list of resources along: CSV, JSON Lines, feed. The address asks as the list page's does."""

import logging

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from portal import limits
from portal.languages import current
from resources import exporting, feeds, finding

logger = logging.getLogger(__name__)

#: Exports of one visitor, and of one signed-in person, in :data:`SECONDS`.
VISITOR, PERSON = 20, 120
SECONDS = 600


@require_safe
def resource_export(request: HttpRequest, ending: str) -> HttpResponse | StreamingHttpResponse:
    """The whole list behind this address, line by line."""
    if not _may_take(request):
        response = render(request, "resources/export_later.html", {"minutes": SECONDS // 60}, status=429)
        response["Retry-After"] = str(SECONDS)
        return response
    found = finding.find(request.GET, user=request.user, language=current())
    content_type, lines = exporting.FORMATS[ending]
    base = f"{request.scheme}://{request.get_host()}"
    ids = found.ids() if request.method == "GET" else []
    response = StreamingHttpResponse(lines(ids, user=request.user, base=base), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="resources.{ending}"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _may_take(request: HttpRequest) -> bool:
    user = request.user
    who, at_most = (f"user {user.pk}", PERSON) if user.is_authenticated else (limits.visitor(request), VISITOR)
    try:
        return limits.take("export", who, at_most=at_most, seconds=SECONDS)
    except RedisError as error:
        # Reading does not stop because nobody counts.
        logger.warning("exports are not counted", extra={"error": repr(error)})
        return True


@require_safe
def resource_feed(request: HttpRequest) -> HttpResponse:
    """The newest changes of the list behind this address, for feed readers, which ask often: unchanged is 304."""
    found = finding.find(request.GET, user=request.user, language=current())
    shown = feeds.entries(found)
    etag = feeds.etag(found, shown)
    changed_at = int(shown[0].changed_at.timestamp()) if shown else None
    response = get_conditional_response(request, etag=etag, last_modified=changed_at)
    if response is None:
        paths = {"list_path": reverse("resources:resource-list"), "feed_path": reverse("resources:resource-feed")}
        base = f"{request.scheme}://{request.get_host()}"
        response = feeds.answer(feeds.atom(found, shown, base=base, **paths))
    response["ETag"] = etag
    if changed_at is not None:
        response["Last-Modified"] = http_date(changed_at)
    response["Content-Language"] = get_language()
    patch_cache_control(response, max_age=300, private=request.user.is_authenticated)
    return response
