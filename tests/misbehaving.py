"""Sites on this machine that misbehave in every way the way out must bear. A thread for each connection, all ended."""

import datetime as dt
import ipaddress
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MOST = 16  # connections at once


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


Behaviour = Callable[["Site", Asked, socket.socket], None]


@dataclass
class Site:
    """A web server on one address of the loopback network. ``hits`` counts requests, ``calls`` connections."""

    address: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None
    hits: list[Asked] = field(default_factory=list)
    calls: int = 0
    most_at_once: int = 0
    behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)

    def __enter__(self):
        self.ending = threading.Event()
        self._threads = []
        self._now = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server((self.address, self.port), backlog=MOST)
        self._listener.settimeout(0.02)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_error):
        self.ending.set()
        for thread in list(self._threads):
            thread.join(timeout=5)
            assert not thread.is_alive()
        self._listener.close()

    def url(self, path="/", host=None):
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host or self.address}:{self.port}{path}"

    def behave(self, path, *behaviours):
        """At this path: each behaviour once, in their order, the last for good."""
        self.behaviours[path] = list(behaviours)

    def say(self, path, text="", *, status=200, method=None, **headers):
        """At this path answer so."""
        self.behave(path, saying(text, status=status, **headers))

    def asked(self, path):
        return [hit.method for hit in self.hits if hit.path == path]

    def _start(self, target, *args):
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while not self.ending.is_set():
            try:
                connection, _peer = self._listener.accept()
            except TimeoutError:
                continue
            self.calls += 1
            assert self.calls < 500
            self._start(self._serve, connection)

    def _serve(self, connection):
        with connection:
            connection.settimeout(5)
            try:
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                asked = _read(connection)
                if asked:
                    self._answer(asked, connection)
            except OSError:
                return  # they hung up: what many of these tests are about

    def _answer(self, asked, connection):
        with self._lock:
            self.hits.append(asked)
            row = self.behaviours.get(asked.path.partition("?")[0], [saying("Nothing here", status=404)])
            behaviour = row.pop(0) if len(row) > 1 else row[0]
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        waiting = [asked]

        def answered():
            with self._lock:
                self._now -= len(waiting)
                waiting.clear()

        try:
            with connection:
                behaviour(self, asked, Answering(connection, answered))
        finally:
            answered()


class Answering:
    """A connection that says when its answer begins: from then on the client may ask elsewhere, and at once does."""

    def __init__(self, connection, answered):
        self._connection, self._answered = connection, answered

    def __getattr__(self, name):
        if name in {"send", "sendall"}:
            self._answered()
        return getattr(self._connection, name)


def _read(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            return None
        data += piece
    head, _blank, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(4096)
    return Asked(method, path, headers, body)


def head(status=200, **headers):
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8")


def saying(text="", *, status=200, **headers):
    """An orderly answer; HEAD gets the same head."""
    body = text if isinstance(text, bytes) else text.encode()
    headers = {"Content_Type": "text/html; charset=utf-8", "Content_Length": len(body)} | headers

    def answer(site, asked, connection):
        bodiless = asked.method == "HEAD" or status == 304
        connection.sendall(head(status, **headers) + (b"" if bodiless else body))

    return answer


def redirecting(to, status=302, **headers):
    return saying(status=status, Location=to, **headers)


def by_method(**behaviours):
    """``by_method(HEAD=…, GET=…)``."""

    def answer(site, asked, connection):
        behaviours[asked.method](site, asked, connection)

    return answer


def conditional(text, etag):
    """304 to who has it already."""

    def answer(site, asked, connection):
        known = asked.headers.get("if-none-match") == etag
        saying("" if known else text, status=304 if known else 200, ETag=etag)(site, asked, connection)

    return answer


def silent(site, asked, connection):
    """Never says a word."""
    site.ending.wait(5)


def dripping_head(site, asked, connection):
    """A head that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not site.ending.wait(0.02):
        connection.sendall(b"X")


def dripping_body(site, asked, connection):
    """Each read gets its byte in time; the whole never comes."""
    connection.sendall(head(Content_Type="text/html", Content_Length=1_000_000))
    while not site.ending.wait(0.02):
        connection.sendall(b"x")


def endless_body(site, asked, connection):
    connection.sendall(head(Content_Type="text/html"))
    while not site.ending.is_set():
        connection.sendall(b"x" * 65_536)


def bomb(site, asked, connection):
    """A hundred million bytes in a hundred thousand."""
    pack = zlib.compressobj(wbits=31)
    body = b"".join(pack.compress(bytes(1_000_000)) for _ in range(100)) + pack.flush()
    assert len(body) < 200_000
    connection.sendall(head(Content_Type="text/html", Content_Encoding="gzip", Content_Length=len(body)) + body)


def huge_head(site, asked, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not site.ending.is_set():
        connection.sendall(b"X-Filler: " + b"x" * 8_000 + b"\r\n")


def informing(site, asked, connection):
    """100 Continue for ever."""
    while not site.ending.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def garbage(site, asked, connection):
    connection.sendall(b"\x00\xff SSH-2.0 not the web \r\n\r\n")


def reset(site, asked, connection):
    """Hangs up in the middle of a word (RST)."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def certificate(directory: Path, *, name="site.example", days=1) -> Path:
    """A certificate that nobody signed but itself, with its key, as one PEM file; expired when ``days`` is negative."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = directory / f"{name}{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def serving_with(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context
