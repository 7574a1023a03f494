from celery import shared_task

from portal.focal import reminding


@shared_task(ignore_result=True)
def remind_of_offices() -> None:
    """Called by beat every hour."""
    reminding.remind()
