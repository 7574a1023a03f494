from collections.abc import Sequence
from typing import Any

from celery import shared_task

from portal.search import correcting, embedding, guessing, searched

#: Objects of one task: few enough that a worker asked to stop is soon done.
LIMIT = 200


@shared_task(ignore_result=True)
def embed_some(label: str, keys: Sequence[Any]) -> None:
    """Encode these objects; called after commit for speed. Twice or in parallel: same outcome."""
    for start in range(0, len(keys), embedding.BATCH):
        embedding.embed(searched.by_label(label), keys[start : start + embedding.BATCH])


@shared_task(ignore_result=True)
def embed_due() -> None:
    """Encode what no hint reached; called by beat for certainty."""
    for entry in searched.with_meaning():
        embedding.sweep(entry.label, LIMIT)
    guessing.refresh()


@shared_task(ignore_result=True)
def refresh_words() -> None:
    """Note which words the texts have, for "did you mean"."""
    correcting.refresh()
