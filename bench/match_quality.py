"""How good matching is: labelled pairs over the sample companies and requests, and a harder set full of near-misses.

    python -m portal.embedded python bench/match_quality.py [--labels FILE.jsonl] [--among 100000] [--show]

Loads the sample into a throw-away database, asks ``candidates_for`` five ways and prints recall@5, recall@10, nDCG@10
and MRR; then the same over ``bench/matching/hard_*.jsonl``. With ``--among`` it mixes in that many synthetic companies
of the same sectors and prints recall@10 again. A line of FILE.jsonl is {"request": slug, "relevant": {company: grade}}.
"""

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copytree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from partners import matching, scoring
from partners.models import CompanyProfile, PartnerRequest

HERE = ROOT / "bench" / "matching"
WAYS = {
    "criteria": frozenset({"criteria"}),
    "semantic": frozenset({"meaning"}),
    "full": scoring.ALL,
}
#: Near-misses are made from these; what they lack is in "why".
NO_ROW = ("for", "grade", "why")
Labels = Mapping[str, Mapping[str, int]]
Scores = tuple[float, float, float, float]


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def as_company(row: dict) -> dict:
    """A row of companies.jsonl, with what every row of it has."""
    return {
        "name": row["slug"],
        "city": "",
        "year_founded": None,
        "ownership_tags": [],
        "sample": True,
        **{key: value for key, value in row.items() if key not in NO_ROW},
    }


def as_request(row: dict, chambers: Mapping[str, str]) -> dict:
    """A row of partner_requests.jsonl."""
    kind = "mentorship" if row["type"].startswith("mentorship") else row["type"]
    company = {"name": f"{row['slug']} firm", "economy": row["economy"], "certifications": [], "ownership_tags": []}
    return {
        **{key: value for key, value in row.items() if key != "economy"},
        "type": kind,
        "poster_chamber": chambers[row["economy"]],
        "company": company,
        "deadline_offset_days": 90,
        "sample": True,
    }


def load(*, hard: bool) -> None:
    """The reference data and the sample; with ``hard`` the near-misses too, through the same loader."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        copytree(settings.REFERENCE_DATA_DIR, data)
        if hard:
            requests = read(data / "partner_requests.jsonl")
            chambers = {row["company"]["economy"]: row["poster_chamber"] for row in requests}
            companies = [as_company(row) for row in read(HERE / "hard_companies.jsonl")]
            append(data / "companies.jsonl", companies)
            rows = [as_request(row, chambers) for row in read(HERE / "hard_requests.jsonl")]
            append(data / "partner_requests.jsonl", rows)
        for command in ("load_reference", "load_catalogue", "load_sample"):
            call_command(command, data_dir=data, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def append(path: Path, rows: Sequence[dict]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def hard_labels() -> dict[str, dict[str, int]]:
    labels: dict[str, dict[str, int]] = {}
    for row in read(HERE / "hard_companies.jsonl"):
        labels.setdefault(row["for"], {})
        if row["grade"]:
            labels[row["for"]][row["slug"]] = row["grade"]
    return labels


def measure(found: Sequence[str], relevant: Mapping[str, int]) -> Scores:
    """recall@5, recall@10, nDCG@10 (gain 2^grade − 1), reciprocal rank."""
    recalls = [len(set(found[:k]) & relevant.keys()) / min(k, len(relevant)) for k in (5, 10)]
    gains = [2 ** relevant.get(slug, 0) - 1 for slug in found[:10]]
    best = sorted((2**grade - 1 for grade in relevant.values()), reverse=True)[:10]
    discounts = [1 / math.log2(place + 2) for place in range(10)]
    ndcg = sum(map(lambda g, d: g * d, gains, discounts)) / sum(map(lambda g, d: g * d, best, discounts))
    place = next((place for place, slug in enumerate(found, start=1) if slug in relevant), None)
    return recalls[0], recalls[1], ndcg, 1 / place if place else 0.0


def ask(labels: Labels, ways: frozenset[str], among, *, show: bool = False) -> dict[tuple[str, str], Scores]:
    """(request, which languages) → scores. A request with companies of both kinds counts in both."""
    languages = dict(CompanyProfile.objects.values_list("organization__slug", "language"))
    result = {}
    for slug, relevant in labels.items():
        request = PartnerRequest.objects.select_related("company").get(slug=slug)
        found = [one.company.slug for one in matching.candidates_for(request, 60, ways=ways, among=among)]
        result[slug, "all"] = scores = measure(found, relevant)
        if show and scores[2] < 0.95:
            print(f"      {slug}: " + ", ".join(f"{one}{'*' * relevant.get(one, 0)}" for one in found[:7]))
        for name, same in (("same", True), ("cross", False)):
            wanted = {one: grade for one, grade in relevant.items() if (languages[one] == request.language) == same}
            others = relevant.keys() - wanted.keys()
            if wanted:
                result[slug, name] = measure([one for one in found if one not in others], wanted)
    return result


def line(name: str, scores: Sequence[Scores]) -> str:
    means = "  ".join(f"{statistics.fmean(column):6.3f}" for column in zip(*scores, strict=True))
    return f"    {name:<26}{len(scores):>4}  {means}"


def report(title: str, labels: Labels, among, *, show: bool) -> None:
    print(f"\n{title}\n    {'':<26}{'n':>4}  {'R@5':>6}  {'R@10':>6}  {'nDCG10':>6}  {'MRR':>6}")
    for name, ways in WAYS.items():
        found = ask(labels, ways, among, show=show and name == "full")
        print(line(f"{name}", [score for (_slug, which), score in found.items() if which == "all"]), flush=True)
    print(line("full, same language", [score for (_slug, which), score in found.items() if which == "same"]))
    print(
        line("full, cross-language", [score for (_slug, which), score in found.items() if which == "cross"]), flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, default=HERE / "labels.jsonl")
    parser.add_argument("--among", type=int, default=0, help="synthetic companies to mix in")
    parser.add_argument(
        "--show", action="store_true", help="print the first of every request that is not well answered"
    )
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    load(hard=True)
    labels = {row["request"]: row["relevant"] for row in read(options.labels)}
    sample = CompanyProfile.objects.filter(organization__slug__startswith="sample-company")
    report("Labelled pairs over the sample", labels, sample, show=options.show)
    report("Near-misses, among the sample", hard_labels(), None, show=options.show)
    if options.among:
        start = time.perf_counter()
        from bench.filling_companies import fill  # noqa: PLC0415 -- the path is set above

        fill(options.among)
        scoring.usual_words.cache_clear()
        print(f"\n{options.among} synthetic companies in {time.perf_counter() - start:.0f} s")
        for title, found in (("sample", labels), ("near-misses", hard_labels())):
            scores = ask(found, scoring.ALL, None, show=options.show)
            print(
                line(f"among them, {title}", [s for (_slug, which), s in scores.items() if which == "all"]), flush=True
            )


if __name__ == "__main__":
    main()
