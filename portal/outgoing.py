"""The one guarded way out of the portal: every request to an address that somebody typed goes through :func:`fetch`.

Addresses come from people and from other sites, so they are not trusted. The name is resolved here, once for each
connection; every answer must be a public address, and the connection goes to the very address that was looked at: there
is no second resolution that could say something else (DNS rebinding). Redirects are followed by hand, with the same
look at each hop. Time, head and body are limited as a whole, not for each read. No cookies, no proxy from the
environment, no credentials.
"""

import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx
from django.conf import settings

from portal.wire import (
    BadAnswer,
    BadCertificate,
    Clock,
    Forbidden,
    Guard,
    Limits,
    OutgoingError,
    RedirectLoop,
    Resolver,
    TooSlow,
    Unreachable,
    Unsupported,
    resolve,
)

__all__ = [
    "Answer",
    "BadAnswer",
    "BadCertificate",
    "Forbidden",
    "Hop",
    "Limits",
    "OutgoingError",
    "RedirectLoop",
    "TooSlow",
    "Unreachable",
    "Unsupported",
    "fetch",
]

#: Entered for each request with the host's name: a place to wait for one's turn. What it raises ends the fetch.
Gate = Callable[[str], AbstractContextManager[Any]]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
#: What may be said to another site than the one it was meant for.
HARMLESS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})
#: Set here and by nobody else.
OURS = frozenset(
    {"host", "user-agent", "cookie", "connection", "accept-encoding", "content-length", "transfer-encoding"}
)
LONGEST_URL = 2000
#: A name as DNS has it (IDNA encoded), or a literal address.
HOST = re.compile(rb"[a-z0-9_.-]{1,253}|[0-9a-f:.]{2,45}")


@dataclass(frozen=True)
class Hop:
    """One redirect on the way: who redirected, how, and where to."""

    url: str
    status: int
    to: str


@dataclass(frozen=True)
class Answer:
    """What the last site on the way said. ``body`` is decompressed and at most ``Limits.body`` long."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes = b""
    is_cut: bool = False
    hops: tuple[Hop, ...] = ()

    @property
    def moved_to(self) -> str:
        """Where the unbroken row of permanent redirects from the start leads; empty when there is none."""
        to = ""
        for hop in self.hops:
            if hop.status not in PERMANENT:
                break
            to = hop.to
        return to


@cache
def trusted() -> ssl.SSLContext:
    """Certificates of public authorities; SSL_CERT_FILE and SSL_CERT_DIR name others."""
    return httpx.create_ssl_context()


def user_agent() -> str:
    """Says honestly who asks, and where to complain."""
    return f"SME-Dialogue-Portal/1.0 (+{settings.SITE_URL})"


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    limits: Limits | None = None,
    gate: Gate = nullcontext,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Ask a public http(s) address and return the answer, whatever its status.

    Redirects are followed for GET and HEAD alone. ``headers`` go to the first site; to others only the harmless ones.
    Raises a kind of :class:`OutgoingError`, what ``gate`` raises, and ``ValueError`` for headers that are set here.
    """
    if reserved := OURS & {name.lower() for name in headers or ()}:
        raise ValueError(f"{', '.join(sorted(reserved))}: set by fetch itself.")
    clock = Clock(limits or Limits())
    ask = _Asking(method, dict(headers or {}), content, clock, gate, resolver, tls)
    follows = method in {"GET", "HEAD"}
    first = here = _parsed(url)
    hops: list[Hop] = []
    wants_cookie = False
    while True:
        answer = ask.once(here, leaves_home=_origin(here) != _origin(first))
        to = answer.headers.get("location")
        if not (follows and answer.status in REDIRECTS and to):
            return Answer(str(here), answer.status, answer.headers, answer.body, answer.is_cut, tuple(hops))
        wants_cookie |= "set-cookie" in answer.headers
        there = _joined(here, to)
        hops.append(Hop(str(here), answer.status, str(there)))
        if len(hops) > clock.limits.redirects:
            raise RedirectLoop(f"more than {clock.limits.redirects} redirects", wants_cookie=wants_cookie)
        here = there


@dataclass(frozen=True)
class _Asking:
    """One fetch's ways: the same for each hop."""

    method: str
    headers: dict[str, str]
    content: bytes
    clock: Clock
    gate: Gate
    resolver: Resolver
    tls: ssl.SSLContext | None

    def once(self, url: httpx.URL, *, leaves_home: bool) -> Answer:
        """One request, one answer, one connection."""
        came = time.monotonic()
        with self.gate(url.host):
            self.clock.until += time.monotonic() - came  # one's turn is not the site's time
            self.clock.bytes_left = self.clock.limits.head
            return self._exchange(url, leaves_home=leaves_home)

    def _exchange(self, url: httpx.URL, *, leaves_home: bool) -> Answer:
        core = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port or _port(url), target=url.raw_path or b"/"
        )
        guard = Guard(self.clock, self.resolver)
        connection = httpcore.HTTPConnection(core.origin, ssl_context=self.tls or trusted(), network_backend=guard)
        request = httpcore.Request(
            self.method, core, headers=self._headers(url, leaves_home=leaves_home), content=self.content or None
        )
        try:
            response = connection.handle_request(request)
            headers = httpx.Headers(response.headers)
            # Tiny chunks carry more frame than text; beyond this it is no text.
            self.clock.bytes_left = 4 * self.clock.limits.body
            body, is_cut = self._body(response, headers)
            return Answer(str(url), response.status, headers, body, is_cut)
        except httpcore.TimeoutException as error:
            raise TooSlow(str(error) or type(error).__name__) from error
        except httpcore.NetworkError as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        except httpcore.RemoteProtocolError as error:
            raise BadAnswer(str(error)) from error
        except httpcore.LocalProtocolError as error:
            raise Unsupported(str(error)) from error
        finally:
            connection.close()
            guard.close()

    def _headers(self, url: httpx.URL, *, leaves_home: bool) -> list[tuple[str, str]]:
        given = {name: value for name, value in self.headers.items() if not leaves_home or name.lower() in HARMLESS}
        own = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": user_agent(),
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        if not any(name.lower() == "accept" for name in given):
            own["Accept"] = "*/*"
        if self.content or self.method not in {"GET", "HEAD"}:
            own["Content-Length"] = str(len(self.content))
        return [*own.items(), *given.items()]

    def _body(self, response: httpcore.Response, headers: httpx.Headers) -> tuple[bytes, bool]:
        """At most ``limits.body`` bytes, and whether there is more; nothing of a redirect or a HEAD."""
        most = self.clock.limits.body
        if self.method == "HEAD" or response.status in REDIRECTS or not most:
            return b"", False
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
            return b"", True  # not asked for, not understood
        pieces: Iterator[bytes] = response.iter_stream()
        if coding not in {"identity", ""}:
            pieces = _inflated(pieces, most)
        body = bytearray()
        for piece in pieces:
            body += piece
            if len(body) > most:
                return bytes(body[:most]), True
        return bytes(body), False


def _inflated(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    """What gzip or zlib hides, never more than ``most`` + 1 bytes of it in memory."""
    inflate = zlib.decompressobj(wbits=47)  # 32 + 15: either head is recognized
    try:
        for piece in pieces:
            rest = piece
            while rest and most >= 0:
                text = inflate.decompress(rest, most + 1)
                most -= len(text)
                yield text
                rest = inflate.unconsumed_tail
    except zlib.error as error:
        raise BadAnswer(f"not compressed as announced: {error}") from error


def _parsed(url: str) -> httpx.URL:
    if len(url) > LONGEST_URL:
        raise Unsupported("longer than an address is")
    try:
        return _asked(httpx.URL(url.strip()))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Unsupported(f"no address: {error}") from error


def _joined(here: httpx.URL, to: str) -> httpx.URL:
    """Where a redirect leads; its bytes may be UTF-8 that the header was not read as."""
    if len(to) > LONGEST_URL:
        raise BadAnswer("redirects to an endless address")
    try:
        return _asked(here.join(to.strip()))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise BadAnswer(f"redirects to no address: {error}") from error


def _asked(url: httpx.URL) -> httpx.URL:
    """The part of it that is asked for; raises :class:`Unsupported` when it is not of the kind."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise Unsupported(f"not an http address: {url.scheme}")
    if not HOST.fullmatch(url.raw_host):
        raise Unsupported(f"no name of a site: {url.host}")
    if url.userinfo:
        raise Unsupported("names a user")
    return url.copy_with(fragment=None)


def _port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or _port(url)
