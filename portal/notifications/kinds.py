"""What is special about a kind of message: how urgent it is, whether it can wait for a digest, what it is bundled with.

Each app declares its own once, when it is ready; a kind that nobody declared is ordinary and can wait.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.notifications.models import ALWAYS_MAILED, Notification, Queue


@dataclass(frozen=True)
class Kind:
    """How messages of one kind go.

    ``bundle`` names a group of quick edits: of one object's messages of a group, those that follow one another within
    ``settings.BUNDLE_SECONDS`` become one, of the kind with the greatest ``strength``. ``ends`` names a group whose
    messages are moot once this one is promised: nobody needs the new hour of a meeting that was called off.
    ``holds`` tells of a reminder that has not left yet, because it waits for a digest or the end of the quiet hours,
    whether its object still has the date it reminds of; it may look at the row and its ``about``, and asks no query.
    """

    queue: Queue = Queue.ORDINARY
    can_wait: bool = True
    bundle: str = ""
    strength: int = 0
    ends: str = ""
    holds: Callable[[Notification], bool] | None = None


ORDINARY = Kind()
#: Somebody must have it before a meeting, or to act on it: it passes everything else and never waits for a digest.
URGENT = Kind(Queue.CRITICAL, can_wait=False)
#: One thing that many people follow.
TO_MANY = Kind(Queue.BULK)

_declared: dict[str, Kind] = {}


def declare(kinds: Mapping[str, Kind]) -> None:
    _declared.update(kinds)


def of(kind: str) -> Kind:
    """What was declared of a kind; mail about one's own account is urgent without a declaration."""
    if kind in _declared:
        return _declared[kind]
    return URGENT if kind.partition("/")[0] in ALWAYS_MAILED else ORDINARY


def still_holds(row: Notification) -> bool:
    """Whether a message that has not left still says what is so; one about something that is gone is another matter."""
    holds = of(row.kind).holds
    return holds is None or row.about is None or holds(row)


def bundled_with(group: str) -> list[str]:
    """The kinds of a group of quick edits."""
    return sorted(name for name, kind in _declared.items() if kind.bundle == group)


def stronger(first: str, second: str) -> str:
    """Which of two kinds of one group says more; the second when both say as much."""
    return first if of(first).strength > of(second).strength else second
