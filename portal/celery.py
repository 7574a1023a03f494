"""The Celery application. It carries hints; PostgreSQL carries the truth (docs/architecture.md)."""

import os
import signal
import sys
from collections.abc import Callable

from celery import Celery
from celery.signals import worker_init, worker_process_init

from portal.embedded.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

_end_with_worker: list[Callable[[], None]] = []


@worker_init.connect
def remember_worker(**_signal: object) -> None:
    """In the worker's own process, before it forks its pool."""
    if sys.platform == "linux":
        _end_with_worker[:] = [die_with_parent(signal.SIGKILL)]


@worker_process_init.connect
def end_with_worker(**_signal: object) -> None:
    """In each process of the pool: it ends when the worker is killed.

    Two that the worker has just forked would otherwise wait for each other for ever: each holds the other's pipe.
    What a task was doing is not lost: its row in the outbox is free again, and the broker delivers the task anew.
    """
    for ask_kernel in _end_with_worker:
        ask_kernel()
