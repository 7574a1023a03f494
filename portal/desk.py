"""What an app hands to the desk. Each app's ``desk.py`` answers ``waiting_for(user)`` and ``coming_for(user)``."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the user: since when, and until when it should be done (UTC)."""

    title: str
    url: str
    since: datetime
    due_at: datetime | None = None
    kind: str = ""


@dataclass(frozen=True)
class Coming:
    """Something on the user's calendar (UTC)."""

    title: str
    url: str
    at: datetime
    ends_at: datetime | None = None
