import logging
from typing import Any

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from portal.notifications import delivery, throttle

logger = logging.getLogger(__name__)

#: Rows of one task: few enough that a worker asked to stop is soon done.
LIMIT = 100
#: A hint that no worker took in this time (seconds) is dropped: it says no more than the next sweep.
STALE = 600


@shared_task(ignore_result=True)
def deliver_due() -> None:
    """Called after commit for speed and by beat for certainty. Twice or in parallel: same outcome."""
    _go_on(deliver_due, delivery.deliver_due(LIMIT))


@shared_task(ignore_result=True)
def deliver_urgent() -> None:
    """As ``deliver_due``, of what is urgent alone: in a queue and by a worker of its own."""
    _go_on(deliver_urgent, delivery.deliver_due(LIMIT, urgent=True), urgent=True)


def hint(*, urgent: bool = False) -> None:
    """Tell the workers that rows are due. Returns at once even when the broker is down: the sweep comes anyway."""
    _send_for(deliver_urgent if urgent else deliver_due)


def _go_on(task: Task, handled: int, *, urgent: bool = False) -> None:
    """Come again for what is left: at once, or when more may leave."""
    if pause := throttle.comes_again(urgent=urgent):
        _send_for(task, countdown=pause)
    elif handled >= LIMIT:
        _send_for(task)


def _send_for(task: Task, **options: Any) -> None:
    try:
        task.apply_async(expires=STALE, **options)
    except OperationalError as error:
        logger.warning("no hint to the workers, the sweep will deliver", extra={"error": str(error)})


@shared_task(ignore_result=True)
def send_digests() -> None:
    """Called by beat, some times an hour: it is morning somewhere. Twice or in parallel: same outcome."""
    from portal.notifications import digests  # noqa: PLC0415 -- it composes mails, and the outbox hints from here

    digests.plan()
    send_planned()


@shared_task(ignore_result=True)
def send_planned() -> None:
    """The digests that are planned. It goes on by itself: planning looks at everything that waits, so it is not done
    again for each batch."""
    from portal.notifications import digests  # noqa: PLC0415 -- it composes mails, and the outbox hints from here

    _go_on(send_planned, digests.send_due(LIMIT))


@shared_task(ignore_result=True)
def erase_addresses() -> None:
    """Called by beat, daily: bare addresses of what ended long ago are forgotten."""
    from portal.notifications import subscriptions  # noqa: PLC0415 -- it promises mails, and the outbox hints from here

    subscriptions.erase_ended()


@shared_task(ignore_result=True)
def match_news() -> None:
    """Called after commit for speed and by beat for certainty. Twice or in parallel: same outcome."""
    from portal.notifications import matching  # noqa: PLC0415 -- it promises mails, and the outbox hints from here

    matching.match_due()


def hint_news() -> None:
    """Tell the workers that something went public. Returns at once even when the broker is down: the sweep comes."""
    try:
        match_news.apply_async(expires=STALE)
    except OperationalError as error:
        logger.warning("no hint to the workers, the sweep will match", extra={"error": str(error)})


@shared_task(ignore_result=True)
def post_webhooks() -> None:
    """Called after commit for speed and by beat for certainty. Twice or in parallel: same outcome."""
    from portal.notifications import posting  # noqa: PLC0415 -- it promises mails, and the outbox hints from here

    if posting.post_due(LIMIT) >= LIMIT:
        hint_webhooks()


def hint_webhooks() -> None:
    """Tell the workers that webhooks are owed something. Returns at once even when the broker is down."""
    _send_for(post_webhooks)


@shared_task(ignore_result=True)
def forget_posted() -> None:
    """Called by beat, daily: the log of webhooks goes back 30 days."""
    from portal.notifications import posting  # noqa: PLC0415 -- it promises mails, and the outbox hints from here

    posting.forget()
