"""What the commands that load data files have in common."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.reference.loading import BrokenData, Load, run


class LoadCommand(BaseCommand):
    """Runs ``loads`` over a directory of data files and prints what came of it; exit 1 with every problem."""

    loads: Sequence[Load] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--data-dir",
            type=Path,
            default=settings.REFERENCE_DATA_DIR,
            help="Where the data files are (default: %(default)s).",
        )

    def handle(self, *args: Any, data_dir: Path, **options: Any) -> None:
        try:
            report = run(self.loads, data_dir)
        except BrokenData as error:
            count = len(error.lines)
            raise CommandError(f"{error}\n{count} problem(s); nothing was loaded.") from error
        for line in report.lines():
            self.stdout.write(line)
        if not report.writes:
            self.stdout.write("Nothing to do: all of it was loaded before.")
