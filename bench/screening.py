"""How long it takes to compare names with a screening list, and what it finds, measured in one run.

    python -m portal.embedded python bench/screening.py [--entries 20000] [--organizations 10000]

Fills a throw-away database with invented names: a list with up to four other names an entry, and organizations of which
every hundredth carries a listed name with one character changed. Prints how long the list takes to come in, a name to
be compared, and one new organization; how many of the changed names are flagged, and how many others.
"""

import argparse
import csv
import os
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction

from partners import screening, screening_lists
from partners.models import DeniedName, OwnName, ScreeningFlag
from portal.accounts.models import Organization
from tests.factories.reference import economy

EVERY = 100
HEADER = ("_id", "source", "type", "name", "addresses", "alt_names")
USUAL = (
    "Trading", "Shipping", "Industries", "Technology", "International", "Electronics", "Export", "General",
    "Petroleum", "Machinery", "Logistics", "Engineering", "Marine", "Energy", "Steel", "Chemical", "Textile",
    "Foods", "Services", "Global",
)  # fmt: skip
LEGAL = ("Co., Ltd.", "LLC", "S.A. de C.V.", "Inc.", "GmbH", "Corp.", "S.A.R.L.", "")
CONSONANTS = (
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "sh", "ch", "tr", "kr",
)  # fmt: skip
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--organizations", type=int, default=10_000)
    wanted = parser.parse_args()
    call_command("migrate", verbosity=0)
    chance = random.Random(5)  # noqa: S311 -- the same names in each run
    listed = bring(chance, wanted.entries)
    changed = organizations(chance, wanted.organizations, listed)
    compare(changed)
    one_more()


def name(chance):
    if chance.random() < 0.12:
        return "".join(chance.choices(HAN, k=chance.randint(4, 8))) + "有限公司"
    words = ["".join(chance.choice(CONSONANTS) + chance.choice("aeiou") for _ in range(3)).title()]
    words += chance.sample(USUAL, chance.randint(1, 2))
    return " ".join([*words, chance.choice(LEGAL)]).strip()


def bring(chance, entries):
    listed = [name(chance) for _ in range(entries)]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "list.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for number, own in enumerate(listed):
                others = "; ".join(name(chance) for _ in range(chance.randint(0, 4)))
                writer.writerow([f"e{number}", "Bench", "Entity", own, "1 Road, City, XX", others])
        began = time.perf_counter()
        with transaction.atomic():
            screening_lists.bring(path, name="Bench")
            # Compared below, where it is measured: no hint to workers.
            transaction.get_connection().run_on_commit.clear()
    print(f"{entries} entries with {DeniedName.objects.count()} forms came in within {since(began):.1f} s")
    return listed


def organizations(chance, count, listed):
    """Write them; the slugs of those with a changed name come back."""
    rows, changed = [], []
    for number in range(count):
        own, slug = name(chance), f"firm-{number}"
        if number % EVERY == 0:
            own = chance.choice(listed)
            place = chance.randrange(len(own))
            own = own[:place] + chance.choice("aeiou") + own[place + 1 :]
            changed.append(slug)
        rows.append(Organization(slug=slug, kind="sme", economy=economy("US"), name_en=own))
    Organization.objects.bulk_create(rows, batch_size=1000)
    began = time.perf_counter()
    print(f"{screening.note_all()} forms of {count} organizations were noted within {since(began):.1f} s")
    return changed


def compare(changed):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began, compared = time.perf_counter(), 0
    while done := screening.screen_due():
        compared += done
    print(f"{compared} names compared within {since(began):.1f} s, {1000 * since(began) / compared:.1f} ms each")
    flags = ScreeningFlag.objects.filter(organization__slug__in=changed)
    found = flags.values("organization").distinct().count()
    others = ScreeningFlag.objects.exclude(organization__slug__in=changed).values("organization").distinct().count()
    print(f"{found} of {len(changed)} changed names flagged; {others} other organizations flagged")


def one_more():
    own = Organization.objects.order_by("pk").first()
    OwnName.objects.filter(organization=own).delete()
    began = time.perf_counter()
    screening.note_names([own])
    screening.screen_due()
    print(f"one new organization: {1000 * since(began):.0f} ms")


def since(began):
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
