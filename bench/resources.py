"""How fast resources are found, listed and shown, on a catalogue of any size, measured in one run.

    python -m portal.embedded python bench/resources.py --rows 100000 [--vectors] [--seconds 3]

Fills a throw-away database (see filling.py), then measures with the same data, on the same machine, in turns

* the search function beside its own SQL statement, given to the database as it is;
* pages under the portal's web server (granian, two workers) beside a bare Django "hello" under the same server: as a
  visitor and as a signed-in firm, with and without the kept pages.

wrk makes the requests (Debian's package "wrk"), without it Python does, whose own work flatters the ratios; the table
says which. Ratios are comparable between machines, milliseconds are not. Everything stays on the loopback address.
"""

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from filling import fill

from portal.search import ranking
from resources.models import Resource

ROUNDS = 3
#: From rare to common words, several words, another language, a typo.
QUERIES = {
    "rare word": ("lot77", "en"),
    "one word": ("apostille", "en"),
    "common word": ("export", "en"),
    "two words": ("export licence", "en"),
    "Chinese": ("關稅", "zh-hant"),
    "French need": ("faire libérer un envoi en douane", "fr"),
    "typo": ("phytosanitry certificate", "en"),
}
LISTS = {
    "list": "/en/resources/",
    "list, page 400": "/en/resources/?page=400",
    "list, two facets": "/en/resources/?economy=CA&topic=customs-procedures",
}
WRK_REPORT = """
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %.1f %.1f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), summary.errors.status + summary.errors.timeout))
end
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument(
        "--vectors", action="store_true", help="one vector for each synthetic resource, and their index"
    )
    parser.add_argument("--seconds", type=int, default=3, help="of each of the three rounds of each page")
    parser.add_argument("--pages", default="", help="only pages whose name begins so; the search function is left out")
    parser.add_argument("--filled", action="store_true", help="measure what the database already holds")
    options = parser.parse_args()
    if not options.filled:
        prepare(options)
    if not options.pages:
        measure_search()
    measure_pages(options.seconds, options.pages)


def prepare(options):
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    call_command("load_reference")
    call_command("load_catalogue")
    call_command("load_thesaurus")
    call_command("embed")
    fill(options.rows, vectors=options.vectors)
    print(f"{Resource.objects.count():,} resources, filled in {time.monotonic() - began:.0f} s\n")


# --- The search function ------------------------------------------------------------------------


def measure_search():
    print(f"{'search function':<20}{'found':>8}{'p50 ms':>9}{'p95 ms':>9}{'SQL p50':>9}{'SQL p95':>9}{'x SQL p95':>11}")
    everything = Resource.objects.published()
    for name, (words, language) in QUERIES.items():
        print(f"{name:<20}" + search_figures(everything, words, language))
    print()


def search_figures(everything, words, language):
    with CaptureQueriesContext(connection) as captured:
        found = ranking.find(everything, words, language=language)
    statements = [query["sql"] for query in captured if query["sql"].lstrip().startswith(("WITH", "SELECT", "SET"))]
    ours, raw = [], []
    for _round in range(15):
        ours.append(milliseconds(lambda: ranking.find(everything, words, language=language)))
        raw.append(milliseconds(lambda: run(statements)))
    size = f"{len(found.ids):,}{'+' if found.is_capped else ''}"
    figures = "".join(f"{percentile(times, share):>9.1f}" for times in (ours, raw) for share in (50, 95))
    return f"{size:>8}{figures}{percentile(ours, 95) / percentile(raw, 95):>11.2f}"


def run(statements):
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql.replace("%", "%%"), [])
            cursor.fetchall()


def milliseconds(act):
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def percentile(values, share):
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


# --- The pages ----------------------------------------------------------------------------------


def measure_pages(seconds, wanted=""):
    from urllib.parse import urlencode  # noqa: PLC0415 -- used here alone

    slug = Resource.objects.published().order_by("-pk").values_list("slug", flat=True).first()
    pages = LISTS | {
        f"search, {name}": f"/{language}/resources/?" + urlencode({"words": words})
        for name, (words, language) in QUERIES.items()
    }
    pages["detail"] = f"/en/resources/{slug}/"
    # As a browser sends them; the second one belongs to the forms on the page.
    cookie = f"{settings.SESSION_COOKIE_NAME}={session()}; {settings.CSRF_COOKIE_NAME}={'a' * 32}"
    client = "wrk" if shutil.which("wrk") else "Python"
    print(f"Pages under granian, asked for by {client}, one connection. hello: requests a second beside each page.")
    print(f"{'page':<20}{'as':<22}{'req/s':>8}{'p50 ms':>9}{'p95 ms':>9}{'hello/s':>9}{'x hello':>9}")
    collect_static()
    with served(HELLO, {}) as hello, served(PORTAL, {"PAGE_CACHE_SECONDS": "0"}) as bare, served(PORTAL, {}) as kept:
        for name, path in pages.items():
            if not name.startswith(wanted):
                continue
            for who, base, headers in (
                ("visitor, kept", kept, {}),
                ("visitor, made anew", bare, {}),
                ("signed in, kept", kept, {"Cookie": cookie}),
                ("signed in, made anew", bare, {"Cookie": cookie}),
            ):
                figures = in_turns(hello + "/", base + path, headers, seconds)
                print(f"{name:<20}{who:<22}" + figures)


def in_turns(hello, page, headers, seconds):
    ratios, rates, halves, tails, bare = [], [], [], [], []
    urllib.request.urlopen(urllib.request.Request(page, headers=headers)).read()  # noqa: S310 -- loopback
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


def load(url, headers, seconds):
    """Requests a second, p50 and p95 in ms, over one connection. Stops with an error when an answer is not 200."""
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
    while time.perf_counter() < end:
        start = time.perf_counter()
        connection_.request("GET", f"{address.path}?{address.query}", headers=headers)
        answer = connection_.getresponse()
        answer.read()
        assert answer.status == 200, url
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
    web = ("--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--log-level", "warning")
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


def session():
    """The key of the session of a signed-in owner of a firm."""
    from tests.factories.accounts import OrganizationFactory, UserFactory, join  # noqa: PLC0415 -- used here alone

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


if __name__ == "__main__":
    main()
