from celery import shared_task

from portal.notifications import delivery


@shared_task(ignore_result=True)
def deliver_due() -> None:
    """Called after commit for speed and by beat for certainty. Twice or in parallel: same outcome."""
    delivery.deliver_due()
