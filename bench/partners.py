"""How fast partners are matched, listed and shown among any number of companies, measured in one run.

    python -m portal.embedded python bench/partners.py --companies 1000000 --requests 100000 [--texts 10000]

Fills a throw-away database (see filling_partners.py), then measures with the same data, on the same machine,

* the candidates of a request, the requests for a company and a new request's stored matches, each beside its own SQL
  given to the database as it is; and how many of the best twenty are found that a comparison with every company finds;
* pages under the portal's web server (granian, two workers) beside a bare Django "hello" under the same server, and
  beside one raw SQL statement over the same table;
* the encoder: what it takes of a worker's memory, and how many texts it encodes a second.

Ratios are comparable between machines, milliseconds are not. Everything stays on the loopback address.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from filling_partners import fill
from serving import HEAD, HELLO, PORTAL, collect_static, in_turns, introduce, milliseconds, percentile, served, session

from partners import matching, scoring
from partners.models import ChamberMember, Cluster, CompanyProfile, PartnerRequest
from partners.weights import THRESHOLD
from portal.accounts.models import Organization, User
from portal.reference.loading import progress
from portal.search import correcting, embedding, semantic
from tests.factories.accounts import UserFactory, join

FIRST = 20
#: Companies that are compared at once where every company is.
SLICE = 20_000
#: A worker before and after its first text: the memory that is its own or shared with nobody it could give it back to.
WORKER = """
import django; django.setup()
import numpy, partners.tasks
from pathlib import Path
from portal.search import semantic
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
before = resident()
semantic.encode(["We dry forty tonnes of mango a month and look for snack makers."])
first = resident()
semantic.encode(["We dry forty tonnes of mango a month and look for snack makers. " * 40] * 64)
print(before, first, resident())
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=20_000)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--seconds", type=int, default=3, help="of each of the three rounds of each page; 0: no pages")
    parser.add_argument("--texts", type=int, default=500, help="to encode")
    parser.add_argument("--asked", type=int, default=60, help="requests and companies whose matches are asked for")
    parser.add_argument("--exact", type=int, default=10, help="requests that are compared with every company")
    parser.add_argument("--pages", default="", help="only pages whose name begins so; nothing else")
    parser.add_argument("--filled", action="store_true", help="measure what the database already holds")
    options = parser.parse_args()
    if not options.filled:
        prepare(options)
    if not options.pages:
        measure_matching(options.asked)
        measure_recall(options.exact)
        measure_encoder(options.texts)
    if options.seconds:
        measure_pages(options.seconds, options.pages)


def prepare(options) -> None:
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    for loader in ("load_reference", "load_catalogue", "load_sample"):
        call_command(loader, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    correcting.refresh()
    fill(options.companies, options.requests)
    scoring.usual_words.cache_clear()
    counts = f"{CompanyProfile.objects.count():,} companies and {PartnerRequest.objects.open().count():,} open requests"
    print(f"{counts}, filled in {time.monotonic() - began:.0f} s\n", flush=True)


# --- Matching -----------------------------------------------------------------------------------


def spread(queryset, number: int) -> list:
    """So many rows of all, as far from each other as can be."""
    keys = list(queryset.order_by("pk").values_list("pk", flat=True))
    return list(queryset.filter(pk__in=keys[:: max(1, len(keys) // number)][:number]))


def bench_requests():
    return PartnerRequest.objects.open().filter(slug__startswith="bench-")


def measure_matching(number: int) -> None:
    requests = spread(bench_requests(), number)
    companies = spread(Organization.objects.filter(slug__startswith="bench-"), number)
    print(f"{'matching':<26}{'found':>8}{'p50 ms':>9}{'p95 ms':>9}{'SQL p50':>9}{'SQL p95':>9}{'x SQL p95':>11}")
    for name, ask, given in (
        ("candidates_for", matching.candidates_for, requests),
        ("opportunities_for", matching.opportunities_for, companies),
        ("stored matches", matching.refresh, requests),
    ):
        print(f"{name:<26}" + figures(ask, given), flush=True)
    print()


def figures(ask, given) -> str:
    for one in given[:3]:
        ask(one)  # what is kept, is kept
    found, ours, raw = [], [], []
    for one in given:
        with CaptureQueriesContext(connection) as captured:
            found.append(len(ask(one)))
        statements = [q["sql"] for q in captured if q["sql"].startswith("EXECUTE") or "set_config" in q["sql"]]
        ours.append(milliseconds(lambda one=one: ask(one)))
        raw.append(milliseconds(lambda statements=statements: run(statements)))
    numbers = "".join(f"{percentile(times, share):>9.1f}" for times in (ours, raw) for share in (50, 95))
    return f"{sum(found) / len(found):>8.1f}{numbers}{percentile(ours, 95) / percentile(raw, 95):>11.2f}"


def run(statements) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        for sql in statements:
            cursor.execute(sql.replace("%", "%%"), [])
            if cursor.description:
                cursor.fetchall()
        cursor.execute("COMMIT")


def measure_recall(number: int) -> None:
    """Of the best twenty of every company, those that ``candidates_for`` finds; of equal scores any will do. Once more
    for those alone that hear of the request: where nothing suits, thousands are equally far from it."""
    shares, told, kept = [], [], []
    for request in progress("Exact", spread(bench_requests(), number)):
        best = exact(request)
        found = [one.score for one in matching.candidates_for(request, FIRST)]
        shares.append(share(found, best))
        kept.append(sum(found) / sum(best))
        if hear := [score for score in best if score >= THRESHOLD]:
            told.append(share(found, hear))
    print(
        f"recall@{FIRST} against every company compared: {sum(shares) / len(shares):.3f}, the least {min(shares):.2f};"
        f" their scores {sum(kept) / len(kept):.3f} of the best, {number} requests",
        flush=True,
    )
    if told:
        told_of = f"{sum(told) / len(told):.3f}, the least {min(told):.2f}, {len(told)} requests"
        print(f"  of those that hear of it: {told_of}\n", flush=True)


def share(found: list[float], best: list[float]) -> float:
    last = best[-1] - 1e-4
    return min(1.0, sum(score >= last for score in found) / len(best))


def exact(request) -> list[float]:
    """The best scores among all companies, every one of which is compared."""
    last = CompanyProfile.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    scores: list[float] = []
    for start in range(0, last + 1, SLICE):
        among = CompanyProfile.objects.filter(pk__gte=start, pk__lt=start + SLICE)
        asked = scoring.Asked(requests=[request.pk], among=among, limit=FIRST, few=10 * SLICE)
        scores += [row.score for row in scoring.score(asked)]
    return sorted(scores, reverse=True)[:FIRST]


# --- The encoder --------------------------------------------------------------------------------


def measure_encoder(number: int) -> None:
    command = [sys.executable, "-c", WORKER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    before, first, after = (int(size) / 1024 for size in done.stdout.split()[-3:])
    print(f"a worker's memory: {before:.0f} MB, with the encoder {first:.0f} MB, after 64 long texts {after:.0f} MB:")
    print(f"the encoder takes {after - before:.0f} MB")
    texts = [
        f"{text} {turn}"
        for turn in range(number // 150 + 1)
        for text in CompanyProfile.objects.order_by("pk").values_list("capabilities", flat=True)[:150]
    ][:number]
    began = time.monotonic()
    for start in progress("Texts", range(0, number, embedding.BATCH)):
        semantic.encode(texts[start : start + embedding.BATCH])
    seconds = time.monotonic() - began
    print(f"{number:,} texts encoded in {seconds:.1f} s: {number / seconds:.0f} a second\n", flush=True)


# --- The pages ----------------------------------------------------------------------------------


def measure_pages(seconds: int, wanted: str) -> None:
    hers, chambers, suited, unsuited, request, company = people()
    pages = (
        lists()
        | {
            "request": (
                reverse("partners:request-detail", args=[request.slug]),
                f"SELECT * FROM partners_partnerrequest WHERE slug = '{request.slug}'",  # noqa: S608
                (None, hers),
            ),
            "company": (
                reverse("partners:company-detail", args=[company.slug]),
                f"SELECT * FROM partners_companyprofile WHERE organization_id = {company.pk}",  # noqa: S608
                (None, hers),
            ),
            "for my company": (
                reverse("partners:match-list"),
                f"SELECT * FROM partners_match WHERE company_id = {company.pk} ORDER BY score DESC LIMIT 20",  # noqa: S608
                (hers,),
            ),
        }
        | {
            name: (
                reverse("partners:candidate-list", args=[own.slug]),
                f"SELECT * FROM partners_match WHERE request_id = {own.pk} ORDER BY score DESC LIMIT 20",  # noqa: S608
                (chambers[own],),
            )
            for name, own in (("candidates", suited), ("candidates, none", unsuited))
        }
    )
    introduce()
    print(f"{'':<{len(HEAD)}}{'SQL ms':>9}{'x SQL':>8}")
    collect_static()
    with served(HELLO, {}) as hello, served(PORTAL, {"PAGE_CACHE_SECONDS": "0"}) as bare, served(PORTAL, {}) as kept:
        for name, (path, sql, readers) in pages.items():
            if not name.startswith(wanted):
                continue
            raw = percentile([milliseconds(lambda sql=sql: run([sql])) for _round in range(15)], 50)
            for reader in readers:
                for how, base in (("kept", kept), ("made anew", bare)):
                    who = f"{'visitor' if reader is None else 'signed in'}, {how}"
                    line = in_turns(hello + "/", base + path, {"Cookie": reader} if reader else {}, seconds)
                    times = float(line.split()[1]) / raw
                    print(f"{name:<22}{who:<22}{line}{raw:>9.2f}{times:>8.1f}", flush=True)


def lists() -> dict[str, tuple[str, str, tuple]]:
    """Name → address, one raw SQL statement that finds the same rows, and who asks."""
    opened = "status = 'published' AND hidden_at IS NULL AND closes_on >= current_date"
    found = f"SELECT * FROM partners_partnerrequest WHERE {opened}"  # noqa: S608
    listed = "SELECT * FROM partners_companyprofile WHERE is_listed"
    asked, firms = reverse("partners:request-list"), reverse("partners:company-list")
    newest, latest = "ORDER BY published_at DESC, id DESC LIMIT 20", "ORDER BY changed_at DESC, id DESC LIMIT 20"
    visitor = (None,)
    return {
        "list": (asked, f"{found} {newest}", (None,)),
        "list, page 400": (f"{asked}?page=400", f"{found} {newest} OFFSET 7980", visitor),
        "list, two facets": (
            f"{asked}?economy=MX&sector=agri-food",
            f"{found} AND facets && '{{economy:MX}}' AND facets && '{{sector:agri-food}}' {newest}",
            visitor,
        ),
        "list, rare word": (
            f"{asked}?words=lot77",
            f"{found} AND search_en @@ 'lot77'::tsquery LIMIT 20",
            visitor,
        ),
        "list, two words": (
            f"{asked}?" + urlencode({"words": "cold chain"}),
            f"{found} AND search_en @@ 'cold & chain'::tsquery LIMIT 20",
            visitor,
        ),
        "browse": (reverse("partners:request-browse"), f"SELECT count(*) FROM ({found}) f", visitor),  # noqa: S608
        "directory": (firms, f"{listed} {latest}", visitor),
        "directory, page 400": (f"{firms}?page=400", f"{listed} {latest} OFFSET 7980", visitor),
        "directory, two facets": (
            f"{firms}?market=MX&sector=agri-food",
            f"{listed} AND facets && '{{market:MX}}' AND facets && '{{sector:agri-food}}' {latest}",
            visitor,
        ),
        "directory, rare word": (
            f"{firms}?words=lot77",
            f"{listed} AND search_en @@ 'lot77'::tsquery LIMIT 20",
            visitor,
        ),
        "directory, Chinese": (
            f"/zh-hant/directory/?{urlencode({'words': '紡織'})}",
            f"{listed} AND search_zh_hant @@ '紡織'::tsquery LIMIT 20",
            visitor,
        ),
        "clusters": (
            reverse("partners:cluster-list"),
            f"SELECT * FROM {Cluster._meta.db_table} ORDER BY name LIMIT 20",  # noqa: S608
            visitor,
        ),
    }


def people():
    """The cookies of a firm with stored matches and of the chambers of two requests; these, one that suits many and one
    that suits nobody; one to read, and the firm."""
    company = spread(Organization.objects.filter(slug__startswith="bench-"), 2)[-1]
    matching.refresh_company(company)
    requests = spread(bench_requests(), 60)
    found = {request: len([one for one in matching.candidates_for(request) if one.is_told]) for request in requests}
    chambers = {}
    for own in (max(requests, key=found.get), min(requests, key=found.get)):
        matching.refresh(own)
        _give_members(own.chamber)
        chambers[own] = _cookie(_person_of(own.chamber))
    return _cookie(_person_of(company)), chambers, *chambers, requests[-1], company


def _give_members(chamber) -> None:
    members = spread(Organization.objects.filter(slug__startswith="bench-"), 200)
    ChamberMember.objects.bulk_create(
        [
            ChamberMember(chamber=chamber, company=one, status="active", since=timezone.now())
            for one in members
            if not one.chambers.filter(pk=chamber.pk).exists()
        ],
        ignore_conflicts=True,
    )


def _person_of(organization):
    """The one of an earlier run on what the database already holds, or a new one."""
    email = f"{organization.slug}@bench.example.com"
    person = User.objects.filter(email=email).first()
    if person is None:
        person = UserFactory(email=email)
        join(person, organization)
    return person


def _cookie(user) -> str:
    from django.conf import settings  # noqa: PLC0415 -- used here alone

    return f"{settings.SESSION_COOKIE_NAME}={session(user)}; {settings.CSRF_COOKIE_NAME}={'a' * 32}"


if __name__ == "__main__":
    main()
