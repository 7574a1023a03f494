from celery import shared_task

from partners import following_up, interests, requesting


@shared_task(ignore_result=True)
def expire_due() -> None:
    """Called by beat, a few times a day: end what has passed its closing day or its answer clock."""
    requesting.expire_due()
    interests.expire_due()


@shared_task(ignore_result=True)
def ask_what_became() -> None:
    """Called by beat every hour: ask the sides of introductions what became of them, 30, 90 and 180 days after."""
    following_up.ask_due()
