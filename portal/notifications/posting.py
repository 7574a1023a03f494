"""From what is owed to webhooks to signed posts (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import json
import logging
import random
import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.utils import timezone

from portal import outgoing
from portal.accounts.models import Membership, User
from portal.lifecycle import lock, move
from portal.notifications import webhooks
from portal.notifications.models import Webhook, WebhookDelivery
from portal.notifications.outbox import notify
from portal.outgoing import Answer, Limits, OutgoingError

logger = logging.getLogger(__name__)

Status = WebhookDelivery.Status

#: Pauses after the first, second … failed attempt, about three days together, as the specification advises; after the
#: last one the delivery has failed.
PAUSES = [
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
]
ATTEMPTS = len(PAUSES) + 1
#: A pause is up to this part shorter or longer.
JITTER = 0.2
#: A webhook that took nothing for so long stops.
STOPS_AFTER = timedelta(days=3)
#: While a system does not answer at all, only one delivery at a time is tried there; the others wait so long.
SILENT_FOR = timedelta(minutes=15)
#: For one post, from the resolution of the name to the answer. The row is locked so long.
LIMITS = Limits(seconds=10, connect_seconds=5, head=16_384, body=2_000)
#: Seconds that one system may take of a batch: then it is the others' turn.
SHARE = 10.0
#: A batch ends well before the task's soft time limit; the sweep goes on with the rest.
PATIENCE = timedelta(minutes=2)
#: What its system says when it wants nothing any more, by the specification.
GONE = 410
#: Of what an answer said, kept in the log.
SAID = 300
#: The first half of the advisory locks by which one worker at a time posts to a webhook; the other is its key.
LOCK = 1_633_771_873
REFUSED = "Refused"
LOST = "The portal cannot read the secret."
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]+")


class SecretLost(Exception):  # noqa: N818 -- what happened, in the words of the row
    """The secret was sealed with a SECRET_KEY that the portal does not have any more."""


@dataclass
class Turn:
    """One batch: how long each webhook's system took of it, and whose turn is over."""

    spent: dict[int, float] = field(default_factory=dict)
    over: set[int] = field(default_factory=set)

    def took(self, webhook: int, seconds: float) -> None:
        self.spent[webhook] = self.spent.get(webhook, 0.0) + seconds
        if self.spent[webhook] >= SHARE:
            self.over.add(webhook)


def post_due(limit: int = 100) -> int:
    """Post what is due, oldest first; return how many were posted, at most ``limit``.

    Workers may run it in parallel: a row is locked while it is posted, and one worker at a time posts to a webhook, so
    that a system that does not answer holds up nobody else. A killed worker's locks end with its connection; what had
    just arrived is then posted again under the same id. Ends early after ``PATIENCE``.
    """
    until, turn, posted = time.monotonic() + PATIENCE.total_seconds(), Turn(), 0
    while posted < limit and time.monotonic() < until:
        outcome = _post_next(turn)
        if outcome is None:
            break
        posted += outcome
    return posted


def forget() -> int:
    """Let the log go back 30 days and no longer. Runs as often as one likes; returns how many."""
    count, _each = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - webhooks.KEPT).delete()
    return count


def payload(row: WebhookDelivery) -> bytes:
    """What is posted, byte by byte the same at each attempt: its signature depends on it."""
    return json.dumps({"id": str(row.uid), **row.body}, ensure_ascii=False, sort_keys=True).encode()


def headers(row: WebhookDelivery, content: bytes, at: datetime) -> dict[str, str]:
    """By which the system knows that it is us who post, and when; during a rotation once for each of the secrets."""
    webhook, stamp = row.webhook, str(int(at.timestamp()))
    if not webhook.secret:
        raise SecretLost(LOST)
    secrets = [webhook.secret, webhook.old_secret] if webhook.signs_twice else [webhook.secret]
    return {
        "Content-Type": "application/json",
        "webhook-id": str(row.uid),
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(sign(secret, str(row.uid), stamp, content) for secret in secrets),
    }


def sign(secret: str, uid: str, stamp: str, content: bytes) -> str:
    """``v1,`` and the HMAC-SHA256 of id, time and content, by the key that stands behind ``whsec_`` in base 64."""
    key = base64.b64decode(secret.removeprefix(webhooks.SECRET_MARK))
    said = b".".join([uid.encode(), stamp.encode(), content])
    return f"v1,{base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()}"


@transaction.atomic
def _post_next(turn: Turn) -> bool | None:
    """Post the oldest due row that no other worker holds. None when there is none; False when its webhook has no turn
    now."""
    due = WebhookDelivery.objects.due().exclude(webhook__in=turn.over).select_related("webhook")
    row = due.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return None
    if not _is_ours(row.webhook_id):
        turn.over.add(row.webhook_id)
        return False
    if row.webhook.status != Webhook.Status.ON and not row.is_test:  # switched off between two statements
        row.due_at = timezone.now() + webhooks.HELD
        row.save(update_fields=["due_at"])
        return False
    began = time.monotonic()
    _post(row)
    turn.took(row.webhook_id, time.monotonic() - began)
    return True


def _is_ours(webhook: int) -> bool:
    """Take the webhook until the end of the transaction; False when another worker has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, webhook])
        return bool(cursor.fetchone()[0])


def _post(row: WebhookDelivery) -> None:
    """Post it, and keep what came of it."""
    content, row.answer_status = payload(row), None
    try:
        answer = outgoing.fetch(
            row.webhook.url,
            method="POST",
            headers=headers(row, content, timezone.now()),
            content=content,
            limits=LIMITS,
        )
    except SoftTimeLimitExceeded:
        raise
    except OutgoingError as error:
        _failed(row, f"{type(error).__name__}: {error}", is_silent=True)
    except Exception as error:
        # Ours to mend; it must not stop the other rows.
        logger.exception("webhook cannot be posted", extra=_names(row))
        _failed(row, f"{type(error).__name__}: {error}")
    else:
        row.answer_status = answer.status
        if answer.status // 100 == 2:  # noqa: PLR2004 -- taken
            _taken(row)
        else:
            _failed(row, f"{REFUSED}: {_said(answer)}", wait=_wait(answer))


def _taken(row: WebhookDelivery) -> None:
    row.status, row.sent_at = Status.SENT, timezone.now()
    _keep(row, "")
    if row.webhook.failing_since:
        Webhook.objects.filter(pk=row.webhook_id).update(failing_since=None)


def _failed(row: WebhookDelivery, error: str, *, is_silent: bool = False, wait: timedelta = timedelta()) -> None:
    """It is tried again later, and the webhook stops when it took nothing for days, or wants nothing more."""
    now = timezone.now()
    if row.is_test or row.attempts + 1 >= ATTEMPTS:
        row.status = Status.FAILED
    else:
        pause = PAUSES[row.attempts] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 -- no secret
        row.due_at = now + max(pause, wait)
    _keep(row, error)
    if row.is_test:
        return
    since = row.webhook.failing_since or now
    Webhook.objects.filter(pk=row.webhook_id, failing_since=None).update(failing_since=since)
    row.webhook.failing_since = since
    if row.answer_status == GONE or now - since >= STOPS_AFTER:
        _stop(row.webhook, since)
    elif is_silent:
        _let_wait(row, now + SILENT_FOR)


def _stop(webhook: Webhook, since: datetime) -> None:
    """What is owed waits until somebody switches it on; those who can are told."""
    if lock(webhook).status != Webhook.Status.ON:
        return
    stopped = move(webhook, Webhook.Status.FAILING, by=None, verb="webhook_stopped")
    webhooks.hold(stopped)
    managing = Membership.objects.managers().filter(organization=stopped.organization_id)
    managers = User.objects.filter(is_active=True, pk__in=managing.values("user")).order_by("pk")
    notify(managers, "accounts/webhook_stopped", about=stopped, occasion=since.isoformat())


def _let_wait(row: WebhookDelivery, until: datetime) -> None:
    """Nobody answered: what else is due there does not try its luck at once. No attempt of theirs is used up."""
    others = WebhookDelivery.objects.due().filter(webhook=row.webhook_id).exclude(event=WebhookDelivery.TEST)
    free = others.select_for_update(skip_locked=True).values_list("pk", flat=True)
    WebhookDelivery.objects.filter(pk__in=list(free)).update(due_at=until)


def _keep(row: WebhookDelivery, error: str) -> None:
    row.attempts += 1
    row.last_error = error[:500].replace("\0", "")
    row.save(update_fields=["status", "due_at", "attempts", "answer_status", "last_error", "sent_at"])
    level = logging.WARNING if error else logging.INFO
    logger.log(level, "webhook post %s", row.status, extra=_names(row) | {"answer": row.answer_status})


def _wait(answer: Answer) -> timedelta:
    """How long the system asks us to wait (Retry-After in seconds), at most a day."""
    asked = answer.headers.get("retry-after", "").strip()
    return min(timedelta(seconds=int(asked)), timedelta(days=1)) if re.fullmatch(r"\d{1,6}", asked) else timedelta()


def _said(answer: Answer) -> str:
    """The beginning of what an answer says, in one line of readable characters."""
    return " ".join(_UNREADABLE.sub(" ", answer.body.decode(errors="replace")).split())[:SAID]


def _names(row: WebhookDelivery) -> dict[str, object]:
    """For log lines: which row, never which address."""
    return {"delivery": str(row.uid), "event": row.event, "attempts": row.attempts}
