"""From outbox rows to mails."""

import logging
import random
import smtplib
import time
from datetime import timedelta
from types import TracebackType
from typing import Self

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from portal.languages import reading_as
from portal.notifications import deliverability, hours, kinds, mails, preferences, throttle
from portal.notifications.models import Deliverability, Digest, Notification, Queue, Rhythm
from portal.reference import labels

logger = logging.getLogger(__name__)

Status = Notification.Status

#: Pauses after the first, second … failed attempt; after the last one the row has failed.
PAUSES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
]
ATTEMPTS = len(PAUSES) + 1
#: A pause is up to this part shorter or longer.
JITTER = 0.2
DEAD_ADDRESS = "The address does not take mail, as its server said before."
#: A batch ends well before the task's soft time limit; the sweep goes on with the rest.
PATIENCE = timedelta(minutes=2)


def deliver_due(limit: int = 100, *, urgent: bool = False) -> int:
    """Deliver what is due, the urgent first and then the oldest, or the ``urgent`` alone; return how many rows were
    handled, at most ``limit``.

    Workers may run it in parallel: a row is locked from its claim until its outcome is committed, and locked rows
    are passed over. A killed worker's locks end with its connection, so its row is due again at once; a mail that
    had just left is then sent again under the same Message-ID.
    Ends early when the mail server or provider cannot be reached (its row waits, the others stay due) or after
    ``PATIENCE``, or when no more may leave in this minute.
    """
    handled = 0
    with MailLine(urgent=urgent) as line, labels.held():
        while handled < limit and line.is_ready() and _deliver_next(line):
            handled += 1
    return handled


class AboutGone(Exception):  # noqa: N818 -- what happened, in the words of the row
    """The object that a promise is about no longer exists."""


class MailLine:
    """One connection to the mail server for a batch: opened when first needed, opened anew after an error.

    ``urgent`` is a batch of urgent mail alone: it may use what of the minute's allowance is kept for that.
    """

    def __init__(self, *, urgent: bool = False) -> None:
        self.connection = get_connection()
        self.urgent = urgent
        self.allowance = throttle.Allowance(urgent=urgent)
        self.until = time.monotonic() + PATIENCE.total_seconds()
        self.is_open = False
        self.is_reachable = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.allowance.give_back()
        self.close()

    def is_ready(self) -> bool:
        """Whether one more mail may be sent: the server could be reached, the batch has not taken too long, and the
        minute's allowance is not used up."""
        return self.is_reachable and time.monotonic() < self.until and self.allowance.has_room()

    def send(self, mail: EmailMessage) -> None:
        """Send, or raise what the mail server or the way to it said."""
        self.allowance.use()
        was_open = self.is_open
        try:
            self._send(mail)
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused):
            # Servers hang up, or say 421, after some minutes or mails; a fresh connection tells whether it is the mail.
            if not was_open:
                raise
            self._send(mail)

    def close(self) -> None:
        if not self.is_open:
            return
        self.is_open = False
        try:
            self.connection.close()
        except OSError as error:  # smtplib's errors are OSErrors; every mail has its outcome already
            logger.info("the mail server did not say goodbye", extra={"error": str(error)})

    def _send(self, mail: EmailMessage) -> None:
        if not self.is_open:
            self._open()
        try:
            self.connection.send_messages([mail])
        except Exception as error:
            self.is_reachable = not deliverability.is_outage(error)
            self.close()  # in an unknown state
            raise

    def _open(self) -> None:
        try:
            self.connection.open()
        except OSError:
            self.is_reachable = False
            raise
        self.is_open = True


@transaction.atomic
def _deliver_next(line: MailLine) -> bool:
    """Deliver the oldest due row that no other worker holds; False when there is none."""
    due = Notification.objects.due()
    if line.urgent:
        due = due.filter(queue=Queue.CRITICAL)
    row = due.select_related("recipient__rest").select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return False
    try:
        mail = _compose(row)
    except SoftTimeLimitExceeded:
        raise
    except AboutGone as error:
        _finish(row, Status.FAILED, error=str(error))
    except Exception as error:
        # Ours to mend; it must not stop the other rows.
        logger.exception("notification cannot be rendered", extra=_names(row))
        try_later(row, error)
        _finish(row, row.status, error=said(error))
    else:
        _send(row, mail, line)
    return True


def _compose(row: Notification) -> EmailMessage | str:
    """The mail; or the state of a row whose mail does not go now. Sets what the inbox shows, and it shows it from now
    on, whatever becomes of the mail.

    A failed query inside a template must not break the transaction that keeps the row's outcome, hence the savepoint.
    Raises ``AboutGone``, and whatever a template may raise.
    """
    with transaction.atomic(), reading_as(row.addressee):
        if row.about is None:
            raise AboutGone(f"{row.key.rpartition(':')[0]} no longer exists.")
        if not kinds.still_holds(row):
            return outdate(row)
        subject = mails.subject(row)
        row.subject, row.url = subject[:250], mails.path_of(row)
        rhythm = preferences.rhythm_of(row)
        if rhythm is None:
            return Status.MUTED
        row.rhythm = rhythm
        if rhythm != Rhythm.IMMEDIATELY:
            return Status.WAITING
        if preferences.deliverability(row) == Deliverability.State.BOUNCES:
            row.last_error = DEAD_ADDRESS
            return Status.BOUNCED
        if wait_until := hours.quiet_until(row):
            row.due_at = wait_until
            return Status.PENDING
        return mails.compose(row, subject)


def outdate(row: Notification) -> str:
    """Set on ``row`` (not saved) that its mail does not go; return its state. Who has not read it in her inbox does
    not find it there any more."""
    if row.read_at is None:
        row.subject = row.url = ""
    row.status = Status.REPLACED
    return row.status


def _send(row: Notification, mail: EmailMessage | str, line: MailLine) -> None:
    if isinstance(mail, str):
        # Not tried: a row that waits for the end of the quiet hours has all its attempts left.
        _finish(row, mail, error=row.last_error if mail == Status.BOUNCED else "", is_attempt=mail != Status.PENDING)
        return
    error = attempt(row, mail, line)
    _finish(row, row.status, error=error)


def attempt(row: "Notification | Digest", mail: EmailMessage, line: MailLine) -> str:
    """Send, and set what came of it on ``row`` (not saved); return what the mail server said, if it said no."""
    try:
        line.send(mail)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 -- a mail library may raise anything; the row keeps what it said
        if deliverability.is_refusal(error):
            row.status = Status.BOUNCED
        else:
            try_later(row, error)
        _note_of_address(row, error)
        return said(error)
    row.status, row.sent_at = Status.SENT, timezone.now()
    row.provider_id = _provider_id(mail)
    _note_success(row)
    return ""


def _note_of_address(row: "Notification | Digest", error: Exception) -> None:
    """What the answer says of the address holds for its other mails as well. A mail tried eight times is one mail that
    came back for now."""
    address = row.recipient.email if row.recipient else row.address
    if deliverability.is_about_address(error):
        deliverability.bounced(address, for_good=True, said=said(error))
    elif row.status in {Status.FAILED, Status.BOUNCED} and deliverability.is_for_now(error):
        deliverability.bounced(address, for_good=False, said=said(error))


def _note_success(row: "Notification | Digest") -> None:
    """Where a provider tells what became of mails, its word counts and not that it took one."""
    known = row.__dict__.get("address_known")
    if known is not None and known.soft_bounces and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        deliverability.took_mail(known.address)


def _provider_id(mail: EmailMessage) -> str:
    """What the provider calls a mail that it took by its own interface (django-anymail); empty by SMTP."""
    status = getattr(mail, "anymail_status", None)
    name = status.message_id if status is not None else None
    return name[:200] if isinstance(name, str) else ""


def try_later(row: "Notification | Digest", error: Exception) -> None:
    """Set on ``row`` (not saved) when it is tried again, or that it has failed for good."""
    if row.attempts + 1 >= ATTEMPTS:
        row.status = Status.FAILED
        return
    pause = PAUSES[row.attempts]
    # Some earlier, some later: what failed together does not come back together.
    row.due_at = timezone.now() + pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 -- no secret
    row.status = Status.PENDING


def said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _finish(row: Notification, status: str, *, error: str = "", is_attempt: bool = True) -> None:
    """Keep the outcome of one attempt."""
    row.status, row.last_error = status, error
    row.attempts += is_attempt
    row.save(
        update_fields=[
            "status",
            "last_error",
            "attempts",
            "due_at",
            "sent_at",
            "subject",
            "url",
            "rhythm",
            "provider_id",
        ]
    )
    level = logging.WARNING if error else logging.INFO
    logger.log(level, "notification %s", status, extra=_names(row) | {"error": error})


def _names(row: Notification) -> dict[str, object]:
    """For log lines: which row, never whose address."""
    return {"notification": str(row.uid), "kind": row.kind, "attempts": row.attempts}
