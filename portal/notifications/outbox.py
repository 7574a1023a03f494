"""Promise in the transaction, deliver after it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from portal.notifications.models import Notification
from portal.notifications.tasks import deliver_due


@dataclass(frozen=True)
class CalendarPart:
    """The iCalendar part of a mail: iTIP ``method`` (REQUEST or CANCEL) and the .ics text."""

    method: str
    body: str


def notify(
    recipients: Iterable[Any],
    kind: str,
    *,
    about: models.Model,
    occasion: object = "",
    calendar: Callable[[Any], CalendarPart] | None = None,
    **context: Any,
) -> None:
    """Promise each recipient one ``kind`` of message about this object.

    ``kind`` is the template path: ``"dialogues/session_scheduled"`` renders
    ``dialogues/mail/session_scheduled.{subject.txt,txt,html}`` with ``about``, ``recipient`` and
    ``context`` (JSON values only) in the recipient's language and time zone.
    Asking twice promises once, unless ``occasion`` differs (a new date or sequence number, say).
    ``calendar`` makes each recipient's own iCalendar part.
    The rows join the caller's transaction: a rollback takes the promise back.
    """
    about_type = ContentType.objects.get_for_model(about)
    key = f"{about._meta.label_lower}:{about.pk}:{occasion}"
    rows = []
    for user in {user.pk: user for user in recipients}.values():
        part = calendar(user) if calendar else CalendarPart("", "")
        rows.append(
            Notification(
                recipient=user,
                kind=kind,
                about_type=about_type,
                about_id=about.pk,
                key=key,
                context=context,
                calendar_method=part.method,
                calendar_body=part.body,
            )
        )
    if rows:
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        # A dead broker must not fail the request: the beat sweep finds the rows.
        transaction.on_commit(deliver_due.delay, robust=True)
