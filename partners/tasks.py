import logging
from typing import Any

from celery import Task, shared_task
from django.core.cache import cache
from kombu.exceptions import OperationalError

from partners import (
    chasing,
    following_up,
    matching,
    mentors_clock,
    reaffirming,
    referring,
    renewing,
    requesting,
    unloading,
    vouching,
)
from partners.models import PartnerRequest
from portal.accounts.models import Organization

logger = logging.getLogger(__name__)

#: Held by the sweep that is at work; for so long (seconds) when it died.
SWEEPING, LEASE = "partners.match_due", 290
#: A hint that no worker took in this time (seconds) is dropped: it says no more than the next sweep.
STALE = 600


@shared_task(ignore_result=True)
def expire_due() -> None:
    """Called by beat, every hour: end what has passed its closing day or its answer clock; remind of what soon will."""
    requesting.expire_due()
    chasing.remind_due()
    chasing.expire_due()
    chasing.hide_silent()
    mentors_clock.remind_due()
    mentors_clock.expire_due()


@shared_task(ignore_result=True)
def tell_of_closing() -> None:
    """Called by beat every hour: requests that close within a week, with a link that renews them."""
    renewing.remind()


@shared_task(ignore_result=True)
def ask_what_became() -> None:
    """Called by beat every hour: ask the sides of introductions what became of them, 30, 90 and 180 days after."""
    following_up.ask_due()


@shared_task(ignore_result=True)
def keep_profiles() -> None:
    """Called by beat every hour: ask about profiles that were silent for a year; hide those that gave no answer."""
    reaffirming.ask_silent()
    reaffirming.hide_silent()


@shared_task(ignore_result=True)
def keep_up_chambers() -> None:
    """Called by beat every hour: remind chambers of what they vouch for, and close referrals of closed requests."""
    vouching.remind_due()
    referring.close_over()


# Longer than other tasks: a file of 5,000 rows takes minutes. Whoever takes it a second time finds it claimed.
@shared_task(ignore_result=True, soft_time_limit=3000, time_limit=3060)
def work_on_firm_import(pk: int) -> None:
    """Called after commit for speed; ``sweep_firm_imports`` comes for certainty. Twice or in parallel: same outcome."""
    unloading.work_on(pk)


@shared_task(ignore_result=True)
def sweep_firm_imports() -> None:
    """Called by beat: go on with files that a crash, or a broker that was down, left behind."""
    for pk in unloading.sweep():
        hint_firm_import(pk)


def hint_firm_import(pk: int) -> None:
    """Tell the workers of a file. Returns at once even when the broker is down: the sweep comes anyway."""
    try:
        work_on_firm_import.apply_async([pk], expires=60)  # by then the sweep has come again
    except OperationalError as error:
        logger.warning("no hint to the workers, the sweep will go on", extra={"error": str(error)})


def ask(task: Task, *arguments: Any) -> None:
    """Give a task to the workers. Returns at once even when the broker is down: :func:`match_due` comes anyway."""
    try:
        task.apply_async(arguments, expires=STALE)
    except OperationalError as error:
        logger.warning("no hint to the workers, the sweep will go on", extra={"error": str(error)})


@shared_task(ignore_result=True)
def refresh_company(pk: int) -> None:
    """Called after commit: store the matches of a company anew. Twice or in parallel: same outcome."""
    company = Organization.objects.filter(pk=pk).first()
    if company is not None:
        matching.bring_up_company(company)


@shared_task(ignore_result=True)
def refresh_request(pk: int) -> None:
    """Called after commit: store the matches of a request anew. Twice or in parallel: same outcome."""
    request = PartnerRequest.objects.filter(pk=pk).first()
    if request is not None:
        matching.refresh(request, only_if_due=True)


@shared_task(ignore_result=True)
def match_due() -> None:
    """Called by beat every five minutes: what no hint reached is read, and its matches are stored anew.

    One at a time: a sweep that has more to do asks for the next itself, and beat's would do the same rows beside it.
    """
    if not cache.add(SWEEPING, True, timeout=LEASE):
        return
    try:
        sweep = matching.refresh_due()
    finally:
        cache.delete(SWEEPING)
    if sweep.has_more:
        ask(match_due)
    if sweep.failed:
        raise ExceptionGroup("Companies and requests that could not be read or matched.", sweep.failed)
