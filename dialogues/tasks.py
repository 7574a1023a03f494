from celery import shared_task

from dialogues import chasing, reminding, urging


@shared_task(ignore_result=True)
def remind_of_commitments() -> None:
    """Called by beat every hour, because it is morning somewhere every hour."""
    chasing.remind()


@shared_task(ignore_result=True)
def remind_of_polls() -> None:
    """Called by beat, a few times an hour: deadlines are set to the minute."""
    reminding.remind()


@shared_task(ignore_result=True)
def remind_of_issues() -> None:
    """Called by beat every hour, because it is morning somewhere every hour."""
    urging.remind()
