"""Web servers to measure, who asks them, and a bare "hello" beside them. Used by the programs in this folder."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from portal.sessions import SessionStore

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
WORKERS, THREADS = 2, 4
SIZE = ("--workers", str(WORKERS), "--blocking-threads", str(THREADS))
WRK_REPORT = """
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %.1f %.1f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), summary.errors.status + summary.errors.timeout))
end
"""


def milliseconds(act):
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def percentile(values, share):
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


HEAD = f"{'page':<22}{'as':<22}{'req/s':>8}{'p50 ms':>9}{'p95 ms':>9}{'hello/s':>9}{'x hello':>9}"


def introduce():
    """Say who asks, and head the table of pages."""
    client = "wrk" if shutil.which("wrk") else "Python"
    print(f"Pages under granian, asked for by {client}, one connection. hello: requests a second beside each page.")
    print(HEAD)


def in_turns(hello, page, headers, seconds):
    """Asks for ``hello`` and ``page`` in turns; requests a second, p50, p95, hello's rate and the ratio, as text."""
    ratios, rates, halves, tails, bare = [], [], [], [], []
    warm(page, headers)  # from now on what is kept, is kept
    for _round in range(ROUNDS):
        before, *_rest = load(hello, {}, 1)
        rate, half, tail = load(page, headers, seconds)
        after, *_rest = load(hello, {}, 1)
        bare.append((before + after) / 2)
        ratios.append(rate / bare[-1])
        rates.append(rate)
        halves.append(half)
        tails.append(tail)
    middle = statistics.median
    return f"{middle(rates):>8.1f}{middle(halves):>9.1f}{middle(tails):>9.1f}{middle(bare):>9.0f}{middle(ratios):>9.4f}"


def warm(url, headers):
    """Ask so often at the same time that each of the server's threads has a connection and its plans."""
    with ThreadPoolExecutor(2 * WORKERS * THREADS) as pool:
        list(pool.map(lambda _turn: with_python(url, headers, 1), range(2 * WORKERS * THREADS)))


def load(url, headers, seconds):
    """Requests a second, p50 and p95 in ms, over one connection. Stops with an error when an answer is an error."""
    return with_wrk(url, headers, seconds) if shutil.which("wrk") else with_python(url, headers, seconds)


def with_wrk(url, headers, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_REPORT)
        script.flush()
        flags = [flag for name, value in headers.items() for flag in ("-H", f"{name}: {value}")]
        command = ["wrk", "-t1", "-c1", f"-d{seconds}s", "--timeout", "30s", "-s", script.name, *flags, url]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    requests, microseconds, half, tail, errors = (float(x) for x in re.search(r"RESULT (.*)", output)[1].split())
    assert errors == 0, (url, output)
    return requests / microseconds * 1e6, half / 1000, tail / 1000


def with_python(url, headers, seconds):
    from http.client import HTTPConnection  # noqa: PLC0415 -- used here alone
    from urllib.parse import urlsplit  # noqa: PLC0415

    address = urlsplit(url)
    connection_ = HTTPConnection(address.hostname, address.port, timeout=30)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 2:
        start = time.perf_counter()
        connection_.request("GET", f"{address.path}?{address.query}", headers=headers)
        answer = connection_.getresponse()
        answer.read()
        assert answer.status in {200, 304}, url
        times.append((time.perf_counter() - start) * 1000)
    return len(times) / sum(times) * 1000, percentile(times, 50), percentile(times, 95)


PORTAL = "portal.wsgi:application"
HELLO = "bench.hello:application"


def server_environment():
    settings_ = {"DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": settings.SECRET_KEY, "PORTAL_DEMO": "true"}
    return os.environ | settings_ | {"STATIC_ROOT": str(Path(tempfile.gettempdir()) / "bench-static")}


def collect_static():
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=server_environment(), check=True)  # noqa: S603


@contextmanager
def served(application, environment):
    """The address of a web server of its own, as the portal's supervisor starts it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = ("--interface", "wsgi", "--log-level", "warning", *SIZE)
    command = [sys.executable, "-m", "granian", *web, "--host", "127.0.0.1", "--port", str(port), application]
    process = subprocess.Popen(command, cwd=ROOT, env=server_environment() | environment)  # noqa: S603
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port, process):
    for _try in range(300):
        assert process.poll() is None, "the web server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the web server did not start")


def cookie():
    """The cookies of a signed-in owner of a firm, as a browser sends them; the second belongs to the forms."""
    return f"{settings.SESSION_COOKIE_NAME}={session()}; {settings.CSRF_COOKIE_NAME}={'a' * 32}"


def session(user=None):
    """The key of the session of ``user``, by default of a signed-in owner of a firm."""
    from tests.factories.accounts import OrganizationFactory, UserFactory, join  # noqa: PLC0415 -- used here alone

    if user is None:
        # A name of its own: the database may have been measured before.
        name = f"reader-{uuid.uuid4()}"
        user = UserFactory(email=f"{name}@example.com")
        join(user, OrganizationFactory(slug=name))
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return store.session_key
