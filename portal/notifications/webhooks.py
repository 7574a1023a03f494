"""Webhooks: an organization's own system is told of each new thing that it follows.

What is owed is written by the matching, in its transaction, and posted by workers of its own
(portal/notifications/posting.py). Whatever is posted everybody may read on the portal. How a system takes it is told
in docs/webhooks.md.
"""

import base64
import secrets
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.postgres.aggregates import JSONBAgg
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import JSONObject
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.languages import Language
from portal.lifecycle import lock, move
from portal.notifications import followed, subscriptions, tasks
from portal.notifications.finding import found_by
from portal.notifications.followed import Followable, Wish
from portal.notifications.models import News, Rhythm, Subscription, Webhook, WebhookDelivery
from portal.public_addresses import is_public

#: How long a delivery stands in the log, and can be sent again.
KEPT = timedelta(days=30)
#: When what is owed to a webhook that is not on would go: after it is forgotten. Switching on makes it due.
HELD = KEPT + timedelta(days=1)

#: Webhooks of one organization, and searches that one webhook follows.
MOST, MOST_FOLLOWED = 5, 100
#: So long the secret before a rotation signs too.
ROTATION = timedelta(days=7)
#: How secrets begin, by the specification: people and programs that look for leaked ones know them by it.
SECRET_MARK = "whsec_"  # noqa: S105 -- no secret, how each of them begins
SECRET_BYTES = 32
LONGEST = 500

#: One row for each webhook, whichever of its searches found the thing. The share lock waits for somebody who switches
#: it on or off at this moment, so that what is owed is due exactly when it is on.
_PROMISE = """
INSERT INTO {deliveries} (uid, webhook_id, event, key, body, status, created_at, due_at, attempts, last_error)
SELECT gen_random_uuid(), webhook.id, %s, %s, %s::jsonb || jsonb_build_object('followed', found.searches), %s,
    now(), now() + CASE WHEN webhook.status = %s THEN interval '0' ELSE %s END, 0, ''
FROM ({found}) AS found (webhook_id, searches) JOIN {webhooks} AS webhook ON webhook.id = found.webhook_id
FOR SHARE OF webhook
ON CONFLICT (webhook_id, key) DO NOTHING
"""


@transaction.atomic
def promise(news: News, kind: Followable, obj: Any) -> int:
    """Owe the event that ``obj`` is public to every webhook that follows such things: one SQL statement, one row for
    each webhook. Return how many; twice is once.

    For the matching, which has seen that everybody may read ``obj``. Its makers' organizations are told too: their
    systems keep what they show in step. Of a webhook that is not on the row waits until it is.
    """
    found = (
        found_by(kind, obj)
        .filter(webhook__organization__status=Organization.Status.VERIFIED)
        .order_by()
        .values("webhook_id")
        .annotate(
            searches=JSONBAgg(JSONObject(codes="criteria__codes", words="criteria__words"), order_by="pk", default=None)
        )
    )
    sql, params = found.query.sql_with_params()
    key = f"{obj._meta.label_lower}:{obj.pk}:published"
    body = WebhookDelivery._meta.get_field("body").get_db_prep_value(content(kind, obj, news), connection)
    own = [f"{kind.name}.published", key, body, WebhookDelivery.Status.PENDING, Webhook.Status.ON, HELD]
    names = {"deliveries": WebhookDelivery._meta.db_table, "webhooks": Webhook._meta.db_table}
    with connection.cursor() as cursor:
        cursor.execute(_PROMISE.format(found=sql, **names), [*own, *params])
        count: int = cursor.rowcount
    if count:
        transaction.on_commit(tasks.hint_webhooks, robust=True)
    return count


def content(kind: Followable, obj: Any, news: News) -> dict[str, Any]:
    """What is said of ``obj``, the same to everybody: its address and title in each language, and its codes."""
    url, title = {}, {}
    for language in Language.values:
        with translation.override(language):
            url[language] = f"{settings.SITE_URL}{obj.get_absolute_url()}"
            title[language] = str(obj)
    # What lists are narrowed by, and no other mark that a thing may carry.
    codes = sorted(code for code in obj.facets if code.partition(":")[0] in kind.facets)
    return {
        "type": f"{kind.name}.published",
        "created_at": news.created_at.isoformat(),
        "data": {"kind": kind.name, "id": obj.pk, "url": url, "title": title, "codes": codes},
    }


def check_address(url: str) -> str:
    """The address as it is kept. Raises ``ValidationError`` (``address``) for what is never posted to: only https, at
    its own port, to a name or address that may be on the public internet. What the name stands for is looked at again
    at each post (portal/outgoing.py)."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _bad_address(_("This is not an address.")) from None
    is_own_test_server = host == "127.0.0.1" and port in settings.OUTGOING_LOOPBACK_PORTS
    if len(url) > LONGEST or not host:
        raise _bad_address(_("This is not an address."))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_own_test_server):
        raise _bad_address(_("The address begins with https://, so that nobody reads on the way."))
    if parts.username is not None or parts.password is not None:
        raise _bad_address(_("Leave user name and password out: the signature says who posts."))
    if port not in {None, 443} and not is_own_test_server:
        raise _bad_address(_("Leave the port out: we post to port 443 alone."))
    is_literal = ":" in host or host.replace(".", "").isdigit()
    if not is_own_test_server and ("." not in host.strip(".") or is_literal) and not is_public(host):
        raise _bad_address(_("This address is not on the public internet."))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, parts.query, ""))


@transaction.atomic
def make(organization: Organization, *, url: str, by: User) -> Webhook:
    """A webhook of a verified organization, on from now; its ``secret`` is shown to ``by`` this once.

    Raises ``ValidationError``: ``address``, ``unverified``, ``taken`` for an address that it has already, ``too_many``
    for the sixth.
    """
    url, owner = check_address(url), lock(organization)
    _require_verified(owner)
    _require_free(owner, url)
    if owner.webhooks.count() >= MOST:
        raise ValidationError(_("Your organization has %(count)s webhooks already."), "too_many", {"count": MOST})
    row = Webhook.objects.create(organization=owner, url=url, secret=_secret(), created_by=by)
    record(by, "webhook_made", row)
    return row


@transaction.atomic
def readdress(webhook: Webhook, *, url: str, by: User) -> Webhook:
    """Post to another address from now on, also what is owed. Raises ``ValidationError`` (``address``, ``taken``)."""
    url, owner = check_address(url), lock(webhook.organization)
    row = lock(webhook)
    if row.url != url:
        _require_free(owner, url)
        row.url = url
        row.save(update_fields=["url"])
        record(by, "webhook_readdressed", row)
    return row


@transaction.atomic
def rotate(webhook: Webhook, *, by: User) -> Webhook:
    """A new secret, shown to ``by`` this once; the one before signs too for seven days.

    Raises ``ValidationError`` (``rotating``) while a rotation goes on: a third secret would make the one that the
    system may still use stop at once.
    """
    row = lock(webhook)
    if row.signs_twice:
        raise ValidationError(_("The secret was changed a short while ago. End the old one first."), "rotating")
    row.old_secret, row.old_secret_until, row.secret = row.secret, timezone.now() + ROTATION, _secret()
    row.save(update_fields=["old_secret", "old_secret_until", "secret"])
    record(by, "webhook_secret_changed", row)
    return row


@transaction.atomic
def end_old_secret(webhook: Webhook, *, by: User) -> Webhook:
    """Let the secret before the last rotation sign no more, now. Twice is once."""
    row = lock(webhook)
    if row.old_secret:
        row.old_secret, row.old_secret_until = "", None
        row.save(update_fields=["old_secret", "old_secret_until"])
        record(by, "webhook_old_secret_ended", row)
    return row


@transaction.atomic
def switch_off(webhook: Webhook, *, by: User) -> Webhook:
    """Post nothing from now on; what is owed, and what comes, waits for 30 days. Raises ``ValidationError``."""
    row = move(webhook, Webhook.Status.OFF, by=by, verb="webhook_off", failing_since=None)
    hold(row)
    return row


@transaction.atomic
def switch_on(webhook: Webhook, *, by: User) -> Webhook:
    """Post again, with all attempts left, first what waited. Raises ``ValidationError`` (``unverified`` too)."""
    _require_verified(webhook.organization)
    row = move(webhook, Webhook.Status.ON, by=by, verb="webhook_on", failing_since=None)
    _owed_to(row).update(due_at=timezone.now(), attempts=0)
    transaction.on_commit(tasks.hint_webhooks, robust=True)
    return row


def hold(webhook: Webhook) -> None:
    """Let what is owed to it wait. What is just being posted goes on; it waits afterwards, if it was not taken."""
    _owed_to(webhook).update(due_at=timezone.now() + HELD)


@transaction.atomic
def follow(webhook: Webhook, kind: Followable, wish: Wish, *, by: User) -> Subscription:
    """Tell this system of what a list shows, from now on. Following it already changes nothing.

    Raises ``ValidationError`` (``too_many``) for the hundred-and-first.
    """
    row = lock(webhook)
    criteria, live = followed.keep(kind, wish), row.subscriptions.live()
    if found := live.filter(criteria=criteria).first():
        return found
    if live.count() >= MOST_FOLLOWED:
        text = _("It follows %(count)s searches already. End one of them first.")
        raise ValidationError(text, "too_many", {"count": MOST_FOLLOWED})
    values = {"language": by.language, "time_zone": by.time_zone, "frequency": Rhythm.IMMEDIATELY}
    made = Subscription.objects.create(criteria=criteria, webhook=row, **values)
    record(by, "webhook_follows", row)
    return made


@transaction.atomic
def unfollow(subscription: Subscription, *, by: User) -> Subscription:
    """Tell the system no more of what this search finds; what is owed already still goes. Twice is once."""
    row = lock(subscription)
    if row.ended_at is None and row.webhook is not None:
        record(by, "webhook_follows_no_more", row.webhook)
    return subscriptions.end(subscription, reason=Subscription.EndReason.PAGE, by=by)


@transaction.atomic
def test(webhook: Webhook, *, by: User) -> WebhookDelivery:
    """Post an event that says nothing, once, whether the webhook is on or not: the log shows what came of it."""
    now = timezone.now()
    body = {"type": WebhookDelivery.TEST, "created_at": now.isoformat(), "data": {}}
    row = WebhookDelivery.objects.create(
        webhook=webhook, event=WebhookDelivery.TEST, key=f"test:{uuid.uuid4()}", body=body, created_at=now, due_at=now
    )
    record(by, "webhook_tested", webhook)
    transaction.on_commit(tasks.hint_webhooks, robust=True)
    return row


@transaction.atomic
def send_again(delivery: WebhookDelivery, *, by: User) -> WebhookDelivery:
    """Owe it again, as if never tried, under the same id: a system that has it already can tell.

    Raises ``ValidationError``: ``busy`` while it is being posted, ``off`` when its webhook is not on.
    """
    webhook = lock(delivery.webhook)
    row = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=delivery.pk).first()
    if row is None:
        raise ValidationError(_("It is being sent at this moment."), "busy")
    if webhook.status != Webhook.Status.ON and not row.is_test:
        raise ValidationError(_("Switch the webhook on first."), "off")
    row.status, row.attempts, row.due_at, row.sent_at = WebhookDelivery.Status.PENDING, 0, timezone.now(), None
    row.save(update_fields=["status", "attempts", "due_at", "sent_at"])
    record(by, "webhook_sent_again", webhook)
    transaction.on_commit(tasks.hint_webhooks, robust=True)
    return row


def _owed_to(webhook: Webhook) -> Any:
    """What is owed to it and not being posted just now: whoever posts needs the webhook itself at the end, so nobody
    who has it may wait for them."""
    owed = WebhookDelivery.objects.filter(webhook=webhook, status=WebhookDelivery.Status.PENDING)
    owed = owed.exclude(event=WebhookDelivery.TEST)
    free = owed.select_for_update(skip_locked=True).values_list("pk", flat=True)
    return WebhookDelivery.objects.filter(pk__in=list(free))


def _secret() -> str:
    return SECRET_MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _require_verified(organization: Organization) -> None:
    if not organization.is_verified:
        raise ValidationError(_("This begins when your organization is verified."), "unverified")


def _require_free(organization: Organization, url: str) -> None:
    if organization.webhooks.filter(url=url).exists():
        raise ValidationError(_("Your organization has a webhook with this address already."), "taken")


def _bad_address(text: Any) -> ValidationError:
    return ValidationError(text, "address")
