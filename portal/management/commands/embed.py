from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.reference.loading import progress
from portal.search import correcting, embedding, guessing, meaning, searched
from portal.search.concepts import ConceptMeaning


class Command(BaseCommand):
    help = (
        "Encode what has no vector yet, or one of an older text, and note which words the texts have. "
        "May be stopped and started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="Forget all vectors first and encode everything.")

    def handle(self, *args: Any, again: bool = False, **options: Any) -> None:
        for entry in searched.with_meaning():
            assert entry.meaning is not None
            if not meaning.provide(entry.meaning):
                self.stdout.write("This PostgreSQL has no pgvector: search goes by words and by the thesaurus.")
                break
            if again:
                entry.meaning._default_manager.all().delete()
            count = self._encode(entry)
            self.stdout.write(f"{entry.model._meta.verbose_name_plural}: {count} passage(s) encoded")

        if meaning.provide(ConceptMeaning):
            self.stdout.write(f"concepts: {guessing.refresh()} name(s) encoded")
        self.stdout.write(f"words: {correcting.refresh()}")

    @staticmethod
    def _encode(entry: searched.Searched) -> int:
        keys = list(embedding.due(entry).values_list("pk", flat=True))
        starts = range(0, len(keys), embedding.BATCH)
        slices = [keys[start : start + embedding.BATCH] for start in starts]
        return sum(embedding.embed(entry, some) for some in progress("Meaning", slices))
