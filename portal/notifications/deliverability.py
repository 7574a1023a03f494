"""Whether an address takes mail: what servers and providers said of it, and what follows from that.

An address that does not exist gets no more mail until its owner says that it works again: sending on would cost all
others their mail, because providers block who keeps writing to dead addresses. Who marks our mail as spam wants no
more of it, whatever she chose before.
"""

import re
import smtplib
from http import HTTPStatus

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from portal.accounts.models import User
from portal.activity.log import record
from portal.notifications import preferences
from portal.notifications.models import Deliverability, Digest, Notification, Subscription

State = Deliverability.State
Status = Notification.Status

#: From here on an SMTP answer is for good (RFC 5321, 4.2.1).
REFUSED = 500
#: Enhanced status codes (RFC 3463) that say that there is no such mailbox: bad address, disabled, no way to its host.
#: Microsoft's servers say 5.4.1 of people they do not know.
_NOBODY_THERE = re.compile(r"5\.1\.[0-6]|5\.1\.10|5\.2\.1|5\.4\.[14]")
_ENHANCED = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
#: Answers without an enhanced code that say so, unless their words speak of us instead.
_NOBODY_CODES = {550, 551, 553}
_FULL = 552
#: Answers of a provider's interface that have nothing to do with the mail.
_NOT_NOW = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_ABOUT_US = re.compile(r"relay|spam|block|blacklist|policy|reputation|authenti|rate|volume", re.IGNORECASE)


def is_refusal(error: Exception) -> bool:
    """Whether the server took the connection and refused this recipient or message for good."""
    if isinstance(error, AnymailRecipientsRefused):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= REFUSED for code, _said in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= REFUSED


def is_outage(error: Exception) -> bool:
    """Whether a provider's interface does not answer, is too busy for us or does not know us: no mail would go now."""
    if not isinstance(error, AnymailAPIError):
        return False
    status = error.status_code
    return status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _NOT_NOW


def is_about_address(error: Exception) -> bool:
    """Whether a refusal says that there is no such mailbox. A refusal of our server or of a text says nothing of it:
    a relay that is set up wrongly refuses everybody."""
    if isinstance(error, AnymailRecipientsRefused):
        return True
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(_is_nobody(code, _text(said)) for code, said in error.recipients.values())


def is_for_now(error: Exception) -> bool:
    """Whether the recipient's server, not ours, cannot take it at the moment: a full mailbox, say."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code < REFUSED or code == _FULL or "5.2.2" in _text(said) for code, said in error.recipients.values())


def _is_nobody(code: int, said: str) -> bool:
    if found := _ENHANCED.search(said):
        return bool(_NOBODY_THERE.fullmatch(found[0]))
    return code in _NOBODY_CODES and not _ABOUT_US.search(said)


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


@transaction.atomic
def bounced(address: str, *, for_good: bool, said: str) -> Deliverability:
    """Note that mail to ``address`` came back; ``said`` is the server's own answer.

    For good, or ``Deliverability.SOFT_BOUNCES`` times in a row for now: it gets no more mail, and what it follows
    without an account ends. Twice is once.
    """
    row = _locked(address)
    row.said = said.strip()[:500]
    row.soft_bounces += not for_good
    if row.state != State.BOUNCES and (for_good or row.soft_bounces >= Deliverability.SOFT_BOUNCES):
        row.state, row.changed_at = State.BOUNCES, timezone.now()
        _end_following(address, Subscription.EndReason.BOUNCED)
        record(None, "address_bounced", row)
    row.save(update_fields=["state", "said", "soft_bounces", "changed_at"])
    return row


@transaction.atomic
def complained(address: str, *, said: str) -> Deliverability:
    """Note that the owner of ``address`` marked our mail as spam: everything that can be switched off is, for her
    account too, and what the address follows without an account ends. What she switches on again later comes."""
    row = _locked(address)
    if row.state == State.WORKS:
        row.state, row.changed_at = State.COMPLAINED, timezone.now()
        record(None, "address_complained", row)
    row.said = said.strip()[:500]
    row.save(update_fields=["state", "said", "changed_at"])
    unsubscribed(address, reason=Subscription.EndReason.COMPLAINED)
    return row


@transaction.atomic
def unsubscribed(address: str, *, reason: str = Subscription.EndReason.LINK) -> None:
    """Her mail program or provider said that she wants no more: what can be switched off is, and what waited for a
    digest stays in the inbox alone."""
    waiting = Notification.objects.waiting_for_digest()
    for user in User.objects.alias(lowered=Lower("email")).filter(lowered=address.lower()):
        preferences.switch_all(user, "", on=False)
        waiting.filter(recipient=user).update(status=Status.MUTED)
    preferences.switch_all(None, address, on=False)
    bare = waiting.exclude(address="").alias(lowered=Lower("address"))
    bare.filter(lowered=address.lower()).update(status=Status.MUTED)
    _end_following(address, reason)


@transaction.atomic
def works_again(address: str, *, by: User) -> Deliverability:
    """Send mail to ``address`` again, because somebody who must know says that it arrives. Should it come back once
    more, all begins anew."""
    row = _locked(address)
    if row.state == State.BOUNCES:
        row.state, row.soft_bounces, row.changed_at = State.WORKS, 0, timezone.now()
        row.save(update_fields=["state", "soft_bounces", "changed_at"])
        record(by, "address_works_again", row)
    return row


def took_mail(address: str) -> None:
    """A mail arrived: what came back for now before it does not count any more."""
    Deliverability.objects.of(address).filter(soft_bounces__gt=0).update(soft_bounces=0)


def of(address: str) -> str:
    """What is known of an address: a ``Deliverability.State``."""
    known = Deliverability.objects.of(address).values_list("state", flat=True).first()
    return known or State.WORKS


@transaction.atomic
def came_back(provider_id: str, *, status: str, said: str) -> int:
    """Take back that a mail was sent: the provider that took it says it did not arrive. ``status`` is
    ``Status.BOUNCED`` or ``FAILED``. A digest takes with it what was in it. Returns how many messages it held."""
    if not provider_id:
        return 0
    rows = Notification.objects.filter(provider_id=provider_id, status=Status.SENT)
    count = rows.update(status=status, last_error=said)
    for digest in Digest.objects.filter(provider_id=provider_id, status=Digest.Status.SENT).select_for_update():
        digest.status, digest.last_error = status, said
        digest.save(update_fields=["status", "last_error"])
        count += digest.items.filter(status=Status.SENT).update(status=status, last_error=said)
    return count


def _locked(address: str) -> Deliverability:
    """The row of an address, made when it is the first word of it, locked until the transaction ends."""
    Deliverability.objects.bulk_create([Deliverability(address=address)], ignore_conflicts=True)
    return Deliverability.objects.of(address).select_for_update().get()


def _end_following(address: str, reason: str) -> None:
    live = Subscription.objects.live().alias(lowered=Lower("address")).filter(lowered=address.lower(), user=None)
    for row in live.exclude(address="").order_by("pk").select_for_update():
        row.ended_at, row.ended_reason = timezone.now(), reason
        row.save(update_fields=["ended_at", "ended_reason"])
        record(None, "unfollowed", row, reason=reason)
