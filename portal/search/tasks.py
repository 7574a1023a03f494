from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from celery import shared_task
from kombu.exceptions import OperationalError

from portal.search import correcting, embedding, guessing, reindexing, searched

#: Objects of one task: few enough that a worker asked to stop is soon done.
LIMIT = 200


@shared_task(ignore_result=True)
def embed_some(label: str, keys: Sequence[Any]) -> None:
    """Encode these objects; called after commit for speed. Twice or in parallel: same outcome."""
    for start in range(0, len(keys), embedding.BATCH):
        embedding.embed(searched.by_label(label), keys[start : start + embedding.BATCH])


@shared_task(ignore_result=True)
def index_some(label: str, keys: Sequence[int]) -> None:
    """Called after commit when a part of the vocabulary became another. Twice or in parallel: same outcome."""
    reindexing.index(label, keys)


@shared_task(ignore_result=True)
def embed_due() -> None:
    """Encode what no hint reached; called by beat for certainty."""
    for entry in searched.with_meaning():
        if embedding.sweep(entry.label, LIMIT) >= LIMIT:
            again()
    guessing.refresh()


def again() -> None:
    """Go on with what is left, after other tasks had their turn; if the broker is down, by the next sweep."""
    with suppress(OperationalError):
        embed_due.apply_async(countdown=1, expires=embedding.STALE)


@shared_task(ignore_result=True)
def refresh_words() -> None:
    """Note which words the texts have, for "did you mean"."""
    correcting.refresh()
