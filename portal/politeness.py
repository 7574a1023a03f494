"""One request at a time to each site, and a pause between: in this process always, across processes through Redis.

Without Redis each process is polite for itself.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: Seconds between two requests to one site.
PAUSE = 1
#: Seconds somebody waits for her turn before she comes back later.
PATIENCE = 15.0
#: Seconds after which a turn ends although nobody gave it back: longer than any fetch takes.
LEASE = 60
#: A site that asks for peace gets it for at most this long (seconds).
LONGEST_PEACE = 7 * 24 * 3600
_LOOK = 0.1
_KEPT = 1000

_lock = threading.Lock()
_free_at: dict[str, float] = {}  # by time.monotonic()


class Busy(Exception):  # noqa: N818 -- what the site is, nobody's error
    """Somebody else asks this site now, or it asked for peace. ``seconds``: come back after these."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} is busy for about {seconds:.0f} s")
        self.seconds = seconds


@contextmanager
def turn(host: str, *, pause: int = PAUSE, patience: float = PATIENCE) -> Iterator[None]:
    """Wait for one's turn with this site, at most ``patience`` seconds; the next one comes ``pause`` seconds after.

    Raises :class:`Busy`.
    """
    _wait(host, patience)
    try:
        yield
    finally:
        with _lock:
            _free_at[host] = time.monotonic() + pause
        _shared_touch(host, pause)


def leave_in_peace(host: str, seconds: float) -> None:
    """The site asked for it (Retry-After): nobody asks it anything for so long."""
    seconds = min(max(seconds, 1), LONGEST_PEACE)
    with _lock:
        _free_at[_peace(host)] = time.monotonic() + seconds
    try:
        cache.set(_key(_peace(host)), time.time() + seconds, timeout=int(seconds) + 1)
    except RedisError as error:
        _say(error)


def _wait(host: str, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        if (peace := _peace_left(host)) > 0:
            raise Busy(host, peace)
        if _take(host):
            return
        if time.monotonic() >= until:
            raise Busy(host, LEASE)
        time.sleep(_LOOK)


def _take(host: str) -> bool:
    now = time.monotonic()
    with _lock:
        if _free_at.get(host, 0) > now:
            return False
        if len(_free_at) > _KEPT:
            for name in [name for name, moment in _free_at.items() if moment <= now]:
                del _free_at[name]
        _free_at[host] = now + LEASE
    if _shared_take(host):
        return True
    with _lock:
        del _free_at[host]
    return False


def _peace_left(host: str) -> float:
    with _lock:
        here = _free_at.get(_peace(host), 0) - time.monotonic()
    try:
        return max(here, (cache.get(_key(_peace(host))) or 0) - time.time())
    except RedisError as error:
        _say(error)
        return here


def _shared_take(host: str) -> bool:
    try:
        return bool(cache.add(_key(host), 1, timeout=LEASE))
    except RedisError as error:
        _say(error)
        return True


def _shared_touch(host: str, pause: int) -> None:
    try:
        cache.touch(_key(host), timeout=pause)
    except RedisError as error:
        _say(error)  # the lease ends by itself


def _say(error: RedisError) -> None:
    logger.warning("no word of other processes' requests, polite in this one alone", extra={"error": str(error)})


def _peace(host: str) -> str:
    return f"peace {host}"


def _key(name: str) -> str:
    return f"turn:{hashlib.sha256(name.encode()).hexdigest()[:32]}"
