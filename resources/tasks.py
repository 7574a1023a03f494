import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from resources import coverage, links, reminding, reporting, scheduling, telling, unloading

logger = logging.getLogger(__name__)


# Longer than other tasks: a file of 5,000 rows takes minutes. The broker then delivers it a second time, but
# whoever takes that finds the file claimed.
@shared_task(ignore_result=True, soft_time_limit=3000, time_limit=3060)
def work_on_import(pk: int) -> None:
    """Called after commit for speed; ``sweep_imports`` comes for certainty. Twice or in parallel: same outcome."""
    unloading.work_on(pk)


@shared_task(ignore_result=True)
def sweep_imports() -> None:
    """Called by beat: go on with files that a crash, or a broker that was down, left behind."""
    for pk in unloading.sweep():
        hint_import(pk)


def hint_import(pk: int) -> None:
    """Tell the workers of a file. Returns at once even when the broker is down: the sweep comes anyway."""
    try:
        work_on_import.apply_async([pk], expires=60)  # by then the sweep has come again
    except OperationalError as error:
        logger.warning("no hint to the workers, the sweep will go on", extra={"error": str(error)})


@shared_task(ignore_result=True)
def remind_of_reviews() -> None:
    """Called by beat every hour: mail those whose morning has come, and erase what stood for visitors of past days."""
    reminding.remind()
    reporting.forget_visitors()


@shared_task(ignore_result=True)
def count_coverage() -> None:
    """Called by beat every hour, so that a day's last count (UTC) is near its end and a missed one costs little."""
    coverage.snapshot()


@shared_task(ignore_result=True)
def publish_due() -> None:
    """Called by beat every minute: publish what was approved for a moment that has come."""
    scheduling.publish_due()


@shared_task(ignore_result=True)
def expire_due() -> None:
    """Called by beat, a few times an hour, because a day ends somewhere every quarter: withdraw what is over, warn of
    what ends soon."""
    scheduling.expire_due()
    scheduling.warn_of_expiry()


#: Addresses of one task, several sites at once.
LINKS = 40


@shared_task(ignore_result=True)
def plan_links() -> None:
    """Called by beat: make addresses due that are new, or were changed."""
    if links.plan():
        hint_links()


@shared_task(ignore_result=True)
def check_links() -> None:
    """Called by beat, and for speed when somebody asked. In parallel: each address is looked at once."""
    if links.check_due(LINKS) >= LINKS:
        hint_links()


@shared_task(ignore_result=True)
def tell_broken_links() -> None:
    """Called by beat once a day."""
    telling.tell_broken()


def hint_links() -> None:
    """Tell the workers that addresses are due. Returns at once even when the broker is down: beat comes anyway."""
    try:
        check_links.apply_async(expires=60)
    except OperationalError as error:
        logger.warning("no hint to the workers, beat will look", extra={"error": str(error)})
