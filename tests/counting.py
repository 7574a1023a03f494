"""What every page counts for its reader is remembered in tests as on the portal, and forgotten at the next write.

Counting anew on every page cost a third of the time of the tests. A test that changes something between two pages sees
what it changed, whoever did it and by whatever way: after any statement that may write, everybody is counted anew.
"""

import re
from typing import Any, ClassVar

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.db.backends.signals import connection_created

from portal import mine

#: Statements that change no row. Whatever is not known to be one counts as a write; so does going back.
READS = re.compile(
    r"\s*\(?\s*(SELECT|SAVEPOINT|RELEASE|SET|SHOW|EXPLAIN|DECLARE|FETCH|CLOSE|(PREPARE|EXECUTE)\s+scoring_\w+)\b",
    re.IGNORECASE,
)
WITH = re.compile(r"\s*WITH\b", re.IGNORECASE)
WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO)\b", re.IGNORECASE)


class Cache(LocMemCache):
    """``CACHES`` for the tests' settings: knows what it keeps of readers' counts."""

    counts: ClassVar[set[str]] = set()

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, value, timeout, version)
        if key.startswith(mine.key("")):
            self.counts.add(key)


class Watch:
    """Forgets all counts after each write; a test switches it off to see what the portal itself forgets."""

    is_on = True

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        finally:
            if self.is_on and Cache.counts and may_write(str(sql)):
                while Cache.counts:
                    cache.delete(Cache.counts.pop())


def may_write(sql: str) -> bool:
    """For counts' sake: rather once too often than once too few."""
    if READS.match(sql):
        return False
    return bool(WRITES.search(sql)) if WITH.match(sql) else True


watch = Watch()


def begin(connection: Any, **kwargs: Any) -> None:
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


connection_created.connect(begin, dispatch_uid="tests.counting")
