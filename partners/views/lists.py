from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partners import browsing, feeds, finding, permissions
from portal.accounts.permissions import chamber_ids, company_ids
from portal.languages import current
from portal.pagecache import kept_for_visitors
from portal.web import show
from resources import wording
from resources.feeds import answer


@require_safe
@kept_for_visitors
def request_list(request: HttpRequest) -> HttpResponse:
    """Every open opportunity, narrowed by the filters in the address."""
    found = finding.requests(request.GET, language=current())
    context = {
        **shown(request, found),
        "can_write": permissions.can_write(request.user),
        "is_of_company": bool(company_ids(request.user)),
        "is_of_chamber": bool(chamber_ids(request.user)),
    }
    return show(request, "partners/request_list.html", context, fragments=["results"])


@require_safe
@kept_for_visitors
def request_browse(request: HttpRequest) -> HttpResponse:
    """Economies and sectors as cards, each with how many opportunities are open there."""
    return show(request, "partners/request_browse.html", {"groups": browsing.groups(current())})


@require_safe
def request_feed(request: HttpRequest) -> HttpResponse:
    """The newest of the list behind this address, for feed readers, which ask often: unchanged is 304."""
    found = finding.requests(request.GET, language=current())
    rows = feeds.entries(found)
    etag = feeds.etag(found, rows)
    changed_at = int(max(row.changed_at for row in rows).timestamp()) if rows else None
    response = get_conditional_response(request, etag=etag, last_modified=changed_at)
    if response is None:
        paths = {"list_path": reverse("partners:request-list"), "feed_path": reverse("partners:request-feed")}
        base = f"{request.scheme}://{request.get_host()}"
        response = answer(feeds.atom(found, rows, base=base, **paths))
    response["ETag"] = etag
    if changed_at is not None:
        response["Last-Modified"] = http_date(changed_at)
    response["Content-Language"] = get_language()
    patch_cache_control(response, max_age=300, private=request.user.is_authenticated)
    return response


def shown(request: HttpRequest, found: finding.Finding) -> dict[str, object]:
    """What the pages of lists show of a finding."""
    page = found.page(request.GET.get("page"))
    return {
        "found": found,
        "page": page,
        "sentence": found.sentence,
        "chips": wording.chips(found.chosen, {"words": _("Words"), **found.listing.labels}, request.GET),
        "orders": found.listing.orders,
        "correction_address": found.asked.address(words=found.correction),
        "nearest": [] if page.object_list else found.nearest,
        "is_fragment": request.htmx.target == "results",
    }
