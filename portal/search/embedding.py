"""Keeps the vectors of texts in step with the texts. What is out of date is read from the database itself, so that
nothing is forgotten: a task after commit is only a hint, and a sweep finds what it missed."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from kombu.exceptions import OperationalError

from portal.languages import Language
from portal.search import meaning, semantic
from portal.search.searched import Passages, Searched, by_label

logger = logging.getLogger(__name__)

#: Raise it when texts are encoded in another way, so that all are encoded anew.
SCHEME = 1
BATCH = 64
#: A hint that no worker took in this time (seconds) is dropped: it says no more than the next sweep.
STALE = 600
_PREFIX = f"{SCHEME}-"
_WAITING = "portal_search_waiting"

Place = tuple[str, int]


def due(entry: Searched) -> QuerySet:
    """The objects whose vectors are missing or of an older text."""
    rows = entry.model._base_manager.exclude(**{entry.indexed: ""})  # noqa: SLF001 -- hidden rows count too
    if entry.meaning is None or not meaning.is_ready(entry.meaning):
        return rows.none()
    current = entry.meaning._default_manager.filter(
        **{f"{entry.meaning.OWNER}_id": OuterRef("pk")},
        indexed=Concat(Value(_PREFIX), OuterRef(entry.indexed), output_field=CharField()),
    )
    return rows.filter(~Exists(current)).order_by("pk")


def embed(entry: Searched, keys: Sequence[Any]) -> int:
    """Bring the vectors of these objects up to date; return how many passages had to be encoded.

    Objects that are gone are passed over. May run twice, and at the same time as an edit: what was edited
    meanwhile stays out of date and is found again.
    """
    if entry.passages is None or entry.prepared is None or not meaning.is_ready(entry.meaning):
        return 0
    objects = list(entry.prepared().filter(pk__in=keys))
    wanted = {obj.pk: _wanted(entry.passages(obj)) for obj in objects}
    stored = _stored(entry, list(wanted))
    fresh = [
        (pk, place, text, digest)
        for pk, passages in wanted.items()
        for place, (text, digest) in passages.items()
        if stored.get(pk, {}).get(place) != digest
    ]
    vectors = semantic.encode([text for _pk, _place, text, _digest in fresh])
    encoded = {(pk, place): vector for (pk, place, _text, _digest), vector in zip(fresh, vectors, strict=True)}
    for obj in objects:
        _write(entry, obj, wanted[obj.pk], encoded)
    return len(fresh)


def hint(entry: Searched, key: Any) -> None:
    """Ask the workers to encode an object once the transaction is through; many of one transaction at once.

    Returns at once even when the broker is down: the sweep comes anyway.
    """
    waiting: dict[str, set[Any]] = connection.__dict__.setdefault(_WAITING, {})
    waiting.setdefault(entry.label, set()).add(key)
    # For each object, because those of a transaction that failed may still wait; the first takes them all.
    transaction.on_commit(_ask_workers)


def _ask_workers() -> None:
    from portal.search.tasks import LIMIT, embed_due, embed_some  # noqa: PLC0415 -- tasks import this module

    try:
        for label, keys in connection.__dict__.pop(_WAITING, {}).items():
            if len(keys) > LIMIT:
                embed_due.apply_async(expires=STALE)
            else:
                embed_some.apply_async([label, sorted(keys)], expires=STALE)
    except OperationalError as error:
        logger.warning("no hint to the workers, the sweep will encode", extra={"error": str(error)})


def sweep(label: str, limit: int) -> int:
    """Encode up to ``limit`` objects that are out of date; return how many there were."""
    entry = by_label(label)
    keys = list(due(entry).values_list("pk", flat=True)[:limit])
    for start in range(0, len(keys), BATCH):
        embed(entry, keys[start : start + BATCH])
    return len(keys)


def _wanted(passages: Passages) -> dict[Place, tuple[str, str]]:
    return {
        (language, part): (text, _digest(text))
        for language in Language.values
        for part, text in enumerate(passages.get(language, ()))
        if text.strip()
    }


def _stored(entry: Searched, keys: list[Any]) -> dict[Any, dict[Place, str]]:
    assert entry.meaning is not None
    owner = f"{entry.meaning.OWNER}_id"
    found: dict[Any, dict[Place, str]] = {}
    rows = entry.meaning._default_manager.filter(**{f"{owner}__in": keys}, vector__isnull=False)
    for pk, language, part, digest in rows.values_list(owner, "language", "part", "digest"):
        found.setdefault(pk, {})[language, part] = digest
    return found


@transaction.atomic
def _write(entry: Searched, obj: Any, wanted: dict[Place, tuple[str, str]], encoded: dict[Any, Any]) -> None:
    """Store what was encoded, drop what is no longer said, and mark the rest as compared with this text."""
    assert entry.meaning is not None
    manager, owner = entry.meaning._default_manager, f"{entry.meaning.OWNER}_id"
    # Locked, so that it cannot be deleted or encoded by another worker meanwhile.
    if not entry.model._base_manager.select_for_update(no_key=True).filter(pk=obj.pk).values("pk"):  # noqa: SLF001
        return
    indexed = _PREFIX + getattr(obj, entry.indexed)
    rows = manager.filter(**{owner: obj.pk})
    gone = [row.pk for row in rows.defer("vector") if (row.language, row.part) not in wanted]
    manager.filter(pk__in=gone).delete()
    rows.exclude(indexed=indexed).update(indexed=indexed)
    manager.bulk_create(
        [
            entry.meaning(
                **{owner: obj.pk},
                language=language,
                part=part,
                vector=encoded[obj.pk, (language, part)],
                digest=digest,
                indexed=indexed,
            )
            for (language, part), (_text, digest) in wanted.items()
            if (obj.pk, (language, part)) in encoded
        ],
        update_conflicts=True,
        unique_fields=[entry.meaning.OWNER, "language", "part"],
        update_fields=["vector", "digest", "indexed"],
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
