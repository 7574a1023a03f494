"""What workers do with files of resources: the dry run, and the load that writes all or nothing.

A task starts after commit, and the beat sweep finds what a crash or a broker that was down left behind. Nothing runs
twice at a time: a worker holds an advisory lock of PostgreSQL while it works, which ends with its connection,
however it dies.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Model
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lifecycle import move
from portal.notifications.outbox import notify
from portal.reference.loading import CHANGED, CREATED, UNCHANGED
from resources import applying, people, permissions, unseen
from resources.models import ImportRun, Resource
from resources.unpacking import Problem, Record, unpack

Status = ImportRun.Status
Through = Callable[[list[Any]], Iterable[Any]]

#: A file that three workers died of, or that was not done within the task's time three times, is given up.
ATTEMPTS = 3
#: The page learns how far a file is every so many seconds.
EVERY = 0.5
#: Of more errors the first ones are kept.
MAX_PROBLEMS = 2_000
#: A file that nobody loaded is given up after this time.
KEPT_DAYS = 7
#: One load at a time, because two could wait for each other's rows; any two numbers for ``pg_advisory_lock``.
_LOADING, _CLAIM = 0x494D50, 0x494D51


@dataclass
class Found:
    """What came of looking a file through, or of loading it."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    #: The version of every resource that the file speaks of and that was there before, by its id.
    versions: dict[str, int] = field(default_factory=dict)
    created: list[Resource] = field(default_factory=list)
    changed: list[Resource] = field(default_factory=list)

    def note(self, outcome: applying.Outcome) -> None:
        self.counts[outcome.what] += 1
        if outcome.what == CREATED:
            self.created.append(outcome.resource)
        else:
            self.versions[str(outcome.resource.pk)] = outcome.version
        if outcome.what == CHANGED:
            self.changed.append(outcome.resource)


# --- The work itself, also for the terminal ---------------------------------------------------------


def look_through(records: list[Record], *, by: User, through: Through = iter) -> Found:
    """The dry run: ask of every record, with the rights of ``by``, what loading would ask. Writes nothing.

    ``through`` goes over the records, with a progress bar say.
    """
    found, shelf = Found(), applying.Shelf.of_today(records, by=by)
    for record in through(records):
        _apply(record, found, by=by, shelf=shelf, tries=True)
    return found


def load(
    records: list[Record],
    *,
    by: User,
    submits: bool = False,
    versions: Mapping[str, int] | None = None,
    name: str = "",
    through: Through = iter,
) -> Found:
    """Write every record, or none: when any has a problem, nothing is changed and all problems are told.

    Those who look over what changed in public get one message with the file's ``name``.

    ``versions`` are those of :func:`look_through`: what somebody changed since then is a problem.
    """
    found = Found()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOADING])
        shelf = applying.Shelf.of_today(records, by=by)
        for record in through(records):
            _apply(record, found, by=by, shelf=shelf, submits=submits, versions=versions)
        if found.problems:
            transaction.set_rollback(True)
            found.created.clear()
        else:
            unseen.tell_of_file(found.changed, by=by, name=name)
    return found


def _apply(record: Record, found: Found, **how: Any) -> None:
    try:
        outcome = applying.apply(record, **how)
    except applying.Refused as refusal:
        found.problems += refusal.problems
    else:
        found.note(outcome)


# --- Claims and outcomes -----------------------------------------------------------------------------


def work_on(pk: int) -> bool:
    """Look a file through or load it, whatever its state asks for; False when another worker is at it or nothing is.

    Safe to call at any time, twice, and in parallel.
    """
    with claim(pk) as is_mine:
        run = ImportRun.objects.waiting().select_related("uploaded_by").filter(pk=pk).first()
        if not is_mine or run is None:
            return False
        with translation.override(run.language):
            if reason := _why_not(run):
                end(run, Status.ABANDONED, errors=[asdict(Problem(0, "", "", reason))])
                return True
            ImportRun.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
            (_look_through if run.status == Status.CHECKING else _load)(run)
    return True


def _why_not(run: ImportRun) -> str:
    if run.attempts >= ATTEMPTS:
        return _("It could not be finished in three attempts, so it was given up. Nothing was changed.")
    if not run.uploaded_by.is_active or not permissions.can_bring(run.uploaded_by):
        return _("You keep no resources any more, so it was given up. Nothing was changed.")
    return ""


def end(run: ImportRun, to: str, *, by: User | None = None, **changes: Any) -> ImportRun:
    """Move a file to its last state and forget what was in it."""
    return move(run, to, by=by, verb=str(to), content=b"", versions={}, finished_at=timezone.now(), **changes)


def sweep() -> list[int]:
    """Give up what nobody loaded; return the files that wait for a worker, for the beat clock to send one."""
    day = timezone.now() - timedelta(days=KEPT_DAYS)
    for run in ImportRun.objects.filter(status=Status.CHECKED, finished_at__lt=day):
        end(run, Status.ABANDONED)
    return list(ImportRun.objects.waiting().values_list("pk", flat=True))


@contextmanager
def claim(pk: int, *, of: int = _CLAIM) -> Iterator[bool]:
    """Whether this worker alone may work on the file. Held by the connection, not by a transaction.

    ``of`` tells files of one table from those of another.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [of, pk])
        is_mine = cursor.fetchone()[0]
    try:
        yield is_mine
    finally:
        if is_mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [of, pk])


def _look_through(run: ImportRun) -> None:
    unpacked = unpack(bytes(run.content))
    with telling(run) as through:
        found = look_through(unpacked.records, by=run.uploaded_by, through=through)
    found.problems = sorted([*unpacked.problems, *found.problems], key=lambda problem: problem.row)
    try:
        if found.problems:
            end(run, Status.REFUSED, **_outcome(found))
        else:
            move(
                run,
                Status.CHECKED,
                by=None,
                verb="checked",
                versions=found.versions,
                finished_at=timezone.now(),
                **_outcome(found),
            )
    except ValidationError as error:
        if error.code != "illegal_move":  # she gave it up meanwhile
            raise


def _load(run: ImportRun) -> None:
    records = unpack(bytes(run.content)).records
    with telling(run) as through, transaction.atomic():
        found = load(
            records,
            by=run.uploaded_by,
            submits=run.submits,
            versions=run.versions,
            name=run.name,
            through=through,
        )
        if not found.problems:
            end(run, Status.LOADED, **_outcome(found))
            _tell_reviewers(run, found.created)
    if found.problems:
        end(run, Status.REFUSED, **_outcome(found))


def _outcome(found: Found) -> dict[str, Any]:
    counts = {what: found.counts[what] for what in (CREATED, CHANGED, UNCHANGED)}
    counts["problems"] = len(found.problems)
    errors = [asdict(problem) for problem in found.problems[:MAX_PROBLEMS]]
    return {"counts": counts, "errors": errors, "done": sum(found.counts.values())}


def _tell_reviewers(run: ImportRun, created: list[Resource]) -> None:
    """One message to each person who may publish some of them, however many there are."""
    if not run.submits or not created:
        return
    told: dict[Any, User] = {}
    for resource in {(row.scope, frozenset(row.economy_codes)): row for row in created}.values():
        told |= {person.pk: person for person in people.reviewers(resource)}
    told.pop(run.uploaded_by_id, None)
    notify(
        told.values(),
        "resources/import_submitted",
        about=run,
        url=f"{reverse('resources:resource-manage')}?status={Resource.Status.IN_REVIEW}",
        by=str(run.uploaded_by),
        count=len(created),
    )


@contextmanager
def telling(run: Model, *, every: float = EVERY) -> Iterator[Through]:
    """Going over records while the page learns how far they are (``run.done``), after ``every`` so many seconds."""
    with _Beside(every) as beside:

        def through(records: Iterable[Any]) -> Iterator[Any]:
            for done, record in enumerate(records):
                beside.tell(run, done)
                yield record

        yield through


class _Beside:
    """A connection beside that of the work, whose transaction shows nothing to others until its end."""

    def __init__(self, every: float) -> None:
        self.connection = connection.copy()
        self.every = every
        self.told_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def tell(self, run: Model, done: int) -> None:
        if time.monotonic() - self.told_at < self.every:
            return
        self.told_at = time.monotonic()
        with self.connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{run._meta.db_table}" SET done = %s WHERE id = %s', [done, run.pk])  # noqa: S608
