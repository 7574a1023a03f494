from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from portal.accounts.models import User
from portal.reference.loading import CHANGED, CREATED, UNCHANGED, progress
from resources import permissions, unloading
from resources.unpacking import MAX_BYTES, Problem, unpack


class Command(BaseCommand):
    help = (
        "Bring in resources from a CSV or JSON Lines file with the rights of one person: all rows or none. "
        "The same file a second time changes nothing. Exit status 1 when a row has an error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV (UTF-8 or UTF-16) or JSON Lines.")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="Whose resources these are.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, and change nothing.")
        parser.add_argument("--submit", action="store_true", help="Submit the new resources for review at once.")

    def handle(self, *args: Any, file: Path, by: str, dry_run: bool, submit: bool, **options: Any) -> None:
        user = User.objects.filter(email__iexact=by, is_active=True).first()
        if user is None or not permissions.can_bring(user):
            raise CommandError(f"{by} is no official or administrator of this portal.")
        with translation.override(user.language):
            self._bring(_read(file), file.name, user, dry_run=dry_run, submit=submit)

    def _bring(self, content: bytes, name: str, user: User, *, dry_run: bool, submit: bool) -> None:
        try:
            unpacked = unpack(content)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        found = unloading.look_through(unpacked.records, by=user, through=lambda rows: progress("Looking", rows))
        found.problems += unpacked.problems
        if not found.problems and not dry_run:
            found = unloading.load(
                unpacked.records,
                by=user,
                submits=submit,
                versions=found.versions,
                name=name,
                through=lambda rows: progress("Loading", rows),
            )
        if found.problems:
            problems = sorted(found.problems, key=lambda problem: problem.row)
            raise CommandError("\n".join([*map(_line, problems), f"{len(problems)} problem(s); nothing was loaded."]))
        counts = ", ".join(f"{found.counts[what]} {what}" for what in (CREATED, CHANGED, UNCHANGED))
        self.stdout.write(f"{counts}{' (dry run: nothing was loaded)' if dry_run else ''}")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error


def _line(problem: Problem) -> str:
    place = f"{problem.row} {problem.field}".strip()
    return f"{place}: {problem.message}" + (f" [{problem.value}]" if problem.value else "")
