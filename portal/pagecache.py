"""Public pages kept for visitors, and never shown again after a change.

A view marked with :func:`kept_for_visitors` shows the same page to everybody who is not signed in. The finished page is
kept in the shared cache with the *generation* of the public content of its area; :func:`changed` begins a new one when
the transaction commits, and nothing of the old one is shown any more. A page that was being made meanwhile carries the
generation it began in, so it is not shown either. There are three areas, so that 5,000 people who register for a
session do not end every kept page of the resources.

If the process dies right after its commit, or the cache is away at that moment, the last pages may be shown for
``PAGE_CACHE_SECONDS`` more. Without the cache, and with that setting 0, every page is made anew.
"""

import gzip
import hashlib
import logging
import uuid
import zoneinfo
from collections.abc import Callable
from functools import cache as once
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RESOURCES, DIALOGUES, PARTNERS = "resources", "dialogues", "partners"
AREAS = (RESOURCES, DIALOGUES, PARTNERS)
#: How an address of an area begins after its language; all others belong to the resources.
BEGINNINGS = {"dialogues": DIALOGUES, "opportunities": PARTNERS, "directory": PARTNERS}
#: Larger pages and longer addresses are made anew each time: what is kept must stay small whatever is asked for.
MAX_BODY = 300_000
MAX_ADDRESS = 400
#: A change of one of these may show on public pages of these areas.
PUBLIC = {
    "resources.resource": AREAS,
    "resources.trainingdate": (RESOURCES,),
    "accounts.organization": AREAS,
    "focal.focalpoint": AREAS,
    "reference.agreement": AREAS,
    "reference.economy": AREAS,
    "reference.sector": AREAS,
    "reference.topic": AREAS,
    "search.concept": (RESOURCES,),
    "dialogues.commitment": (DIALOGUES,),
    "dialogues.dialogue": (DIALOGUES,),
    "dialogues.document": (DIALOGUES,),
    "dialogues.endorsement": (DIALOGUES,),
    "dialogues.indicatorvalue": (DIALOGUES,),
    "dialogues.initiative": (DIALOGUES,),
    "dialogues.issue": (DIALOGUES,),
    "dialogues.minutes": (DIALOGUES,),
    "dialogues.registration": (DIALOGUES,),
    "dialogues.session": (DIALOGUES,),
    "dialogues.successcase": AREAS,
    "partners.cluster": (PARTNERS,),
    "partners.clusterlink": (PARTNERS,),
    "partners.clustermember": (PARTNERS,),
    "partners.companyprofile": (PARTNERS,),
    "partners.mentorship": (PARTNERS,),
    "partners.partnerrequest": (PARTNERS,),
    "partners.successstory": (PARTNERS,),
    "partners.vouch": (PARTNERS,),
}

View = Callable[..., HttpResponse]
Value = TypeVar("Value")


def changed(*areas: str) -> None:
    """Let no visitor see a page of these areas (of all, when none is named) made before this transaction commits. Free
    to call many times in one transaction."""
    owed = [function for _sids, function, *_rest in transaction.get_connection().run_on_commit]
    for area in areas or AREAS:
        if _BEGIN[area] not in owed:
            transaction.on_commit(_BEGIN[area])


def generation_of(area: str) -> str:
    """Under which name the generation of an area is kept."""
    return f"pages:generation:{area}"


def area_of(request: HttpRequest) -> str:
    """To which area the page at this address belongs."""
    return BEGINNINGS.get("".join(request.path_info.split("/", 3)[2:3]), RESOURCES)


def remembered(
    name: str, make: Callable[[], Value], *, is_worth: Callable[[Value], bool], area: str = RESOURCES
) -> Value:
    """What ``make`` makes of an area's public content alone, kept under ``name`` until that changes, when ``is_worth``
    it."""
    if settings.PAGE_CACHE_SECONDS <= 0:
        return make()
    try:
        # Asked for before it is made: what changes meanwhile begins another generation.
        generation = cache.get(generation_of(area), "")
        key = "parts:" + hashlib.sha256(f"{generation} {name}".encode()).hexdigest()
        if (found := cache.get(key)) is not None:
            return found
    except RedisError:
        return make()
    made = make()
    if is_worth(made):
        try:
            cache.set(key, made, timeout=settings.PAGE_CACHE_SECONDS)
        except RedisError as error:
            logger.warning("a part of a page was not kept", extra={"error": repr(error)})
    return made


def kept_for_visitors(view: View) -> View:
    """Mark a view whose page depends on nothing but its address, the language, the theme and the time zone."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.is_kept_for_visitors = not request.user.is_authenticated
        return response

    return marked


class PageCacheMiddleware:
    """Answer visitors from the kept pages. Stands early: what it finds costs one look into the cache and no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_visitors(request):
            return self.get_response(request)
        key, current = _key(request), generation_of(area_of(request))
        try:
            found = cache.get_many([current, key])
        except RedisError:
            return self.get_response(request)
        generation = found.get(current, "")
        if key in found and found[key][0] == generation:
            return _answer(request, *found[key][1:])
        response = self.get_response(request)
        if _may_be_kept(request, response):
            _keep(key, generation, response)
        return response


@once
def _zones() -> set[str]:
    """Names invented by a client make no pages of their own."""
    return zoneinfo.available_timezones()


def _begin_generation(area: str) -> None:
    try:
        cache.set(generation_of(area), uuid.uuid4().hex, timeout=None)
    except RedisError as error:
        logger.warning(
            "kept pages may be shown for %s s more", settings.PAGE_CACHE_SECONDS, extra={"error": repr(error)}
        )


_BEGIN = {area: partial(_begin_generation, area) for area in AREAS}


def _is_visitors(request: HttpRequest) -> bool:
    """Whether everybody who sends this request gets the same page."""
    cookies = request.COOKIES
    return (
        settings.PAGE_CACHE_SECONDS > 0
        and request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in cookies
        and "messages" not in cookies
        and len(request.get_full_path()) <= MAX_ADDRESS
    )


def address_parts(request: HttpRequest) -> tuple[str, ...]:
    """What makes two pages different whoever reads them."""
    return (
        request.scheme,
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
        request.COOKIES.get("theme", "")[:10],
        request.headers.get("HX-Request", "")[:5],
        request.headers.get("HX-Target", "")[:50],
        request.headers.get("HX-Boosted", "")[:5],
    )


def _key(request: HttpRequest) -> str:
    zone = request.COOKIES.get("time_zone", "")
    parts = (*address_parts(request), zone if zone in _zones() else "")
    return "pages:" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        getattr(response, "is_kept_for_visitors", False)
        and response.status_code == HTTPStatus.OK
        and not response.streaming
        and not response.cookies
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and len(response.content) <= MAX_BODY
    )


def _keep(key: str, generation: str, response: HttpResponse) -> None:
    page = (generation, dict(response.items()), gzip.compress(response.content, 3, mtime=0))
    try:
        cache.set(key, page, timeout=settings.PAGE_CACHE_SECONDS)
    except RedisError as error:
        logger.warning("a page was not kept", extra={"error": repr(error)})


def _answer(request: HttpRequest, headers: dict[str, str], body: bytes) -> HttpResponse:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(body, headers=headers | {"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(body), headers=headers)
    response["Content-Length"] = str(len(response.content))
    return response
