"""One mail of a morning with everything that waited for it.

A message that can wait is in the inbox at once (portal/notifications/delivery.py); its mail is the next digest.
Planning is one SQL statement over everybody for whom something waits and whose own clock shows the hour of her digest
on a working day; of one day there is one digest, so the clock may ask as often as it likes, and a missed hour is made
up by the next. A digest holds what waits when it is sent. Its mail is tried again like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.languages import reading_as
from portal.notifications import deliverability, delivery, kinds, mails, reasons
from portal.notifications.delivery import MailLine
from portal.notifications.models import Address, Deliverability, Digest, Notification, Rest, Rhythm
from portal.reference import labels

#: Monday is 1 in SQL's isodow; nobody gets a digest on a weekend.
FRIDAY = 5
#: Messages of one digest; what is beyond comes with the next.
MOST = 500

_PLAN = """
WITH waiting AS (
    SELECT n.recipient_id, lower(n.address) AS address, bool_or(n.rhythm = 'daily') AS has_daily,
        min(n.created_at) FILTER (WHERE n.rhythm = 'weekly') AS oldest_weekly, min(n.address_time_zone) AS zone
    FROM notifications_notification n WHERE n.status = 'waiting' GROUP BY n.recipient_id, lower(n.address)
), clocks AS (
    SELECT w.*, %(now)s AT TIME ZONE coalesce(u.time_zone, nullif(w.zone, ''), 'UTC') AS clock,
        coalesce(u.time_zone, nullif(w.zone, ''), 'UTC') AS own_zone, coalesce(r.digest_hour, %(hour)s) AS hour
    FROM waiting w LEFT JOIN accounts_user u ON u.id = w.recipient_id
    LEFT JOIN notifications_rest r ON r.user_id = w.recipient_id
    WHERE w.recipient_id IS NULL OR u.is_active
)
INSERT INTO notifications_digest
    (uid, recipient_id, address, local_on, status, created_at, due_at, attempts, last_error)
SELECT gen_random_uuid(), recipient_id, address, clock::date, 'pending', %(now)s, %(now)s, 0, ''
FROM clocks
WHERE extract(isodow FROM clock) <= %(friday)s AND extract(hour FROM clock) >= hour
    AND (has_daily OR oldest_weekly < date_trunc('week', clock) AT TIME ZONE own_zone)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Group:
    """What a digest says about one object, the newest first; ``url`` leads to it."""

    title: str
    url: str
    lines: list["Line"]


@dataclass(frozen=True)
class Line:
    """One message, or several that say the same: ``times`` how many; and why she gets them."""

    text: str
    url: str
    at: datetime
    times: int
    because: list[str] = field(default_factory=list)


def plan() -> int:
    """Make today's digest for everybody for whom it is time; return how many are new. May run at any time, also twice
    at once."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAN, {"now": timezone.now(), "hour": Rest.DIGEST_HOUR, "friday": FRIDAY})
        return cursor.rowcount


def send_due(limit: int = 100) -> int:
    """Send what is due; return how many digests were handled. Workers may run it in parallel, as
    :func:`portal.notifications.delivery.deliver_due`."""
    handled = 0
    with MailLine() as line, labels.held():
        while handled < limit and line.is_ready() and _send_next(line):
            handled += 1
    return handled


@transaction.atomic
def _send_next(line: MailLine) -> bool:
    due = Digest.objects.filter(status=Digest.Status.PENDING, due_at__lte=timezone.now()).order_by("due_at", "pk")
    digest = due.select_related("recipient").select_for_update(skip_locked=True, of=("self",)).first()
    if digest is None:
        return False
    rows = _still_so(list(_waiting(digest).prefetch_related("about")[:MOST]))
    error = ""
    if not rows:
        digest.status = Digest.Status.EMPTY
    elif deliverability.of(_person(digest, rows).email) == Deliverability.State.BOUNCES:
        digest.status, error = Digest.Status.BOUNCED, delivery.DEAD_ADDRESS
    else:
        error = _attempt(digest, rows, line)
    digest.attempts += 1
    digest.last_error = error
    digest.save(update_fields=["status", "due_at", "attempts", "last_error", "sent_at", "provider_id"])
    if digest.status in {Digest.Status.SENT, Digest.Status.FAILED, Digest.Status.BOUNCED}:
        # What the mail's fate is, is the fate of everything in it.
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(
            status=digest.status, digest=digest, sent_at=digest.sent_at, last_error=error
        )
    return True


def _still_so(rows: list[Notification]) -> list[Notification]:
    """Without the reminders of a date that was moved while they waited, which go nowhere any more."""
    outdated = [row for row in rows if not kinds.still_holds(row)]
    for row in outdated:
        delivery.outdate(row)
    Notification.objects.bulk_update(outdated, ["status", "subject", "url"])
    return [row for row in rows if row.status == Notification.Status.WAITING]


def _attempt(digest: Digest, rows: list[Notification], line: MailLine) -> str:
    person = _person(digest, rows)
    try:
        with transaction.atomic(), reading_as(person):
            mail = mails.compose_digest(digest, person, grouped(rows))
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- logged below by the delivery's own logger
        # Ours to mend; it must not stop the others' digests.
        delivery.logger.exception("digest cannot be rendered", extra={"digest": str(digest.uid)})
        delivery.try_later(digest, error)
        return delivery.said(error)
    return delivery.attempt(digest, mail, line)


def _waiting(digest: Digest) -> QuerySet[Notification]:
    """What goes into this digest, the newest first: all daily ones, and weekly ones from before this week."""
    rows = Notification.objects.waiting_for_digest().select_for_update(skip_locked=True, of=("self",))
    rows = rows.filter(recipient=digest.recipient) if digest.recipient else rows.filter(address__iexact=digest.address)
    return rows.filter(Q(rhythm=Rhythm.DAILY) | Q(created_at__lt=_week(digest, rows))).order_by("-created_at", "-pk")


def _week(digest: Digest, rows: QuerySet[Notification]) -> datetime:
    """When the week began on the recipient's own clock."""
    zone = digest.recipient.time_zone if digest.recipient else ""
    if not zone:
        zone = (
            Notification.objects.waiting_for_digest()
            .filter(address__iexact=digest.address)
            .values_list("address_time_zone", flat=True)
            .order_by("-pk")
            .first()
            or "UTC"
        )
    now = timezone.now().astimezone(ZoneInfo(zone))
    monday = (now - timedelta(days=now.isoweekday() - 1)).date()
    return datetime.combine(monday, datetime.min.time(), ZoneInfo(zone))


def _person(digest: Digest, rows: list[Notification]) -> Any:
    """The account; or the bare address as the newest message knows it."""
    if digest.recipient is not None:
        return digest.recipient
    newest = rows[0]
    return Address(newest.address, newest.address_language, newest.address_time_zone or "UTC", newest.address_name)


def grouped(rows: Sequence[Notification]) -> list[Group]:
    """Messages by what they are about: the object with the newest message first, and within it the newest first.
    Those that say the same of the same object are one line. Call it in the recipient's language."""
    because = reasons.lines(rows)
    about: dict[tuple[int, int], list[Notification]] = {}
    for row in rows:
        about.setdefault((row.about_type_id, row.about_id), []).append(row)
    return [_group(found, because) for found in about.values()]


def _group(rows: list[Notification], because: Mapping[int, list[str]]) -> Group:
    texts: dict[str, list[Notification]] = {}
    for row in rows:
        texts.setdefault(row.subject, []).append(row)
    lines = [
        Line(text, same[0].url, same[0].created_at, len(same), because[same[0].pk]) for text, same in texts.items()
    ]
    thing = rows[0].about
    return Group("" if thing is None else str(thing), rows[0].url, lines)
