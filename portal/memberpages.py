"""Public pages kept for signed-in readers as well: made for nobody in particular, with holes where theirs stands.

A page that a signed-in reader may share with others is made for a *reader in general*: a user with no name, no
organization and no right, whose session and cookies are empty. So nothing of anybody's can be in it. Where a name, a
count or a token belongs, it has a *hole*, filled for each reader when it is shown. What a reader has put on her own
list does change a shared page; each such case is a page of its own, named by what of hers stands on it.

It lives and ends with the pages of visitors (portal/pagecache.py).
"""

import copy
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache as once
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import escape
from django.utils.translation import get_language_from_path
from redis.exceptions import RedisError

from portal import mine, pagecache, sessions
from portal.accounts.models import User
from portal.languages import current

_SECRET = re.compile("[A-Za-z0-9]{32}")

#: What of a reader shows on such a page: ids, or None when she may see more than others and gets her own.
Own = Callable[[Any], frozenset[int] | None]
Make = Callable[[HttpRequest], HttpResponse]
#: What stands in the holes of one view's pages for a reader, by name, made each time; None when she gets her own page.
Parts = Callable[..., dict[str, str] | None]


@dataclass(slots=True)
class Page:
    """A kept page. ``may_show``: the ids that stand on it and would look different on the page of whom they belong to;
    ``own``: the name of the function that says whose they are, nothing for a page with parts, which only its view can
    fill. Without a body it only tells this much."""

    generation: str
    own: str
    may_show: frozenset[int]
    body: bytes
    headers: dict[str, str]


@dataclass(slots=True)
class _Made:
    """A page on its way out, to be kept under ``key`` for readers of whose own these ids are shown."""

    key: str
    shown: frozenset[int]
    page: Page


@dataclass(slots=True)
class Frame:
    """What of a reader stands in the holes, and how her session is known."""

    name: str
    zone: str
    session_hash: str


@once
def hole(name: str) -> str:
    """What stands in a kept page for ``name``: nothing that an author could have written."""
    return f"hole-{name}-{salted_hmac('portal.memberpages', name).hexdigest()}"


def holes(request: HttpRequest) -> dict[str, Any]:
    """A context processor: on a page made for a reader in general, holes instead of what is hers."""
    if not is_in_general(request):
        return {}
    return {name: hole(name) for name in ("csrf_token", "own_places", "own_notice")}


def is_in_general(request: HttpRequest) -> bool:
    """Whether the page is made for nobody in particular."""
    return getattr(request, "is_in_general", False)


def kept(own: Own, parts: Parts | None = None) -> Callable[[pagecache.View], pagecache.View]:
    """Mark a view whose page is kept for visitors, and for signed-in readers apart from what ``own`` tells of them.

    ``parts`` makes, of the view's own arguments, what stands for one reader where the page made for a reader in
    general has ``hole(name)``. It asks first whether she may see the page at all.

    The view reads of its reader only ``request.user`` and ``request.own_shown`` (those of her ``own`` ids that may
    show) and reports in ``request.may_show`` the ids it would show differently if they were hers.
    """

    def mark(view: pagecache.View) -> pagecache.View:
        for_visitors = pagecache.kept_for_visitors(view)

        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return for_visitors(request, *args, **kwargs)
            shared = None
            if _is_shareable(request, request.session):
                shared = _shared(
                    request,
                    own,
                    lambda general: view(general, *args, **kwargs),
                    parts and (lambda: parts(request, *args, **kwargs)),
                )
            return shared or view(request, *args, **kwargs)

        return marked

    return mark


# --- Before any other middleware, from the cache alone -------------------------------------------


class MemberPagesMiddleware:
    """Answer signed-in readers from the kept pages, without a query; go the long way when anything is missing.

    Who she is and what waits for her was read at most a minute ago. That is enough for a page on which nothing is
    secret: whoever has lost her account meanwhile sees what visitors see, under her own name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.PAGE_CACHE_SECONDS <= 0 or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        try:
            response = _from_cache(request)
        except RedisError:
            response = None
        if response is None:
            response = self.get_response(request)
            _keep(response)
        return response


def _keep(response: HttpResponse) -> None:
    """Keep a page that was made for a reader in general, now that it has all its headers."""
    made: _Made | None = getattr(response, "member_page", None)
    if made is None or response.status_code != HTTPStatus.OK:
        return
    page = made.page
    page.headers = {name: value for name, value in response.items() if name != "Content-Length"}
    try:
        cache.set(_variant(made.key, made.shown), page, timeout=settings.PAGE_CACHE_SECONDS)
        if made.shown:
            _tell_of(made)
    except RedisError as error:
        pagecache.logger.warning("a page was not kept", extra={"error": repr(error)})


def _tell_of(made: "_Made") -> None:
    """Under the address itself stands at least which variants there are."""
    known = cache.get(made.key)
    if known is None or known.generation != made.page.generation:
        cache.set(made.key, replace(made.page, body=b"", headers={}), timeout=settings.PAGE_CACHE_SECONDS)


def _from_cache(request: HttpRequest) -> HttpResponse | None:
    language = get_language_from_path(request.path_info)
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if not language or not _SECRET.fullmatch(secret):
        return None
    session = sessions.kept(request.COOKIES[settings.SESSION_COOKIE_NAME])
    if not session or not _is_shareable(request, session):
        return None
    hers = cache.get(mine.key(session.get(SESSION_KEY)))
    if not hers or not {"frame", f"places {language}", f"notice {language}"} <= hers.keys():
        return None
    frame = hers["frame"]
    if not constant_time_compare(frame.session_hash, session.get(HASH_SESSION_KEY, "")):
        return None
    page, _generation = _find(request, _key(request, language, frame.zone), hers.get)
    if page is None:
        return None
    request.META["CSRF_COOKIE"] = secret
    own = {"name": frame.name, "own_places": hers[f"places {language}"], "own_notice": hers[f"notice {language}"]}
    return _fill(request, page, own, page.headers)


# --- In the view ---------------------------------------------------------------------------------


def _shared(
    request: HttpRequest, own: Own, make: Make, parts: Callable[[], dict[str, str] | None] | None
) -> HttpResponse | None:
    """The page for this reader from the kept ones, or made and kept; None when she needs one of her own."""
    user = request.user
    hers = mine.remembered(user, own.__name__, lambda: own(user))
    if hers is None:
        return None
    given = parts() if parts else {}
    if given is None:
        return None
    key = _key(request, current(), timezone.get_current_timezone_name())
    try:
        page, generation = _find(request, key, lambda _name: hers)
    except RedisError:
        return None
    is_new = page is None
    if page is None:
        page = _make(request, "" if parts else own.__name__, hers, make)
        if page is None:
            return None
        page.generation = generation
    frame = mine.remembered(user, "frame", lambda: Frame(escape(user), user.time_zone, user.get_session_auth_hash()))
    places = mine.remembered(
        user, f"places {current()}", lambda: render_to_string("portal/own_places.html", request=request)
    )
    # Its button needs this request's token, so the notice is kept with a hole of its own.
    token = {"csrf_token": hole("csrf_token")}
    notice = mine.remembered(
        user, f"notice {current()}", lambda: render_to_string("portal/own_notice.html", token, request=request)
    )
    response = _fill(
        request,
        page,
        {**given, "name": frame.name, "own_places": places, "own_notice": notice},
        {"Content-Type": page.headers["Content-Type"]},
    )
    if is_new and len(page.body) <= pagecache.MAX_BODY:
        response.member_page = _Made(key, page.may_show & hers, page)
    return response


def _find(request: HttpRequest, key: str, hers_by: Callable[[str], frozenset[int] | None]) -> tuple[Page | None, str]:
    """The kept page under ``key`` as it looks for a reader with these ids, and the generation of pages that is now."""
    current_name = pagecache.generation_of(pagecache.area_of(request))
    found = cache.get_many([current_name, key])
    generation = found.get(current_name, "")
    page = found.get(key)
    if page is None or page.generation != generation:
        return None, generation
    hers = hers_by(page.own)
    if hers is None:
        return None, generation
    if shown := page.may_show & hers:
        page = cache.get(_variant(key, shown))
    if page is None or page.generation != generation or not page.body:
        return None, generation
    return page, generation


def _make(request: HttpRequest, own: str, hers: frozenset[int], make: Make) -> Page | None:
    general = _in_general(request, hers)
    try:
        response = make(general)
    except Http404:  # a draft, say, that this reader may see and others may not
        return None
    if response.status_code != HTTPStatus.OK or response.streaming or response.cookies:
        return None
    headers = {"Content-Type": response["Content-Type"]}
    return Page("", own, frozenset(general.may_show), zlib.compress(response.content, 1), headers)


def _in_general(request: HttpRequest, hers: frozenset[int]) -> HttpRequest:
    """The same question, asked by nobody in particular."""
    general = copy.copy(request)
    zone = timezone.get_current_timezone_name()
    # As the database never numbers anybody: queries for what is hers find nothing.
    general.user = User(pk=-1, full_name=hole("name"), language=current(), time_zone=zone)
    general.user.__dict__["active_memberships"] = []
    general.session = SessionBase()
    general.COOKIES = {name: value for name, value in request.COOKIES.items() if name == "theme"}
    general.is_in_general = True
    general.own_shown = hers
    general.may_show = set()
    return general


def _fill(request: HttpRequest, page: Page, own: dict[str, str], headers: dict[str, str]) -> HttpResponse:
    body = zlib.decompress(page.body)
    for where, what in (*own.items(), ("csrf_token", get_token(request))):
        body = body.replace(hole(where).encode(), what.encode())
    response = HttpResponse(body, headers=headers)
    response["Content-Length"] = str(len(body))
    return response


def _is_shareable(request: HttpRequest, session: Any) -> bool:
    return (
        settings.PAGE_CACHE_SECONDS > 0
        and request.method == "GET"
        and "messages" not in request.COOKIES
        and "_messages" not in session
        and len(request.get_full_path()) <= pagecache.MAX_ADDRESS
    )


def _key(request: HttpRequest, language: str, zone: str) -> str:
    parts = (*pagecache.address_parts(request), language, zone)
    return "memberpages:" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _variant(key: str, shown: frozenset[int]) -> str:
    return f"{key}:{hashlib.sha256(repr(sorted(shown)).encode()).hexdigest()}" if shown else key
