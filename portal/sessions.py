"""Sessions in the database, with what they hold kept in the cache for a minute.

Every page of a signed-in reader asks for her session. What is written or ended here is so at once everywhere; only a
row that somebody deletes past this store (``clearsessions`` deletes expired ones) may be honoured for a minute more.
"""

import logging
from typing import Any

from django.contrib.sessions.backends import db
from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SECONDS = 60


def kept(session_key: str) -> dict[str, Any] | None:
    """What the session holds, if it was asked for within the last minute. Raises ``RedisError`` without the cache."""
    return cache.get(_name(session_key))


class SessionStore(db.SessionStore):
    """``SESSION_ENGINE`` for settings."""

    def load(self) -> dict[str, Any]:
        try:
            found = kept(self.session_key)
        except RedisError:
            return super().load()
        if found is None:
            found = super().load()
            if self.session_key:  # without one there is no such session any more
                self._keep(found)
        return found

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        self._forget(self.session_key)

    def delete(self, session_key: str | None = None) -> None:
        # Forgotten last: whoever reads in between may keep it again.
        super().delete(session_key)
        self._forget(session_key or self.session_key)

    @classmethod
    def get_model_class(cls) -> type:
        return db.SessionStore.get_model_class()

    def _keep(self, found: dict[str, Any]) -> None:
        try:
            cache.set(_name(self.session_key), found, timeout=SECONDS)
        except RedisError as error:
            logger.warning("a session was not kept", extra={"error": repr(error)})

    def _forget(self, session_key: str | None) -> None:
        if session_key is None:
            return
        try:
            cache.delete(_name(session_key))
        except RedisError as error:
            logger.warning("an old session may be honoured for a minute", extra={"error": repr(error)})


def _name(session_key: str) -> str:
    return f"session:{session_key}"
