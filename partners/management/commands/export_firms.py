import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners import exporting
from partners.models import FirmImport
from portal.accounts.models import Organization
from portal.reference.loading import progress


class Command(BaseCommand):
    help = "Write a chamber's member firms or requests as CSV; brought in again, it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", required=True, choices=FirmImport.Kind.values)
        parser.add_argument("--chamber", required=True, metavar="SLUG", help="The chamber's short name.")
        parser.add_argument("--to", type=Path, help="The file to write; by default the standard output.")

    def handle(self, *args: Any, kind: str, chamber: str, to: Path | None, **options: Any) -> None:
        body = Organization.objects.chambers().filter(slug=chamber).first()
        if body is None:
            raise CommandError(f"There is no verified chamber “{chamber}”.")
        lines = exporting.lines(body, kind)
        if to is None:
            sys.stdout.buffer.writelines(lines)
            return
        rows = exporting.members_of(body) if kind == FirmImport.Kind.MEMBERS else exporting.requests_of(body)
        with to.open("wb") as file:
            file.writelines(progress("Writing", lines, rows.count() + 1))
