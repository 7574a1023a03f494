"""Promise in the transaction, deliver after it."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.activity.log import record
from portal.notifications import bundling, kinds
from portal.notifications.models import Address, Category, Mailing, Notification, Queue, Rhythm
from portal.notifications.tasks import hint

__all__ = ["Address", "CalendarPart", "notify", "notify_found", "notify_many", "promise_again"]

BATCH = 500
#: What every mail template gets from the delivery; a ``context`` must not hide it.
RESERVED = {
    "about",
    "action_label",
    "action_url",
    "address_url",
    "category_label",
    "is_optional",
    "preferences_url",
    "recipient",
    "site_name",
    "site_url",
    "subject",
    "told_because",
    "unsubscribe_url",
}

_thread = threading.local()


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
    own: Callable[[Any], dict[str, Any]] | None = None,
    rhythm: Callable[[Any], str] | None = None,
    **context: Any,
) -> None:
    """Promise each recipient one ``kind`` of message about this object.

    ``recipients`` are users, or an ``Address`` for somebody without an account.
    ``kind`` is the template path: ``"dialogues/session_scheduled"`` renders
    ``dialogues/mail/session_scheduled.{subject.txt,txt,html}`` with ``about``, ``recipient`` and
    ``context`` (JSON values only) in the recipient's language and time zone. Its first part is a ``Category``.
    The message leads to ``about.get_absolute_url()``; ``url="/path/"`` in the context leads elsewhere in the portal.
    Asking twice promises once, unless ``occasion`` differs (a new date or sequence number, say).
    ``calendar`` makes each recipient's own iCalendar part, ``own`` what only her context holds, ``rhythm`` says how
    often she asked for such mails (a ``Rhythm``).
    How urgent the kind is, and whether quick edits become one message, is declared (portal/notifications/kinds.py).
    The rows join the caller's transaction: a rollback takes the promise back. A broker that is down changes
    nothing for the caller: the beat sweep finds the rows.
    Raises ``ValueError`` for a kind without a category and for a ``context`` that hides a name of ``RESERVED``.
    """
    _check(kind, context)
    nature, promise = kinds.of(kind), _promise(kind, about, occasion)
    rows = []
    for person in _each_once(recipients):
        part = calendar(person) if calendar else CalendarPart("", "")
        calendar_part = {"calendar_method": part.method, "calendar_body": part.body}
        hers = {**context, **(own(person) if own else {})}
        often = rhythm(person) if rhythm else Rhythm.IMMEDIATELY
        rows.append(Notification(context=hers, rhythm=often, **calendar_part, **_recipient(person), **promise))
    if rows:
        bundling.take_over(nature, rows)
        Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        _hint_after_commit(nature.queue)


#: What a statement gives of each recipient; everything else is the same for all.
EACH = ("recipient_id", "address", "address_language", "address_time_zone", "context", "rhythm")


def notify_found(found: tuple[str, Sequence[Any]], kind: str, *, about: models.Model) -> int:
    """Promise a ``kind`` of message about this object to everybody whom a statement finds; return how many are new.

    ``found`` is SQL with its parameters, of the columns ``EACH``: one row for each person, either an account or a bare
    address. One INSERT, so thousands cost hardly more than few. Otherwise as :func:`notify` without an occasion.
    Raises ``ValueError`` for a kind that is bundled with others: what it takes over is read row by row.
    """
    return _insert(found, EACH, Notification(**_promise(kind, about)))


#: What :func:`notify_many` says of each recipient, as the columns of its statement.
NAMED = {
    "recipient_id": "bigint",
    "address": "text",
    "address_name": "text",
    "address_language": "text",
    "address_time_zone": "text",
    "context": "jsonb",
}


def notify_many(
    recipients: Iterable[Any], mailing: Mailing, *, own: Callable[[Any], dict[str, Any]] | None = None
) -> int:
    """Promise each recipient the ``mailing`` that is sent off, once; return how many are new.

    One INSERT, so thousands cost hardly more than few. Recipients, ``own`` and refusals as of :func:`notify`.
    """
    nobody = {"recipient_id": None, "address": "", "address_name": "", "address_language": "", "address_time_zone": ""}
    each = []
    for person in _each_once(recipients):
        context = own(person) if own else {}
        _check(mailing.kind, context)
        recipient = _recipient(person)
        if account := recipient.pop("recipient", None):
            recipient["recipient_id"] = account.pk
        each.append({**nobody, **recipient, "context": context})
    columns = ", ".join(f"{name} {type_}" for name, type_ in NAMED.items())
    found = (f"SELECT * FROM jsonb_to_recordset(%s::jsonb) AS each ({columns})", [json.dumps(each)])  # noqa: S608 -- our names
    about: Any = mailing.about
    promise = _promise(mailing.kind, about, mailing.pk)
    return _insert(found, tuple(NAMED), Notification(mailing=mailing, rhythm=Rhythm.IMMEDIATELY, **promise))


def _insert(found: tuple[str, Sequence[Any]], each: Sequence[str], row: Notification) -> int:
    """Promise ``row`` to everybody whom the statement finds, with her own values of the columns ``each``."""
    nature = kinds.of(row.kind)
    if nature.bundle or nature.ends:
        raise ValueError(f"{row.kind} is bundled with others; promise it by notify().")
    _check(row.kind, {})
    sql, params = found
    values = _columns(row, each)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Notification._meta.db_table} (uid, {', '.join([*each, *values])})"  # noqa: S608 -- our names
            f" SELECT gen_random_uuid(), {', '.join([*each, *('%s' for _name in values)])} FROM ({sql}) AS found"
            " ON CONFLICT DO NOTHING",
            [*values.values(), *params],
        )
        count = cursor.rowcount
    if count:
        _hint_after_commit(nature.queue)
    return count


def _promise(kind: str, about: models.Model, occasion: object = "") -> dict[str, Any]:
    """What is the same for every recipient."""
    nature, now = kinds.of(kind), timezone.now()
    return {
        "kind": kind,
        "queue": nature.queue,
        "created_at": now,
        "due_at": now + timedelta(seconds=settings.BUNDLE_SECONDS if nature.bundle else 0),
        "status": Notification.Status.PENDING,
        "about_type": ContentType.objects.get_for_model(about),
        "about_id": about.pk,
        "key": f"{about._meta.label_lower}:{about.pk}:{occasion}",
    }


def _columns(row: Notification, each: Sequence[str]) -> dict[str, Any]:
    """Column → value for the database, of everything that is not ``each`` recipient's own."""
    own = {"id", "uid", *each}
    fields = [field for field in Notification._meta.concrete_fields if field.column not in own]
    return {str(field.column): field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields}


@transaction.atomic
def promise_again(rows: models.QuerySet[Notification], *, by: User) -> int:
    """Owe the mails among ``rows`` again that failed or bounced, as if never tried; return how many.

    For an administrator, after the fault is mended.
    """
    given_up = rows.filter(status__in=[Notification.Status.FAILED, Notification.Status.BOUNCED]).select_for_update()
    count = 0
    for row in given_up:
        _hint_after_commit(row.queue)
        row.status, row.attempts, row.due_at = Notification.Status.PENDING, 0, timezone.now()
        row.save(update_fields=["status", "attempts", "due_at"])
        record(by, "mail_promised_again", row)
        count += 1
    return count


def _check(kind: str, context: dict[str, Any]) -> None:
    category, _slash, name = kind.partition("/")
    if category not in Category.values or not name:
        raise ValueError(f"A kind is “category/name” with a category of {Category.values}, not {kind!r}.")
    if hidden := RESERVED & context.keys():
        raise ValueError(f"The context of {kind} hides {', '.join(sorted(hidden))}.")
    url = context.get("url", "/")
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError(f"The url of {kind} is a path in the portal, not {url!r}.")


def _each_once(recipients: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for person in recipients:
        identity = person.email.lower() if isinstance(person, Address) else person.pk
        if identity not in seen:
            seen.add(identity)
            yield person


def _recipient(person: Any) -> dict[str, Any]:
    if not isinstance(person, Address):
        return {"recipient": person}
    return {
        "address": person.email,
        "address_name": person.name,
        "address_language": person.language,
        "address_time_zone": person.time_zone,
    }


def _hint_after_commit(queue: int) -> None:
    """One hint for the whole transaction, however many promises it makes; another for what is urgent.

    Every call leaves a commit hook, because its savepoint may be rolled back without the others; the first hook
    that runs speaks for all promises made so far, and the rest find nothing left to say.
    """
    if not hasattr(_thread, "news"):
        _thread.news = set()
    _thread.news.add(queue == Queue.CRITICAL)
    transaction.on_commit(_hint_once, robust=True)


def _hint_once() -> None:
    while news := getattr(_thread, "news", None):
        hint(urgent=news.pop())
