"""What every page shows of its reader's own, kept for a minute: how much waits on her desk, what is unread, her list.

Counting anew on every page costs more than the page. What she does herself is seen at once (:class:`MineMiddleware`,
:func:`forget`); what others do for her, within a minute. Without the cache, and with ``COUNTS_CACHE_SECONDS`` 0,
everything is counted anew. It is for showing, never for deciding what she may do.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

SAFE = ("GET", "HEAD", "OPTIONS")

Value = TypeVar("Value")


def key(pk: Any) -> str:
    return f"mine:{pk}"


def remembered(user: Any, name: str, make: Callable[[], Value]) -> Value:
    """What ``make`` counts for ``user``, under ``name``; asked for once in a request, and counted once a minute."""
    if settings.COUNTS_CACHE_SECONDS <= 0 or not user.is_authenticated:
        return make()
    if not hasattr(user, "kept_for_pages"):
        try:
            user.kept_for_pages = cache.get(key(user.pk), {})
        except RedisError:
            user.kept_for_pages = {}
    kept = user.kept_for_pages
    if name not in kept:
        kept[name] = make()
        try:
            cache.set(key(user.pk), kept, timeout=settings.COUNTS_CACHE_SECONDS)
        except RedisError as error:
            logger.warning("what a page shows of its reader was not kept", extra={"error": repr(error)})
    return kept[name]


def forget(user: Any) -> None:
    """Count anew at her next page, once this transaction commits."""
    user.__dict__.pop("kept_for_pages", None)
    if settings.COUNTS_CACHE_SECONDS > 0:
        transaction.on_commit(lambda: _forget(key(user.pk)), robust=True)


class MineMiddleware:
    """Whatever a signed-in reader sends, her next page counts anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE and request.user.is_authenticated:
            forget(request.user)
        return response


def _forget(name: str) -> None:
    try:
        cache.delete(name)
    except RedisError as error:
        logger.warning("a reader may see old counts for a minute", extra={"error": repr(error)})
