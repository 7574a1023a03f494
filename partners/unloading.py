"""What workers do with a chamber's files: the dry run, and the load that writes all or nothing.

The look is a load that is taken back at its end, so it finds what loading would find. A task starts after commit, and
the beat sweep finds what a crash or a broker that was down left behind; a worker holds an advisory lock while it works.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone, translation

from partners import permissions
from partners.bringing_members import Members
from partners.bringing_requests import Requests
from partners.complaints import Problem, Refused
from partners.models import FirmImport
from partners.unpacking import Record, unpack
from portal.accounts.models import Organization, User
from portal.activity.log import record as note
from portal.lifecycle import move
from portal.reference.loading import CHANGED, CREATED, UNCHANGED
from resources.unloading import claim, telling

Status = FirmImport.Status
Through = Callable[[list[Record]], Iterable[Record]]

#: A file that three workers died of is given up.
ATTEMPTS = 3
#: Of more errors the first ones are kept.
MAX_PROBLEMS = 2_000
#: A file that nobody loaded is given up after this time.
KEPT = timedelta(days=7)
#: One load of a chamber at a time, and one worker per file; any two numbers for PostgreSQL's advisory locks.
_LOADING, _CLAIM = 0x46494C, 0x46494D


@dataclass
class Found:
    """What came of a file."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    #: The version of everything that the file changes, by short name, as it was looked at.
    versions: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        counts = {what: self.counts[what] for what in (CREATED, CHANGED, UNCHANGED)}
        return {**counts, "problems": len(self.problems), "versions": self.versions}


def bring(
    records: list[Record],
    *,
    chamber: Organization,
    kind: str,
    by: User,
    keep: bool,
    versions: Mapping[str, str] | None = None,
    through: Through = iter,
) -> Found:
    """Write every record, or none: when any has a problem, or without ``keep``, nothing is changed.

    ``versions`` are those of an earlier look: what somebody changed since then is a problem. ``through`` goes over
    the records, with a progress bar say.
    """
    found = Found()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOADING, chamber.pk])
        rows = (Members if kind == FirmImport.Kind.MEMBERS else Requests)(chamber, by=by)
        for record in through(records):
            try:
                slug, outcome = rows.apply(record)
            except Refused as refusal:
                found.problems += refusal.problems
                continue
            found.counts[outcome] += 1
            if outcome == CHANGED:
                found.versions[slug] = rows.version(slug)
                if versions is not None and versions.get(slug) != rows.version(slug):
                    found.problems.append(Problem(record.row, "slug", "changed_meanwhile", {"value": slug}))
        if found.problems or not keep:
            transaction.set_rollback(True)
        elif found.counts[CREATED] + found.counts[CHANGED]:
            note(by, "brought_in", chamber, kind=str(kind), created=found.counts[CREATED])
    return found


def work_on(pk: int) -> bool:
    """Look a file through or load it, whatever its state asks for; False when another worker is at it or nothing is.

    Safe to call at any time, twice, and in parallel.
    """
    with claim(pk, of=_CLAIM) as is_mine:
        run = FirmImport.objects.waiting().select_related("uploaded_by", "chamber").filter(pk=pk).first()
        if not is_mine or run is None:
            return False
        with translation.override(run.uploaded_by.language):
            if reason := _why_not(run):
                end(run, Status.ABANDONED, errors=[Problem(0, "", reason).as_json()])
                return True
            run.summary = run.summary | {"attempts": run.summary.get("attempts", 0) + 1}
            run.worked_at = timezone.now()
            run.save(update_fields=["summary", "worked_at"])
            (_look_through if run.status == Status.CHECKING else _load)(run)
    return True


def sweep() -> list[int]:
    """Give up what nobody loaded; return the files that wait for a worker, for the beat clock to send one."""
    over = FirmImport.objects.filter(status=Status.CHECKED, worked_at__lt=timezone.now() - KEPT)
    for run in over:
        end(run, Status.ABANDONED)
    return list(FirmImport.objects.waiting().values_list("pk", flat=True))


def _why_not(run: FirmImport) -> str:
    if run.summary.get("attempts", 0) >= ATTEMPTS:
        return "attempts"
    if not run.uploaded_by.is_active or not permissions.can_bring(run.uploaded_by, run.chamber):
        return "rights"
    return ""


def _look_through(run: FirmImport) -> None:
    unpacked = unpack(_content(run), run.kind)
    with telling(run) as through:
        found = bring(
            unpacked.records, chamber=run.chamber, kind=run.kind, by=run.uploaded_by, keep=False, through=through
        )
    found.problems = sorted([*unpacked.problems, *found.problems], key=lambda problem: problem.row)
    try:
        if found.problems:
            end(run, Status.REFUSED, **_outcome(run, found))
        else:
            move(run, Status.CHECKED, by=None, verb="checked", worked_at=timezone.now(), **_outcome(run, found))
    except ValidationError as error:
        if error.code != "illegal_move":  # somebody gave it up meanwhile
            raise


def _load(run: FirmImport) -> None:
    records = unpack(_content(run), run.kind).records
    with telling(run) as through, transaction.atomic():
        found = bring(
            records,
            chamber=run.chamber,
            kind=run.kind,
            by=run.uploaded_by,
            keep=True,
            versions=run.summary["versions"],
            through=through,
        )
        if not found.problems:
            end(run, Status.LOADED, **_outcome(run, found))
    if found.problems:
        end(run, Status.REFUSED, **_outcome(run, found))


def _outcome(run: FirmImport, found: Found) -> dict[str, Any]:
    errors = [problem.as_json() for problem in found.problems[:MAX_PROBLEMS]]
    return {"summary": found.as_json(), "errors": errors, "done": run.rows}


def _content(run: FirmImport) -> bytes:
    with run.file.open("rb") as file:
        return file.read()


def end(run: FirmImport, to: str, *, by: User | None = None, **changes: Any) -> FirmImport:
    """Move a file to its last state and forget what was in it, once that is sure."""
    storage, stored = run.file.storage, str(run.file.name)
    summary = {name: value for name, value in changes.pop("summary", run.summary).items() if name != "versions"}
    with transaction.atomic():
        row = move(run, to, by=by, verb=str(to), file="", summary=summary, worked_at=timezone.now(), **changes)
        transaction.on_commit(lambda: storage.delete(stored), robust=True)
    return row
