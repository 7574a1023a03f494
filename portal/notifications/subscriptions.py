"""Following a search: whoever follows it is told of each new thing that it would find."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.finding import owner_of
from portal.accounts.models import User
from portal.activity.log import record
from portal.languages import Language
from portal.lifecycle import lock
from portal.notifications import followed, preferences
from portal.notifications.followed import Followable, Wish
from portal.notifications.models import Address, Category, Criteria, Rhythm, Subscription
from portal.notifications.outbox import notify
from portal.notifications.preferences import Subscriber

SALT = "portal.notifications.follow"
#: Time to find the mail and confirm.
CONFIRM_WITHIN = timedelta(days=3)
#: Of one person at one time.
MOST = 100
#: For pg_advisory_xact_lock, so that it waits for nothing else.
_ADDRESS_LOCK = 41_207


@dataclass(frozen=True)
class Asked:
    """What a link in a confirmation mail names."""

    criteria: Criteria
    address: str
    language: str
    time_zone: str
    at: datetime


@transaction.atomic
def follow(kind: Followable, wish: Wish, *, by: User) -> Subscription:
    """Follow what a list shows, from now on. Following it already changes nothing.

    Raises ``ValidationError`` (``too_many``) for the hundred-and-first.
    """
    # Of two tabs the second waits, and sees what the first one kept.
    person = User.objects.select_for_update().get(pk=by.pk)
    return _subscribe(followed.keep(kind, wish), person, {"user": person}, language=person.language)


@transaction.atomic
def ask(kind: Followable, wish: Wish, *, address: str, language: str, time_zone: str) -> None:
    """Send ``address`` a mail with the link that confirms it: until then nothing is followed. Says nothing of whether
    the address is known here. One mail a day (UTC) for the same search."""
    criteria = followed.keep(kind, wish)
    now = timezone.now()
    names = {"c": criteria.pk, "a": address, "l": language, "z": time_zone, "t": now.timestamp()}
    path = reverse("notifications:follow-confirm", args=[signing.dumps(names, salt=SALT)])
    notify(
        [Address(address, language, time_zone)],
        "accounts/follow_asked",
        about=criteria,
        occasion=now.date(),
        url=path,
        search=followed.sentence(criteria),
        days=CONFIRM_WITHIN.days,
    )


def read_token(token: str) -> Asked | None:
    """What a confirmation link asks for; None when it is forged or older than ``CONFIRM_WITHIN``."""
    try:
        names = signing.loads(token, salt=SALT, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return None
    criteria = Criteria.objects.filter(pk=names["c"]).first()
    while criteria is not None and criteria.became is not None:  # two searches became one meanwhile
        criteria = criteria.became
    if criteria is None:
        return None
    return Asked(criteria, names["a"], names["l"], names["z"], datetime.fromtimestamp(names["t"], UTC))


@transaction.atomic
def confirm(asked: Asked) -> Subscription:
    """Follow in the name of an address whose owner opened the link, or of her account when she has proved that the
    address is hers. Twice is once, also at the same moment.

    Who had switched off mails of this kind gets them again: without an account there is no other place to read them.
    Raises ``ValidationError`` (``too_many``) for the hundred-and-first.
    """
    hold(asked.address)
    user = owner_of(asked.address)
    row = _subscribe(
        asked.criteria,
        user,
        {"user": user} if user else {"address": asked.address},
        language=Language(user.language if user else asked.language),
        time_zone=asked.time_zone,
        created_at=asked.at,
    )
    kind = followed.by_name(asked.criteria.kind)
    if kind is not None:
        category = Category(kind.mail.partition("/")[0])
        preferences.switch(Subscriber(category, user, "" if user else asked.address), on=True)
    return row


def hold(address: str) -> None:
    """Let nobody else decide to whom this address belongs until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(lower(%s)))", [_ADDRESS_LOCK, address])


@transaction.atomic
def end(subscription: Subscription, *, reason: str, by: User | None) -> Subscription:
    """Stop following; the row stays. Ending twice is ending once. ``by`` is None for a link in a mail."""
    row = lock(subscription)
    if row.ended_at is None:
        row.ended_at, row.ended_reason = timezone.now(), reason
        row.save(update_fields=["ended_at", "ended_reason"])
        record(by, "unfollowed", row, reason=reason)
    return row


@transaction.atomic
def set_rhythm(subscription: Subscription, *, rhythm: str, by: User | None) -> Subscription:
    """How often its mails come from the next one on. An ended one stays as it is."""
    row = lock(subscription)
    if row.ended_at is None and row.frequency != rhythm:
        row.frequency = Rhythm(rhythm)
        row.save(update_fields=["frequency"])
        record(by, "follow_rhythm_set", row, rhythm=rhythm)
    return row


@transaction.atomic
def end_everything(user: User | None, address: str) -> None:
    """Switch every mail off that can be, and end everything that this account or this bare address follows."""
    preferences.switch_all(user, address, on=False)
    theirs = Subscription.objects.live().filter(
        **({"user": user} if user else {"user": None, "address__iexact": address})
    )
    for row in theirs.order_by("pk"):
        end(row, reason=Subscription.EndReason.ALL, by=user)


def erase_ended(limit: int = 10_000) -> int:
    """Forget the bare addresses of what ended 28 days ago or longer; the rows stay for the count.
    Runs as often as one likes; returns how many."""
    before = timezone.now() - Subscription.ERASED_AFTER
    due = (
        Subscription.objects.filter(ended_at__lt=before, erased_at=None)
        .exclude(address="")
        .order_by("ended_at")[:limit]
    )
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Subscription.objects.filter(pk__in=rows).update(address="", erased_at=timezone.now())


def is_following(kind: Followable, wish: Wish, user: User) -> bool:
    """Whether she follows exactly this."""
    return Subscription.objects.visible_to(user).live().filter(criteria__digest=followed.digest(kind, wish)).exists()


def _subscribe(criteria: Criteria, by: User | None, person: dict[str, Any], **values: Any) -> Subscription:
    lookup = {"address__iexact": person["address"]} if "address" in person else person
    live = Subscription.objects.live().filter(**lookup)
    if found := live.filter(criteria=criteria).first():
        return found
    if live.count() >= MOST:
        raise ValidationError(
            _("You follow %(count)s searches already. End one of them first."), code="too_many", params={"count": MOST}
        )
    # The database decides between two at the same moment.
    Subscription.objects.bulk_create([Subscription(criteria=criteria, **person, **values)], ignore_conflicts=True)
    row = live.get(criteria=criteria)
    record(by, "followed", row)
    return row
