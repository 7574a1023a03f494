"""The tasks of screening; known to the workers because the app imports them when it is ready."""

import logging
import time

from celery import shared_task
from kombu.exceptions import OperationalError

from partners import screening

logger = logging.getLogger(__name__)

#: One task compares for so long at most; the next sweep goes on.
SECONDS = 120


@shared_task(ignore_result=True)
def screen_names() -> None:
    """Called after commit for speed and by beat for certainty: compare the names that wait with the screening lists."""
    until = time.monotonic() + SECONDS
    screening.note_missing()
    while screening.screen_due() and time.monotonic() < until:
        pass


@shared_task(ignore_result=True)
def note_all_names() -> None:
    """Called by beat once a day: names that a loaded file changed."""
    screening.note_all()


def hint() -> None:
    """Tell the workers of names. Returns at once even when the broker is down: beat comes anyway."""
    try:
        screen_names.apply_async(expires=60)
    except OperationalError as error:
        logger.warning("no hint to the workers, beat will compare the names", extra={"error": str(error)})
