"""Celery's clock with a pulse: the file's age tells a health check whether the clock still ticks."""

import os
from pathlib import Path

from celery.beat import PersistentScheduler


class Scheduler(PersistentScheduler):
    """The persistent scheduler; touches the file named by BEAT_HEARTBEAT, if any, at least every 30 s."""

    max_interval = 30

    def __init__(self, *args, **kwargs):
        name = os.environ.get("BEAT_HEARTBEAT", "")
        self.heartbeat = Path(name) if name else None
        super().__init__(*args, **kwargs)

    def tick(self, *args, **kwargs):
        if self.heartbeat:
            self.heartbeat.touch()
        return super().tick(*args, **kwargs)
