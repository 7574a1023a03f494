from celery import shared_task

from partners import interests, requesting


@shared_task(ignore_result=True)
def expire_due() -> None:
    """Called by beat, a few times a day: end what has passed its closing day or its answer clock."""
    requesting.expire_due()
    interests.expire_due()
