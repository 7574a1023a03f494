from celery import shared_task

from resources import coverage, reminding, reporting


@shared_task(ignore_result=True)
def remind_of_reviews() -> None:
    """Called by beat every hour: mail those whose morning has come, and erase what stood for visitors of past days."""
    reminding.remind()
    reporting.forget_visitors()


@shared_task(ignore_result=True)
def count_coverage() -> None:
    """Called by beat every hour, so that the last count of a day (UTC) is near its end and a missed one costs little."""
    coverage.snapshot()
