"""One look at an address: is the page there? Touches no database, so that many looks may go on at once.

What became of a link after several looks is decided in :mod:`resources.links`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from django.utils import timezone

from portal import outgoing, politeness
from portal.outgoing import Answer, Limits
from resources.models import LinkCheck, Resource
from resources.recognizing import looks_like_an_error_page

Problem = LinkCheck.Problem

#: A page's title stands at its beginning.
LIMITS = Limits(body=65_536)
LONGEST_URL = Resource._meta.get_field("url").max_length or 0
LONGEST_ETAG = LinkCheck._meta.get_field("etag").max_length or 0
LONGEST_DATE = LinkCheck._meta.get_field("last_modified").max_length or 0
#: The longest that a site's wish to be left alone is heeded.
LONGEST_WAIT = timedelta(days=7)

GONE = frozenset({404, 410})
NOT_MODIFIED = 304
#: The site is there and does not want a program: sign in (401), pay (402), forbidden (403), proxy (407), teapot (418),
#: too many requests (429), withheld by law (451), and what a big network invented for it (999).
REFUSED = frozenset({401, 402, 403, 407, 418, 429, 451, 999})
WAITS = frozenset({429, 503})
HTML = ("text/html", "application/xhtml+xml")
#: What walls against programs call themselves, in headers and in titles.
WALL_HEADERS = ("cf-mitigated", "x-amzn-waf-action")
WALL_WORDS = (b"<title>just a moment", b"_incapsula_resource", b"<title>attention required! | cloudflare")
#: Error by error, what it says of the link.
PROBLEMS = {
    outgoing.Forbidden: Problem.FORBIDDEN_ADDRESS,
    outgoing.Unsupported: Problem.UNSUPPORTED,
    outgoing.TooSlow: Problem.TIMEOUT,
    outgoing.Unreachable: Problem.UNREACHABLE,
    outgoing.BadCertificate: Problem.CERTIFICATE,
    outgoing.BadAnswer: Problem.SERVER,
    outgoing.RedirectLoop: Problem.TOO_MANY_REDIRECTS,
}
#: After these the site is not asked again by GET: nobody is there, or nobody may be asked.
FINAL = (outgoing.Forbidden, outgoing.Unsupported, outgoing.Unreachable, outgoing.BadCertificate)

Fetch = Callable[..., Answer]


@dataclass(frozen=True)
class Look:
    """What one look found. ``wait``: how long the site that answered (``site``, its name) asked to be left alone."""

    url: str
    problem: str = Problem.NONE
    http_status: int | None = None
    moved_to: str = ""
    etag: str = ""
    last_modified: str = ""
    site: str = ""
    wait: timedelta | None = None

    @property
    def is_answer(self) -> bool:
        """Somebody was there, whatever was said."""
        return not self.is_silence and self.problem not in {Problem.FORBIDDEN_ADDRESS, Problem.UNSUPPORTED}

    @property
    def is_silence(self) -> bool:
        """Nobody answered; that may be our own network's fault."""
        return self.problem in {Problem.TIMEOUT, Problem.UNREACHABLE}


def look(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    fetch: Fetch = outgoing.fetch,
    gate: outgoing.Gate = politeness.turn,
    limits: Limits = LIMITS,
) -> Look:
    """Ask for the page, politely: by HEAD, and by GET where HEAD lies or the text must be seen.

    ``etag`` and ``last_modified`` are of an earlier look without a problem: a site that says "not modified" is done.
    Raises :class:`portal.politeness.Busy` when the site has no time for us now.
    """
    headers = {"Accept": "text/html,*/*;q=0.5"} | _conditions(etag, last_modified)
    answer: Answer | None = None
    try:
        answer = fetch(url, method="HEAD", headers=headers, limits=limits, gate=gate)
    except FINAL as error:
        return _failed(url, error)
    except outgoing.OutgoingError:
        answer = None  # some sites answer HEAD with nonsense; GET decides
    try:
        if answer is None or not _says_it_all(answer):
            answer = fetch(url, headers=headers, limits=limits, gate=gate)
    except outgoing.OutgoingError as error:
        return _failed(url, error)
    found = _found(url, answer)
    if answer.status == NOT_MODIFIED and found.problem == Problem.NONE:
        return replace(found, etag=etag, last_modified=last_modified)
    return found


def _conditions(etag: str, last_modified: str) -> dict[str, str]:
    given = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in given.items() if value}


def _says_it_all(answer: Answer) -> bool:
    """Whether HEAD is enough: unchanged since a good look, or there and no page with a title, or a wish for peace."""
    if answer.status == NOT_MODIFIED or (answer.status in WAITS and "retry-after" in answer.headers):
        return True
    return answer.status in range(200, 300) and not _is_html(answer.headers) and not _is_wall(answer)


def _failed(url: str, error: outgoing.OutgoingError) -> Look:
    if isinstance(error, outgoing.RedirectLoop) and error.wants_cookie:
        return Look(url, Problem.REFUSED)
    return Look(url, PROBLEMS[type(error)])


def _found(url: str, answer: Answer) -> Look:
    problem, status = _problem(url, answer), answer.status
    if problem != Problem.NONE:
        wait = _wait(answer.headers) if status in WAITS else None
        return Look(url, problem, status, site=urlsplit(answer.url).hostname or "", wait=wait)
    return Look(
        url,
        http_status=status,
        moved_to=_proposed(url, answer),
        etag=_kept(answer.headers, "etag", LONGEST_ETAG),
        last_modified=_kept(answer.headers, "last-modified", LONGEST_DATE),
    )


def _problem(url: str, answer: Answer) -> str:
    if answer.status in REFUSED or _is_wall(answer):
        return Problem.REFUSED
    if answer.status in GONE:
        return Problem.NOT_FOUND
    if answer.status not in range(200, 300) and answer.status != NOT_MODIFIED:
        return Problem.SERVER
    text = answer.body if _is_html(answer.headers) else b""
    charset = answer.headers.get("content-type", "").partition("charset=")[2]
    if looks_like_an_error_page(asked=url, found=answer.url, page=text, charset=charset):
        return Problem.SOFT_NOT_FOUND
    return Problem.NONE


def _is_html(headers: httpx.Headers) -> bool:
    return headers.get("content-type", "text/html").strip().lower().startswith(HTML)


def _is_wall(answer: Answer) -> bool:
    """A page that only wants to see whether somebody is a person."""
    start = answer.body[:20_000].lower()
    return any(name in answer.headers for name in WALL_HEADERS) or any(word in start for word in WALL_WORDS)


def _proposed(url: str, answer: Answer) -> str:
    """The new address that the site names for good, with the place in the page that was linked."""
    to = answer.moved_to
    if not to or "jsessionid" in to.lower():
        return ""
    if (place := urlsplit(url).fragment) and "#" not in to:
        to = f"{to}#{place}"
    return to if to != url and len(to) <= LONGEST_URL else ""


def _kept(headers: httpx.Headers, name: str, longest: int) -> str:
    value = headers.get(name, "")
    return value if len(value) <= longest and value.isascii() and value.isprintable() else ""


def _wait(headers: httpx.Headers) -> timedelta | None:
    """Retry-After (RFC 9110, 10.2.3): seconds or a date; None when it says nothing of use."""
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said[:9]), LONGEST_WAIT.total_seconds()))
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.get_default_timezone())  # "-0000": UTC, as the portal's own
    return min(max(moment - timezone.now(), timedelta()), LONGEST_WAIT)
