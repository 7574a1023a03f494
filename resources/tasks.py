from celery import shared_task

from resources import reminding, reporting


@shared_task(ignore_result=True)
def remind_of_reviews() -> None:
    """Called by beat every hour: mail those whose morning has come, and erase what stood for visitors of past days."""
    reminding.remind()
    reporting.forget_visitors()
