"""What a text means, as a vector: the rows, and whether this database can compare them.

pgvector is optional. Without it the tables exist, their vectors stay empty, and search goes by words.
"""

import time
from typing import Any

from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from portal.languages import Language

DIMENSIONS = 512
_LOOK_AGAIN = 30.0  # seconds until a process that found no pgvector looks again


class MeaningField(HalfVectorField):
    """A half-precision vector; where pgvector is missing, a column that stays empty until it is there."""

    def db_type(self, connection: Any) -> str:
        return super().db_type(connection) if has_extension() else "real[]"


class Meaning(models.Model):
    """One passage of an object's text in one language, encoded.

    A subclass names its object by :attr:`OWNER`, a foreign key. ``digest`` is of the encoded passage, so what has
    not changed is not encoded again; ``indexed`` is the object's own mark (:class:`~portal.search.searched.Searched`)
    when this was last compared with it: a row with another mark is out of date.
    """

    OWNER = ""

    language = models.CharField(_("language"), max_length=7, choices=Language, editable=False)
    part = models.PositiveSmallIntegerField(default=0, editable=False)
    vector = MeaningField(dimensions=DIMENSIONS, null=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    indexed = models.CharField(max_length=80, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{getattr(self, self.OWNER + '_id')} {self.language} {self.part}"


def has_extension() -> bool:
    """Whether this database has pgvector's types; asks it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regtype('halfvec') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def provide_extension() -> bool:
    """Add pgvector to this database if its server has it and we may; return whether it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
        if cursor.fetchone() is None:
            return False
        try:
            with transaction.atomic():
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except DatabaseError:
            # Not ours to create. The check portal.W002 tells the operator what to do.
            pass
    return has_extension()


def provide(model: type[models.Model]) -> bool:
    """Give the table of ``model`` a column for vectors and its index, where that is possible; return whether it is.

    The migration calls it, and ``manage.py embed`` again: pgvector may have been installed in between.
    """
    if not provide_extension():
        return False
    table = model._meta.db_table
    quoted, index = connection.ops.quote_name(table), connection.ops.quote_name(f"{table}_nearest")
    with transaction.atomic(), connection.cursor() as cursor:
        if _type_of(cursor, table) == "real[]":
            cursor.execute(f"DELETE FROM {quoted}")  # noqa: S608 -- the table's own name
            cursor.execute(f"ALTER TABLE {quoted} ALTER vector TYPE halfvec({DIMENSIONS}) USING NULL")
        cursor.execute("SELECT to_regclass(%s) IS NULL", [index])
        if cursor.fetchone()[0]:
            cursor.execute(
                f"CREATE INDEX {index} ON {quoted} USING hnsw (vector halfvec_cosine_ops)"
                " WITH (m = 16, ef_construction = 64)"
            )
    _ready.pop(table, None)
    return True


def is_ready(model: type[models.Model] | None) -> bool:
    """Whether ``model`` has vectors that can be compared. Asks the database once; when not, now and then again."""
    if model is None:
        return False
    table = model._meta.db_table
    known = _ready.get(table)
    if known is None or time.monotonic() > known:
        with connection.cursor() as cursor:
            found = _type_of(cursor, table).startswith("halfvec")
        _ready[table] = known = float("inf") if found else time.monotonic() + _LOOK_AGAIN
    return known == float("inf")


def is_without(model: type[models.Model]) -> bool:
    """Whether the table of ``model`` is there and cannot hold vectors."""
    with connection.cursor() as cursor:
        found = _type_of(cursor, model._meta.db_table)
    return bool(found) and not found.startswith("halfvec")


#: Table → until when "not ready" is believed; infinity once it is ready.
_ready: dict[str, float] = {}


def _type_of(cursor: Any, table: str) -> str:
    cursor.execute(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'vector'",
        [connection.ops.quote_name(table)],
    )
    found = cursor.fetchone()
    return found[0] if found else ""
