"""The portal's worker with one task more, that does nothing: what a task costs before it does anything."""

from portal.celery import app


@app.task(ignore_result=True)
def nothing() -> None:
    """Comes, is taken and is done."""
