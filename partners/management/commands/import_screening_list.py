from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from partners import screening_lists
from partners.folding import has_reader
from portal.reference.loading import BrokenData, progress


class Command(BaseCommand):
    help = (
        "Bring a screening list in, in the columns of the US Consolidated Screening List (CSV, UTF-8). It takes the "
        "place of an earlier list of the same name, as a whole or not at all. Names that look like an entry are then "
        "flagged for an administrator; nothing else follows."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--name", required=True, help="What the list is called here, and which one it replaces.")

    def handle(self, *args: Any, file: Path, name: str, **options: Any) -> None:
        try:
            row, is_new = screening_lists.bring(
                file, name=name, watch=lambda entries, lines: progress("Entries", entries, lines)
            )
        except OSError as error:
            raise CommandError(str(error)) from error
        except BrokenData as error:
            raise CommandError(f"{error}\n{len(error.lines)} problem(s); the list is as it was before.") from error
        if not is_new:
            self.stdout.write(f"Nothing to do: {row.name} is this file already.")
            return
        self.stdout.write(f"{row.entries} entries are the list “{row.name}” now. Workers compare the names.")
        if not has_reader():
            self.stdout.write("Chinese names are not compared with names in Latin letters: pypinyin is not installed.")
