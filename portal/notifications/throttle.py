"""How many mails leave in a minute, all workers together: what the mail provider allows.

Redis keeps one moment, until which what was sent already takes up the allowance (the generic cell rate algorithm of
ATM networks, ITU-T I.371). Some may go at once, the others evenly, so that no sixty seconds hold more than
``settings.MAIL_PER_MINUTE``. Half of what may go at once is kept for urgent mail: thousands of others never use it up.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

MINUTE = 60_000  # milliseconds, as everything here
_KEY = "sme:mail:taken-until"
_TURN = "sme:mail:comes-again:"
#: One step, whole or not at all: 0 when a mail may go now, else in how many milliseconds.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local taken = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = taken - tonumber(ARGV[2]) - now
if wait > 0 then return math.ceil(wait) end
if ARGV[3] == '1' then
    local fresh = taken + tonumber(ARGV[1])
    redis.call('SET', KEYS[1], fresh, 'PX', math.ceil(fresh - now) + 1000)
end
return 0
"""
#: What was taken and not used.
_GIVE_BACK = """
local taken = redis.call('GET', KEYS[1])
if taken then redis.call('SET', KEYS[1], tonumber(taken) - tonumber(ARGV[1]), 'KEEPTTL') end
"""


@dataclass(frozen=True)
class Pace:
    """Of ``per_minute``: how many may go at once, how many of these are kept for urgent mail, and the time between
    the others."""

    at_once: int
    reserve: int
    interval: float

    @classmethod
    def of(cls, per_minute: int) -> "Pace":
        at_once = 1 + per_minute // 10
        return cls(at_once, at_once // 2, MINUTE / (per_minute - at_once + 1))

    def tolerance(self, *, urgent: bool) -> float:
        return (self.at_once - 1 - (0 if urgent else self.reserve)) * self.interval


class Allowance:
    """What one batch of mails may send. While Redis is away there is no limit: mail that comes too fast is refused for
    now by the provider and tried again; mail that does not go at all helps nobody."""

    def __init__(self, *, urgent: bool = False) -> None:
        self.urgent = urgent
        self._is_free = settings.MAIL_PER_MINUTE <= 0
        self._in_hand = False

    def has_room(self) -> bool:
        """Whether one more mail may go; it is then ours until :meth:`use`."""
        if not self._in_hand and not self._is_free:
            self._in_hand = self._take()
        return self._in_hand or self._is_free

    def use(self) -> None:
        self._in_hand = False

    def give_back(self) -> None:
        """At the end of a batch, which may have found nothing to send."""
        if not self._in_hand:
            return
        self._in_hand = False
        try:
            _client(settings.REDIS_URL).eval(_GIVE_BACK, 1, _KEY, str(Pace.of(settings.MAIL_PER_MINUTE).interval))
        except redis.RedisError as error:
            logger.warning("one mail less goes in this minute", extra={"error": str(error)})

    def _take(self) -> bool:
        try:
            return _ask(urgent=self.urgent, take=True) == 0
        except redis.RedisError as error:
            logger.warning("mail goes without a limit: Redis is away", extra={"error": str(error)})
            self._is_free = True
            return False


def comes_again(*, urgent: bool) -> float:
    """In how many seconds a worker should come for what the limit holds back; 0 when nothing is held back, or another
    worker was told already."""
    if settings.MAIL_PER_MINUTE <= 0:
        return 0
    try:
        wait = _ask(urgent=urgent, take=False)
        if not wait:
            return 0
        # Not for one mail alone.
        pace = Pace.of(settings.MAIL_PER_MINUTE)
        wait = max(wait, round(min(5000, pace.interval * pace.at_once / 4)))
        told = _client(settings.REDIS_URL).set(f"{_TURN}{'urgent' if urgent else 'ordinary'}", 1, nx=True, px=wait)
    except redis.RedisError:
        return 0  # the sweep comes
    return wait / 1000 if told else 0


def _ask(*, urgent: bool, take: bool) -> int:
    pace = Pace.of(settings.MAIL_PER_MINUTE)
    answer = _client(settings.REDIS_URL).eval(
        _TAKE, 1, _KEY, str(pace.interval), str(pace.tolerance(urgent=urgent)), "1" if take else "0"
    )
    return int(answer)


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    at_once = Retry(NoBackoff(), 0)  # a mail does not wait for a Redis that is away
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=at_once)
