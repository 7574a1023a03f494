from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.reference.loading import progress
from portal.search import embedding, meaning, searched


class Command(BaseCommand):
    help = "Encode what has no vector yet, or one of an older text. May be stopped and started again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="Forget all vectors first and encode everything.")

    def handle(self, *args: Any, again: bool = False, **options: Any) -> None:
        for entry in searched.with_meaning():
            assert entry.meaning is not None
            if not meaning.provide(entry.meaning):
                self.stdout.write("This PostgreSQL has no pgvector: search goes by words and by the thesaurus.")
                return
            if again:
                entry.meaning._default_manager.all().delete()
            count = self._encode(entry)
            self.stdout.write(f"{entry.model._meta.verbose_name_plural}: {count} passage(s) encoded")

    @staticmethod
    def _encode(entry: searched.Searched) -> int:
        keys = list(embedding.due(entry).values_list("pk", flat=True))
        starts = range(0, len(keys), embedding.BATCH)
        slices = [keys[start : start + embedding.BATCH] for start in starts]
        return sum(embedding.embed(entry, some) for some in progress("Meaning", slices))
