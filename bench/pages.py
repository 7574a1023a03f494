"""How much the portal's pages cost beside a bare Django view and beside raw SQL, measured in one run.

    python -m portal.embedded python bench/pages.py

Loads the real catalogue and samples into a throw-away database, then asks each page through Django's test client, in
turns with a view that answers "ok" without middleware and with one raw SQL statement over the same table. The ratios
can be compared between machines; the milliseconds cannot. Queries are counted once the page is warm.
"""

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse

ROUNDS = 40
PAGES = {
    "home": ("home", "", "SELECT count(*) FROM resources_resource WHERE status = 'published'"),
    "resources": ("resources:resource-list", "", "SELECT * FROM resources_resource ORDER BY id LIMIT 20"),
    "resources, 關稅": (
        "resources:resource-list",
        "?words=關稅",
        "SELECT * FROM resources_resource WHERE search_zh_hant @@ '''關稅'''::tsquery LIMIT 20",
    ),
    "dialogues": ("dialogues:dialogue-list", "", "SELECT * FROM dialogues_dialogue"),
    "opportunities": ("partners:request-list", "", "SELECT * FROM partners_partnerrequest ORDER BY id LIMIT 20"),
    "directory": ("partners:company-list", "", "SELECT * FROM partners_companyprofile ORDER BY id LIMIT 20"),
}


def hello(request):
    return HttpResponse("ok")


def milliseconds(act):
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def query(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.fetchall()


def measure(url, sql):
    """Medians in ms of the page, the bare view and the SQL, taken in turns; and the page's queries."""
    client, factory = Client(), RequestFactory()
    assert client.get(url).status_code == 200, url
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    count = len(queries)  # before the next request empties the log
    rounds = [
        (
            milliseconds(lambda: client.get(url)),
            milliseconds(lambda: hello(factory.get("/"))),
            milliseconds(lambda: query(sql)),
        )
        for _round in range(ROUNDS)
    ]
    return [statistics.median(column) for column in zip(*rounds, strict=True)], count


def main():
    setup_test_environment()  # the client's requests keep this process's connection
    call_command("migrate", verbosity=0)
    for loader in ("load_reference", "load_catalogue", "load_sample"):
        call_command(loader)
    print(f"{'page':<18}{'ms':>8}{'x bare view':>13}{'x raw SQL':>11}{'queries':>9}")
    for name, (route, words, sql) in PAGES.items():
        (page, bare, raw), queries = measure(reverse(route) + words, sql)
        print(f"{name:<18}{page:>8.1f}{page / bare:>13.0f}{page / raw:>11.1f}{queries:>9}")


if __name__ == "__main__":
    main()
