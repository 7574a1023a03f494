"""The wire below :mod:`portal.outgoing`: connections to checked addresses alone, that end when their time does."""
# ruff: noqa: N818 -- the kinds of error are named for what happened

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore
from django.conf import settings

from portal.public_addresses import is_public

#: A name and a port to the addresses it stands for, as texts. May take long and may raise ``OSError``.
Resolver = Callable[[str, int], Iterable[str]]

PORTS = frozenset({80, 443})
#: Addresses of one name that are tried, one after the other.
TRIES = 4
_PIECE = 16_384


class OutgoingError(Exception):
    """Why there is no answer. Each kind is a class below; the text is for logs, not for readers."""


class Unsupported(OutgoingError):
    """An address of a kind that is not asked: another scheme or port, credentials in it, or no address at all."""


class Forbidden(OutgoingError):
    """The name stands for an address that is not public. Nothing was sent."""


class TooSlow(OutgoingError):
    """No whole answer within the time."""


class Unreachable(OutgoingError):
    """No such name, or nobody there."""


class BadCertificate(OutgoingError):
    """The site could not prove who it is."""


class BadAnswer(OutgoingError):
    """What came is not HTTP, or beyond the limits of its head."""


class RedirectLoop(OutgoingError):
    """Too many redirects. ``wants_cookie``: a site on the way set one, and goes on only with who brings it back."""

    def __init__(self, message: str, *, wants_cookie: bool) -> None:
        super().__init__(message)
        self.wants_cookie = wants_cookie


@dataclass(frozen=True)
class Limits:
    """Seconds for the whole fetch, resolution and redirects included (waiting at a gate is not); bytes; hops."""

    seconds: float = 20.0
    connect_seconds: float = 8.0
    head: int = 65_536
    #: Of the body, after decompression; the rest is not read.
    body: int = 262_144
    redirects: int = 5


@dataclass
class Clock:
    """How much is left for the fetch: time as a whole, and bytes from the wire until further notice."""

    limits: Limits
    until: float = 0.0
    bytes_left: int = 0

    def __post_init__(self) -> None:
        self.until = time.monotonic() + self.limits.seconds

    def left(self) -> float:
        """Seconds; raises :class:`TooSlow` when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TooSlow(f"no whole answer in {self.limits.seconds} s")
        return left


def resolve(host: str, port: int) -> list[str]:
    """By the system's resolver, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass
class Guard(httpcore.NetworkBackend):
    """Connects to checked addresses alone."""

    clock: Clock
    resolver: Resolver
    opened: list[httpcore.NetworkStream] = field(default_factory=list)

    def close(self) -> None:
        """Also what httpcore never got to see, because TLS failed or time ran out."""
        for stream in self.opened:
            stream.close()

    def connect_tcp(self, host: str, port: int, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        addresses = self._checked(host, port)
        last: OutgoingError | None = None
        for address in addresses[:TRIES]:
            try:
                timeout = min(self.clock.left(), self.clock.limits.connect_seconds)
                # A literal address: the system resolves nothing any more.
                stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=timeout)
            except httpcore.ConnectTimeout as error:
                last = TooSlow(f"{address}: {error}")
            except httpcore.ConnectError as error:
                last = Unreachable(f"{address}: {error}")
            else:
                self.opened.append(stream)
                return _Stream(stream, self.clock)
        raise last or Unreachable(f"{host} has no address")

    def connect_unix_socket(self, path: str, *_args: Any, **_options: Any) -> httpcore.NetworkStream:
        raise Forbidden(path)

    def _checked(self, host: str, port: int) -> list[str]:
        """All the addresses of the name. One that is not public forbids them all: no honest name mixes them."""
        if port not in PORTS | settings.OUTGOING_LOOPBACK_PORTS:
            raise Unsupported(f"port {port}")
        addresses = self._resolved(host, port)
        for address in addresses:
            if not (is_public(address) or _is_own_test_server(address, port)):
                raise Forbidden(f"{host} stands for {address}")
            if port not in PORTS and not _is_own_test_server(address, port):
                raise Unsupported(f"port {port}")
        return addresses

    def _resolved(self, host: str, port: int) -> list[str]:
        """In a thread of its own: the system's resolver knows no limit of time."""
        answer: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answer.put(list(self.resolver(host, port)))
            except Exception as error:  # noqa: BLE001 -- raised again by who waits for it
                answer.put(error)

        threading.Thread(target=ask, name=f"resolve {host}"[:60], daemon=True).start()
        try:
            found = answer.get(timeout=self.clock.left())
        except queue.Empty:
            raise TooSlow(f"{host} was not resolved in time") from None
        if isinstance(found, OSError | UnicodeError):  # UnicodeError: a name that cannot stand in DNS
            raise Unreachable(f"{host}: {found}") from found
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class _Stream(httpcore.NetworkStream):
    """A connection that ends when the time of the whole fetch does, however busily the other side drips."""

    stream: httpcore.NetworkStream
    clock: Clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self.clock.bytes_left <= 0:
            raise BadAnswer("more than this fetch may read")
        data = self.stream.read(min(max_bytes, _PIECE), timeout=self.clock.left())
        self.clock.bytes_left -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self.stream.write(buffer[start : start + _PIECE], timeout=self.clock.left())

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        timeout = min(self.clock.left(), self.clock.limits.connect_seconds)
        try:
            secure = self.stream.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise BadCertificate(error.__cause__.verify_message) from error
            raise
        return _Stream(secure, self.clock)

    def close(self) -> None:
        self.stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _is_own_test_server(address: str, port: int) -> bool:
    """Only 127.0.0.1 itself, on ports that the tests name; see the check ``portal.E003``."""
    return address == "127.0.0.1" and port in settings.OUTGOING_LOOPBACK_PORTS
