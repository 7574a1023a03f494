"""When mail may come: on each person's own clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.notifications import kinds
from portal.notifications.models import Notification, Queue, Rest


def quiet_until(row: Notification) -> datetime | None:
    """When the quiet hours of its recipient end (aware), if it is within them now and can wait; else None."""
    if row.recipient is None or kinds.of(row.kind).queue == Queue.CRITICAL:
        return None
    rest: Rest | None = getattr(row.recipient, "rest", None)  # claimed with its row
    if rest is None or rest.quiet_until is None:
        return None
    clock = timezone.now().astimezone(ZoneInfo(row.recipient.time_zone))
    if not rest.is_quiet_at(clock.time()):
        return None
    end = clock.replace(hour=rest.quiet_until.hour, minute=rest.quiet_until.minute, second=0, microsecond=0, fold=0)
    # Wall time: the night in which clocks change ends at the hour that she named.
    return end if end > clock else end + timedelta(days=1)
