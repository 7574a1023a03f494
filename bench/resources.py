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
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from filling import fill
from serving import HELLO, PORTAL, collect_static, cookie, in_turns, introduce, milliseconds, percentile, served

from portal.search import ranking
from resources.models import Resource

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


# --- The pages ----------------------------------------------------------------------------------


def measure_pages(seconds, wanted=""):
    from urllib.parse import urlencode  # noqa: PLC0415 -- used here alone

    slug = Resource.objects.published().order_by("-pk").values_list("slug", flat=True).first()
    pages = LISTS | {
        f"search, {name}": f"/{language}/resources/?" + urlencode({"words": words})
        for name, (words, language) in QUERIES.items()
    }
    pages["detail"] = f"/en/resources/{slug}/"
    hers = {"Cookie": cookie()}
    introduce()
    collect_static()
    with served(HELLO, {}) as hello, served(PORTAL, {"PAGE_CACHE_SECONDS": "0"}) as bare, served(PORTAL, {}) as kept:
        for name, path in pages.items():
            if not name.startswith(wanted):
                continue
            for who, base, headers in (
                ("visitor, kept", kept, {}),
                ("visitor, made anew", bare, {}),
                ("signed in, kept", kept, hers),
                ("signed in, made anew", bare, hers),
            ):
                figures = in_turns(hello + "/", base + path, headers, seconds)
                print(f"{name:<22}{who:<22}" + figures)


if __name__ == "__main__":
    main()
