"""Bringing a screening list in, in the columns of the US Consolidated Screening List, as a whole or not at all."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.db import transaction

from partners import screening, screening_tasks
from partners.folding import forms
from partners.models import DeniedName, DeniedParty, ScreeningList
from portal.accounts.models import User
from portal.activity.log import record
from portal.reference.loading import BrokenData

NEEDED = ("_id", "name")
#: Ships and aircraft are listed by names that are ordinary words; firms are not compared with them.
NOT_COMPARED = frozenset({"vessel", "aircraft"})
BATCH = 1000
#: An entry may have hundreds of addresses in one field.
LONGEST_FIELD = 5_000_000
#: Of a file that is no such list at all the first complaints are enough.
COMPLAINTS = 50
LONGEST_NAME, LONGEST_KEY = 500, 80

Watch = Callable[[Iterable[dict[str, str]], int], Iterable[dict[str, str]]]


@transaction.atomic
def bring(path: Path, *, name: str, by: User | None = None, watch: Watch | None = None) -> tuple[ScreeningList, bool]:
    """Make the file the current list called ``name``, instead of an earlier one; return it, and whether it is new.

    The same file again changes nothing. The file is CSV in UTF-8 and read row by row; ``watch`` (rows, about how many)
    may show the progress. Names are compared after the commit, by workers. Decisions about earlier flags stay.
    Raises :class:`BrokenData`, one sentence per broken row, with nothing changed; ``OSError`` for a missing file.
    """
    digest, lines = _look_over(path)
    screening.hold_lists(shared=False)
    earlier = ScreeningList.objects.filter(name=name)
    current = earlier.first()
    if current and current.digest == digest:
        return current, False
    earlier.delete()
    row = ScreeningList.objects.create(name=name, digest=digest, imported_by=by)
    with path.open(encoding="utf-8-sig", newline="") as file:
        entries = _rows(file, path.name)
        row.entries = _store(row, watch(entries, lines) if watch else entries, path.name)
    row.save(update_fields=["entries"])
    record(by, "screening_list_brought", row, entries=row.entries)
    screening.compare_anew()
    transaction.on_commit(screening_tasks.hint)
    return row, True


def _look_over(path: Path) -> tuple[str, int]:
    """The digest of the file and how many lines it has, which is a little more than its rows."""
    digest, lines = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            lines += piece.count(b"\n")
    return digest.hexdigest(), lines


def _rows(file: Iterable[str], name: str) -> Iterator[dict[str, str]]:
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        reader = csv.DictReader(file, restval="", restkey="_more", strict=True)
        if missing := [column for column in NEEDED if column not in (reader.fieldnames or ())]:
            raise BrokenData([f"{name}: the column {column} is missing" for column in missing])
        yield from reader
    except (csv.Error, UnicodeDecodeError) as error:
        raise BrokenData([f"{name}: it cannot be read as CSV in UTF-8 ({error})"]) from error
    finally:
        csv.field_size_limit(before)


def _store(row: ScreeningList, entries: Iterable[dict[str, str]], name: str) -> int:
    seen: set[str] = set()
    broken: list[str] = []
    for batch in _batches(entries):
        parties = [_party(row, entry) for entry in batch if _is_sound(entry, seen, broken, name)]
        if len(broken) >= COMPLAINTS:
            break
        if not broken:
            DeniedParty.objects.bulk_create(parties)
            DeniedName.objects.bulk_create([one for party in parties for one in _names(party)], batch_size=5000)
    if not seen and not broken:
        broken.append(f"{name}: it has no entries")
    if broken:
        raise BrokenData(broken[:COMPLAINTS])
    return len(seen)


def _batches(entries: Iterable[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    batch: list[dict[str, str]] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _is_sound(entry: dict[str, str], seen: set[str], broken: list[str], name: str) -> bool:
    key, number = entry["_id"].strip(), len(seen) + len(broken) + 1
    said = ""
    if not key or len(key) > LONGEST_KEY:
        said = "_id is missing or too long"
    elif not entry["name"].strip():
        said = "name is missing"
    elif key in seen:
        said = f"_id {key} is there twice"
    elif "_more" in entry:
        said = "it has more fields than the header"
    elif any("\0" in value for value in entry.values()):
        said = "it has characters that cannot be stored"
    if said:
        broken.append(f"{name}, entry {number}: {said}")
        return False
    seen.add(key)
    return True


def _party(row: ScreeningList, entry: dict[str, str]) -> DeniedParty:
    url = entry.get("source_list_url", "").strip()
    return DeniedParty(
        screening_list=row,
        entry_id=entry["_id"].strip(),
        source=entry.get("source", "").strip()[:200],
        name=entry["name"].strip()[:LONGEST_NAME],
        alt_names=[name[:LONGEST_NAME] for name in _several(entry.get("alt_names", ""))],
        kind=entry.get("type", "").strip()[:40],
        countries=_countries(entry),
        programmes=[one[:120] for one in _several(entry.get("programs", ""))],
        source_url=url if url.startswith(("https://", "http://")) and len(url) <= LONGEST_NAME else "",
    )


def _names(party: DeniedParty) -> list[DeniedName]:
    if party.kind.lower() in NOT_COMPARED:
        return []
    return [DeniedName(party=party, folded=form.folded, core=form.core) for form in forms(party.name, *party.alt_names)]


def _several(text: str) -> list[str]:
    """What the list puts into one field, apart: by semicolons, each once and in their order."""
    return list(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _countries(entry: dict[str, str]) -> list[str]:
    """Two-letter codes: the ends of the addresses, nationalities and citizenships."""
    ends = [address.rpartition(",")[2].strip() for address in _several(entry.get("addresses", ""))]
    others = [*_several(entry.get("nationalities", "")), *_several(entry.get("citizenships", ""))]
    return sorted({code for code in (*ends, *others) if re.fullmatch("[A-Z]{2}", code)})
