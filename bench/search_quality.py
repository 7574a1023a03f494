"""How good the search is: labelled queries over the real catalogue.

    python -m portal.embedded python bench/search_quality.py [--queries FILE.jsonl] [--split tune|held|all]

Loads the real catalogue twice into throw-away databases, once with its translations and once with the original
languages alone, asks every query four ways and prints recall@5, recall@10 and MRR: over all, in-language and
cross-language, per language and per kind of query; then the time of one find(). A line of FILE.jsonl is
{"query", "language", "relevant": [slugs, the best first]}, and "kind" and "split" if there are any.

Recall is the share of the relevant among the first k, of at most k. A query is *cross* when none of its targets
holds text in its language in data/resources.jsonl; for English, when all of them are of Taiwan or Mexico.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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

from portal.search import ranking
from resources.models import Resource

WAYS = {
    "lexical": {"words"},
    "semantic": {"meaning"},
    "thesaurus": {"thesaurus"},
    "full": ranking.ALL,
}
ORIGINAL_TEXTS = ("title", "summary", "body")

Scores = tuple[float, float, float]


def read(path: Path, split: str) -> list[dict]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return [row for row in rows if split == "all" or row.get("split", split) == split]


def is_cross(query: dict, catalogue: dict[str, dict]) -> bool:
    targets = [catalogue[slug] for slug in query["relevant"] if slug in catalogue]
    if query["language"] == "en":
        return all(target["economy"] in {"TW", "MX"} for target in targets)
    return not any(target[field].get(query["language"]) for target in targets for field in ORIGINAL_TEXTS)


def measure(found: Sequence[str], relevant: Sequence[str]) -> Scores:
    wanted = set(relevant)
    recalls = [len(wanted & set(found[:k])) / min(len(wanted), k) for k in (5, 10)]
    place = next((place for place, slug in enumerate(found, start=1) if slug in wanted), None)
    return recalls[0], recalls[1], 1 / place if place else 0.0


def load(data_dir: Path) -> None:
    """An empty database, then all that search reads."""
    call_command("flush", interactive=False, verbosity=0)
    for command in ("load_reference", "load_catalogue"):
        call_command(command, data_dir=data_dir, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    call_command("load_thesaurus", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    call_command("embed", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def ask(queries: Sequence[dict], ways: set[str], times: list[float]) -> list[Scores]:
    slugs = dict(Resource.objects.values_list("pk", "slug"))
    published = Resource.objects.published()
    scores = []
    for query in queries:
        start = time.perf_counter()
        found = ranking.find(published, query["query"], language=query["language"], ways=ways)
        times.append((time.perf_counter() - start) * 1000)
        scores.append(measure([slugs[pk] for pk in found.ids], query["relevant"]))
    return scores


def line(name: str, scores: Sequence[Scores]) -> str:
    means = "  ".join(f"{statistics.fmean(column):6.3f}" for column in zip(*scores, strict=True))
    return f"    {name:<24}{len(scores):>5}  {means}"


def divisions(queries: Sequence[dict], catalogue: dict[str, dict]) -> Iterator[tuple[str, Callable[[dict], bool]]]:
    yield "all", lambda query: True
    yield "in-language", lambda query: not is_cross(query, catalogue)
    yield "cross-language", lambda query: is_cross(query, catalogue)
    for field in ("language", "kind"):
        for value in sorted({query[field] for query in queries if field in query}):
            yield f"{field} {value}", lambda query, field=field, value=value: query.get(field) == value


def report(title: str, queries: Sequence[dict], catalogue: dict[str, dict], *, brief: bool) -> None:
    print(f"\n{title}\n    {'':<24}{'n':>5}  {'R@5':>6}  {'R@10':>6}  {'MRR':>6}")
    for name, ways in WAYS.items():
        times: list[float] = []
        scores = ask(queries, set(ways), times)
        print(f"  {name}")
        for division, holds in divisions(queries, catalogue):
            chosen = [score for query, score in zip(queries, scores, strict=True) if holds(query)]
            if chosen and (not brief or name == "full" or division in {"all", "in-language", "cross-language"}):
                print(line(division, chosen))
        times.sort()
        print(
            f"    find(): p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=Path, default=ROOT / "bench" / "search_queries.jsonl")
    parser.add_argument("--split", choices=["tune", "held", "all"], default="all")
    parser.add_argument(
        "--every-way", action="store_true", help="Languages and kinds for each way, not for full alone."
    )
    options = parser.parse_args()
    queries = read(options.queries, options.split)
    rows = (settings.REFERENCE_DATA_DIR / "resources.jsonl").read_text(encoding="utf-8").split("\n")
    catalogue = {row["slug"]: row for row in map(json.loads, filter(None, rows))}
    print(f"{len(queries)} queries of {options.queries.name} ({options.split}), {len(catalogue)} resources")
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "data"
        copytree(settings.REFERENCE_DATA_DIR, alone)
        for path in (alone / "translations").glob("*.jsonl"):
            path.write_text("")
        load(settings.REFERENCE_DATA_DIR)
        report("With the translations loaded", queries, catalogue, brief=not options.every_way)
        load(alone)
        report("With the original languages alone", queries, catalogue, brief=not options.every_way)


if __name__ == "__main__":
    main()
