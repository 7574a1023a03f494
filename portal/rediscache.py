"""Django's cache in Redis, with one client for each connection pool.

Django makes a new client for every call, and redis-py builds a table of some 170 entries for each: more work than
the call itself, for a page that costs nothing else.
"""

from typing import Any

from django.core.cache.backends import redis as django_redis


class _Client(django_redis.RedisCacheClient):
    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)
        if not hasattr(pool, "portal_client"):
            pool.portal_client = self._client(connection_pool=pool)
        return pool.portal_client


class RedisCache(django_redis.RedisCache):
    """``BACKEND`` for settings; takes what Django's own takes."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client
