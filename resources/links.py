"""Whether the addresses of resources still lead somewhere: who looks when, and what follows from it.

A look is claimed first and written down after, in two short transactions; nothing is locked while a site is asked.
A worker that dies loses its claims by itself, and what it had looked at is due again.
"""

import logging
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal import pagecache, politeness
from portal.activity.log import record
from resources import looking
from resources.looking import Look
from resources.models import LinkCheck, Resource

logger = logging.getLogger(__name__)

Problem, LinkStatus = LinkCheck.Problem, Resource.LinkStatus


@dataclass(frozen=True)
class Rule:
    """After ``looks`` failures in a row, the first at least ``over`` ago, the link ``becomes`` so.

    ``again``: the pause before the second look; each further one is twice as long, up to a week.
    """

    becomes: str
    looks: int
    over: timedelta
    again: timedelta
    why: str


DAY, WEEK = timedelta(days=1), timedelta(days=7)
GONE = Rule(LinkStatus.BROKEN, 2, DAY / 2, DAY, "a clear no; but sites say it by mistake while they are rebuilt")
DOWN = Rule(LinkStatus.BROKEN, 3, 2 * DAY, DAY, "maintenance, a weekend or a bad line: only days of it mean something")
SEEMS = Rule(
    LinkStatus.UNCLEAR, 1, 0 * DAY, WEEK, "true for our program, perhaps not for a person: keepers look themselves"
)
RULES = {
    Problem.NOT_FOUND: GONE,
    Problem.SERVER: DOWN,
    Problem.TIMEOUT: DOWN,
    Problem.UNREACHABLE: DOWN,
    Problem.TOO_MANY_REDIRECTS: DOWN,
    Problem.FORBIDDEN_ADDRESS: DOWN,  # a private address in public DNS, sometimes by mistake
    Problem.REFUSED: SEEMS,
    Problem.SOFT_NOT_FOUND: SEEMS,
    Problem.CERTIFICATE: SEEMS,  # browsers know authorities, and fetch missing certificates, that we do not
    Problem.UNSUPPORTED: SEEMS,
}
#: Each pause is this much shorter or longer, by chance, so that looks spread over the week.
JITTER = 0.2
#: A claim lasts longer than any task may run.
CLAIM = timedelta(minutes=10)
#: A batch begins no new look after this: well before the task's soft time limit.
PATIENCE = timedelta(minutes=2)
SOON = timedelta(minutes=1)
#: When nobody at all answers, it is our own line that is down.
OWN_FAULT = timedelta(hours=1)
THREADS = 8
#: Rows that ``plan`` adds at once; the rest comes with the next call.
PLANNED = 5_000

Ask = Callable[..., Look]


@dataclass(frozen=True)
class Claim:
    """Somebody's right to look at one address, until a moment that nobody else has."""

    resource_id: int
    url: str
    etag: str
    last_modified: str
    until: datetime

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc.lower()


def plan(now: datetime | None = None) -> int:
    """Make addresses that are new or were changed due; return how many. Twice or in parallel: same outcome."""
    now = now or timezone.now()
    new = Resource.objects.filter(link_check=None).exclude(status=Resource.Status.ARCHIVED)
    rows = [LinkCheck(resource_id=pk, url=url, due_at=now) for pk, url in new.values_list("pk", "url")[:PLANNED]]
    LinkCheck.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    changed = LinkCheck.objects.exclude(url=F("resource__url")).filter(due_at__gt=now)
    return len(rows) + changed.update(due_at=now)


@transaction.atomic
def claim(limit: int, *, among: Iterable[int] | None = None) -> list[Claim]:
    """Take up to ``limit`` due rows that nobody else has or is just taking; ``among`` these resources, due or not."""
    now = timezone.now()
    rows = LinkCheck.objects.due(now)
    if among is not None:
        LinkCheck.objects.filter(pk__in=among, due_at__gt=now).update(due_at=now)
        rows = rows.filter(pk__in=among)
    rows = list(rows.select_related("resource").select_for_update(skip_locked=True, of=("self",))[:limit])
    until = now + CLAIM
    LinkCheck.objects.filter(pk__in=[row.pk for row in rows]).update(claimed_until=until)
    return [_claim(row, until) for row in rows]


def _claim(row: LinkCheck, until: datetime) -> Claim:
    url = row.resource.url
    is_known = row.url == url and row.problem == Problem.NONE
    return Claim(row.pk, url, row.etag if is_known else "", row.last_modified if is_known else "", until)


def check(resource_id: int, *, ask: Ask = looking.look) -> LinkCheck | None:
    """Look at one address now. None when there is nothing to look at or somebody else does just now."""
    resource = Resource.objects.exclude(status=Resource.Status.ARCHIVED).filter(pk=resource_id).first()
    if resource is None:
        return None
    LinkCheck.objects.get_or_create(pk=resource_id, defaults={"url": resource.url})
    claims = claim(1, among=[resource_id])
    check_claimed(claims, ask=ask)
    return LinkCheck.objects.filter(pk=resource_id).first() if claims else None


def check_due(limit: int, *, ask: Ask = looking.look) -> int:
    """Look at what is due, at most ``limit`` addresses; return how many were claimed.

    Workers may run it in parallel: nobody looks at a row that another one has.
    """
    claims = claim(limit)
    check_claimed(claims, ask=ask)
    return len(claims)


def check_claimed(claims: list[Claim], *, ask: Ask = looking.look) -> Counter[str]:
    """Look at these, several sites at once, one address of a site after the other; count what became of them."""
    outcomes: Counter[str] = Counter()
    silent: list[tuple[Claim, Look]] = []
    answered = False
    for claimed, look in _looks(claims, ask):
        if isinstance(look, timedelta):
            outcomes["postponed"] += postpone(claimed, look)
        elif look.is_silence:
            silent.append((claimed, look))
        else:
            answered |= look.is_answer
            outcomes[keep(claimed, look)] += 1
    is_own_fault = bool(silent) and not answered and _is_own_fault([claimed for claimed, _look in silent], ask)
    for claimed, look in silent:
        if is_own_fault:
            outcomes["postponed"] += postpone(claimed, OWN_FAULT)
        else:
            outcomes[keep(claimed, look)] += 1
    return outcomes


def _looks(claims: list[Claim], ask: Ask) -> Iterator[tuple[Claim, Look | timedelta]]:
    """Each claim with what was seen, or with the pause after which to come back."""
    by_host: dict[str, list[Claim]] = defaultdict(list)
    for claimed in claims:
        by_host[claimed.host].append(claimed)
    until = time.monotonic() + PATIENCE.total_seconds()
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="look") as threads:
        work = [threads.submit(_look_at, group, ask, until) for group in by_host.values()]
        for done in as_completed(work):
            yield from done.result()


def _look_at(group: list[Claim], ask: Ask, until: float) -> list[tuple[Claim, Look | timedelta]]:
    """One site's addresses, in a thread without a database."""
    return [(claimed, _look_once(claimed, ask) if time.monotonic() < until else SOON) for claimed in group]


def _look_once(claimed: Claim, ask: Ask) -> Look | timedelta:
    try:
        look = ask(claimed.url, etag=claimed.etag, last_modified=claimed.last_modified)
    except politeness.Busy as busy:
        return max(SOON, timedelta(seconds=busy.seconds))
    except Exception:
        # Ours to mend; it must not stop the other rows.
        logger.exception("a link cannot be looked at", extra={"resource": claimed.resource_id})
        return OWN_FAULT
    if look.wait and look.site:
        politeness.leave_in_peace(look.site, look.wait.total_seconds())
    return look


def _is_own_fault(silent: list[Claim], ask: Ask) -> bool:
    """Nobody answered: ask a site that did the last time. Without one, several silent sites at once are no chance."""
    hosts = {claimed.host for claimed in silent}
    reached = LinkCheck.objects.filter(http_status__isnull=False).order_by("-checked_at").values_list("url", flat=True)
    other = next((url for url in reached[:100] if urlsplit(url).netloc.lower() not in hosts), None)
    if other is None:
        return len(hosts) > 1
    try:
        is_own_fault = ask(other).is_silence
    except politeness.Busy:
        is_own_fault = False  # somebody is talking to it
    if is_own_fault:
        logger.warning("no site answers: the portal's own way out is down", extra={"sites": len(hosts)})
    return is_own_fault


def postpone(claimed: Claim, pause: timedelta) -> int:
    """Give the claim back without a look; 0 when it had lapsed."""
    mine = LinkCheck.objects.filter(pk=claimed.resource_id, claimed_until=claimed.until)
    return mine.update(claimed_until=None, due_at=timezone.now() + pause)


@transaction.atomic
def keep(claimed: Claim, look: Look) -> str:
    """Write down what was seen; return the link's status, or "lapsed" when the claim or the address is another now."""
    resource = Resource.objects.select_for_update(of=("self",), no_key=True).filter(pk=claimed.resource_id).first()
    row = LinkCheck.objects.select_for_update().filter(pk=claimed.resource_id, claimed_until=claimed.until).first()
    if resource is None or row is None:
        return "lapsed"
    if resource.url != claimed.url:
        postpone(claimed, timedelta())
        return "lapsed"
    now = timezone.now()
    _count(row, look, now)
    row.url, row.problem, row.http_status = look.url, look.problem, look.http_status
    row.moved_to, row.etag, row.last_modified = look.moved_to, look.etag, look.last_modified
    row.checked_at, row.claimed_until, row.due_at = now, None, now + _pause(row, look)
    status = _status(row, resource.link_status, now)
    if status != LinkStatus.BROKEN:
        row.told_at = None
    row.save()
    _say(resource, status, row)
    return status


def _count(row: LinkCheck, look: Look, now: datetime) -> None:
    """Failures in a row, of one rule: three timeouts and a 404 are not two times 404."""
    if look.problem == Problem.NONE:
        row.failures, row.failing_since = 0, None
    elif row.failures and row.url == look.url and RULES.get(Problem(row.problem)) is RULES[Problem(look.problem)]:
        row.failures = min(row.failures + 1, 1_000)
    else:
        row.failures, row.failing_since = 1, now


def _status(row: LinkCheck, was: str, now: datetime) -> str:
    if row.problem == Problem.NONE:
        return LinkStatus.MOVED if row.moved_to else LinkStatus.OK
    rule = RULES[Problem(row.problem)]
    since = row.failing_since or now
    return rule.becomes if row.failures >= rule.looks and now - since >= rule.over else was


def _pause(row: LinkCheck, look: Look) -> timedelta:
    """Until the next look: a week, or exponential back-off, or as long as the site asked for if that is longer."""
    pause = WEEK
    if look.problem != Problem.NONE:
        pause = min(RULES[Problem(look.problem)].again * 2 ** min(row.failures - 1, 10), WEEK)
    pause *= random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 -- spreading, no secret
    return max(pause, look.wait or pause)


def _say(resource: Resource, status: str, row: LinkCheck) -> None:
    was = resource.link_status
    resource.link_status, resource.link_checked_at = status, row.checked_at
    resource.save(update_fields=["link_status", "link_checked_at"])
    if status != was:
        record(None, f"link_{status}", resource, was=was, problem=row.problem, http_status=row.http_status)
    pagecache.changed(pagecache.RESOURCES)  # the day of the last look stands on the page
