from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from partners import complaints, permissions, unloading
from partners.complaints import Problem
from partners.models import FirmImport
from partners.unpacking import unpack
from portal.accounts.models import Organization, User
from portal.reference.loading import CHANGED, CREATED, UNCHANGED, progress
from resources.unpacking import MAX_BYTES


class Command(BaseCommand):
    help = (
        "Bring in a chamber's member firms or requests from a CSV file: all rows or none. The same file a second time "
        "changes nothing. Exit status 1 when a row has an error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV in UTF-8 or UTF-16.")
        parser.add_argument("--kind", required=True, choices=FirmImport.Kind.values)
        parser.add_argument("--chamber", required=True, metavar="SLUG", help="The chamber's short name.")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="Who of the chamber brings them in.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, and change nothing.")

    def handle(self, *args: Any, file: Path, kind: str, chamber: str, by: str, dry_run: bool, **options: Any) -> None:
        body = Organization.objects.chambers().filter(slug=chamber).first()
        user = User.objects.filter(email__iexact=by, is_active=True).first()
        if body is None or user is None or not permissions.can_bring(user, body):
            raise CommandError(f"{by} does not act for a verified chamber “{chamber}”.")
        with translation.override(user.language):
            self._bring(_read(file), body, kind, user, dry_run=dry_run)

    def _bring(self, content: bytes, chamber: Organization, kind: str, by: User, *, dry_run: bool) -> None:
        try:
            unpacked = unpack(content, kind)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        found = unloading.bring(
            unpacked.records,
            chamber=chamber,
            kind=kind,
            by=by,
            keep=not dry_run and not unpacked.problems,
            through=lambda rows: progress("Looking" if dry_run else "Loading", rows),
        )
        if problems := sorted([*unpacked.problems, *found.problems], key=lambda problem: problem.row):
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
    value = problem.params.get("value", "")
    return f"{place}: {complaints.sentence(problem.code, problem.params)}" + (f" [{value}]" if value else "")
