from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import ProtectedError

from portal.reference import renaming


class Command(BaseCommand):
    help = (
        "Give a topic, sector, agreement or dialogue another code (OLD NEW), make it one with another that there is "
        "(OLD NEW --merge), or give it up (OLD --give-up). Addresses, things and what people follow go along. "
        "Change data/*.json too, or the next load_reference brings the old code back. "
        "Economies keep theirs: they are ISO 3166 codes (docs/architecture.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("facet", choices=renaming.facets())
        parser.add_argument("old")
        parser.add_argument("new", nargs="?", default="")
        parser.add_argument("--merge", action="store_true", help="NEW is another one that stays.")
        parser.add_argument("--give-up", action="store_true", help="Take it away; there is no NEW.")

    def handle(self, *args: Any, facet: str, old: str, new: str, **options: Any) -> None:
        if bool(new) == options["give_up"]:
            raise CommandError("Say either NEW or --give-up.")
        try:
            with transaction.atomic():
                self._change(facet, old, new, **options)
        except (LookupError, ValidationError, ProtectedError) as error:
            raise CommandError(str(error.args[0] if error.args else error)) from error
        self.stdout.write(f"{facet}:{old} → {f'{facet}:{new}' if new else 'given up'}")

    @staticmethod
    def _change(facet: str, old: str, new: str, *, merge: bool, give_up: bool, **_options: Any) -> None:
        row = renaming.find(facet, old)
        if give_up:
            renaming.give_up(row, by=None)
        elif merge:
            renaming.merge(row, into=renaming.find(facet, new), by=None)
        else:
            renaming.rename(row, to=new, by=None)
