from celery import shared_task

from dialogues import approaching, chasing, registration, reminding, urging


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


@shared_task(ignore_result=True)
def fill_free_places() -> None:
    """Called by beat: places that became free without a verb go to who waits."""
    registration.fill_free_places()


@shared_task(ignore_result=True)
def remind_of_sessions() -> None:
    """Called by beat every hour: 14, 3 and 1 days before the start."""
    approaching.remind()
