"""Public pages kept for signed-in readers as well: made for nobody in particular, with holes where theirs stands.

A page that a signed-in reader may share with others is made for a *reader in general*: a user with no name, no
organization and no right, whose session and cookies are empty. So nothing of anybody's can be in it. Where a name, a
count or a token belongs, it has a *hole*, filled for each reader when it is shown. What a reader has put on her own
list does change a shared page; each such case is a page of its own, named by what of hers stands on it.

It lives and ends with the pages of visitors (portal/pagecache.py).
"""

import copy
import gzip
import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.html import escape
from redis.exceptions import RedisError

from portal import mine, pagecache
from portal.accounts.models import User
from portal.languages import current

logger = logging.getLogger(__name__)

NAMES = ("name", "csrf_token", "own_places")

#: What of a reader shows on such a page: ids, or None when she may see more than others and gets her own.
Own = Callable[[Any], frozenset[int] | None]


def hole(name: str) -> str:
    """What stands in a kept page for ``name``: nothing that an author could have written."""
    return _HOLES[name]


def kept(own: Own) -> Callable[[pagecache.View], pagecache.View]:
    """Mark a view whose page is kept for visitors, and for signed-in readers apart from what ``own`` tells of them.

    The view reads of its reader only ``request.user`` and ``request.own_shown`` (those of her ``own`` ids that may
    show) and reports in ``request.may_show`` the ids it would show differently if they were hers.
    """

    def mark(view: pagecache.View) -> pagecache.View:
        for_visitors = pagecache.kept_for_visitors(view)

        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return for_visitors(request, *args, **kwargs)
            if not _is_shareable(request):
                return view(request, *args, **kwargs)
            return _shared(request, own, lambda shown: view(shown, *args, **kwargs)) or view(request, *args, **kwargs)

        return marked

    return mark


def holes(request: HttpRequest) -> dict[str, Any]:
    """A context processor: on a page made for a reader in general, holes instead of what is hers."""
    if not is_in_general(request):
        return {}
    return {"csrf_token": hole("csrf_token"), "own_places": hole("own_places")}


def is_in_general(request: HttpRequest) -> bool:
    """Whether the page is made for nobody in particular."""
    return getattr(request, "is_in_general", False)


def _shared(request: HttpRequest, own: Own, make: Callable[[HttpRequest], HttpResponse]) -> HttpResponse | None:
    """The page for this reader from the kept ones, or made and kept; None when she needs one of her own."""
    try:
        return _find_or_make(request, own, make)
    except RedisError:
        return None


def _find_or_make(request: HttpRequest, own: Own, make: Callable[[HttpRequest], HttpResponse]) -> HttpResponse | None:
    key = _key(request)
    found = cache.get_many([pagecache.GENERATION, key, mine.key(request.user)])
    mine.take(request.user, found.get(mine.key(request.user)))
    hers = mine.remembered(request.user, own.__name__, lambda: own(request.user))
    if hers is None:
        return None
    generation = found.get(pagecache.GENERATION, "")
    page = found.get(key)
    if page and page.generation == generation and (shown := page.may_show & hers):
        page = cache.get(_variant(key, shown))
    if page and page.generation == generation and page.body:
        return _fill(request, page.headers, page.body)
    return _make(request, key, generation, hers, make)


def _make(
    request: HttpRequest,
    key: str,
    generation: str,
    hers: frozenset[int],
    make: Callable[[HttpRequest], HttpResponse],
) -> HttpResponse | None:
    general = _in_general(request, hers)
    try:
        response = make(general)
    except Http404:  # a draft, say, that this reader may see and others may not
        return None
    if response.status_code != HTTPStatus.OK or response.streaming or response.cookies:
        return None
    may_show = frozenset(general.may_show)
    page = _Page(generation, dict(response.items()), gzip.compress(response.content, 1, mtime=0), may_show)
    if len(response.content) <= pagecache.MAX_BODY:
        shown = may_show & hers
        cache.set(_variant(key, shown), page, timeout=settings.PAGE_CACHE_SECONDS)
        if shown and cache.get(key) is None:
            # Tells the next reader what to look for; the page itself is made when somebody needs it.
            cache.set(key, _Page(generation, {}, b"", may_show), timeout=settings.PAGE_CACHE_SECONDS)
    return _fill(request, page.headers, page.body)


class _Page:
    """A kept page; without a body it only tells what it would show of a reader's own."""

    __slots__ = ("body", "generation", "headers", "may_show")

    def __init__(self, generation: str, headers: dict[str, str], body: bytes, may_show: frozenset[int]) -> None:
        self.generation, self.headers, self.body, self.may_show = generation, headers, body, may_show


def _is_shareable(request: HttpRequest) -> bool:
    return (
        settings.PAGE_CACHE_SECONDS > 0
        and request.method == "GET"
        and "messages" not in request.COOKIES
        and "_messages" not in request.session
        and len(request.get_full_path()) <= pagecache.MAX_ADDRESS
    )


def _key(request: HttpRequest) -> str:
    parts = (
        *pagecache.address_parts(request),
        current(),
        timezone.get_current_timezone_name(),
    )
    return "memberpages:" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _variant(key: str, shown: frozenset[int]) -> str:
    if not shown:
        return key
    return f"{key}:{hashlib.sha256(repr(sorted(shown)).encode()).hexdigest()}"


def _in_general(request: HttpRequest, hers: frozenset[int]) -> HttpRequest:
    """The same question, asked by nobody in particular."""
    general = copy.copy(request)
    # As the database never numbers anybody: queries for what is hers find nothing.
    general.user = User(
        pk=-1, full_name=hole("name"), language=current(), time_zone=timezone.get_current_timezone_name()
    )
    general.user.__dict__["active_memberships"] = []
    general.session = SessionBase()
    general.COOKIES = {name: value for name, value in request.COOKIES.items() if name == "theme"}
    general.is_in_general = True
    general.own_shown = hers
    general.may_show = set()
    return general


def _fill(request: HttpRequest, headers: dict[str, str], body: bytes) -> HttpResponse:
    page = gzip.decompress(body).decode()
    if hole("own_places") in page:  # a fragment has no menu
        page = page.replace(hole("own_places"), render_to_string("portal/own_places.html", request=request))
    page = page.replace(hole("name"), escape(request.user)).replace(hole("csrf_token"), get_token(request))
    return HttpResponse(page, headers=headers)


_HOLES = {name: f"hole-{name}-{salted_hmac('portal.memberpages', name).hexdigest()}" for name in NAMES}
