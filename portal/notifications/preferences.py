"""Who wants which mails, and the signed links that switch them off without signing in."""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.urls import reverse

from portal.accounts.models import User
from portal.activity.log import record
from portal.notifications.models import ALWAYS_MAILED, Category, Notification, Preference

SALT = "portal.notifications.unsubscribe"
#: People unsubscribe from mails they find months later.
LINK_LASTS = timedelta(days=365)

OPTIONAL = [category for category in Category if category not in ALWAYS_MAILED]


@dataclass(frozen=True)
class Subscriber:
    """One person's one category, as an unsubscribe link names it: an account or a bare address."""

    category: Category
    user: User | None = None
    address: str = ""

    @property
    def key(self) -> dict[str, object]:
        if self.user is not None:
            return {"user": self.user, "category": self.category}
        return {"address__iexact": self.address, "category": self.category}


def subscriber_of(row: Notification) -> Subscriber:
    return Subscriber(Category(row.category), row.recipient, row.address)


def wants_mail(row: Notification) -> bool:
    """Whether the mail should go out. Closed accounts get none; mail about one's own account always goes."""
    if row.recipient is not None and not row.recipient.is_active:
        return False
    return not row.is_optional or is_on(subscriber_of(row))


def is_on(subscriber: Subscriber) -> bool:
    return not Preference.objects.filter(by_mail=False, **subscriber.key).exists()


def choices_of(user: User) -> dict[str, bool]:
    """For each category that can be switched off, whether ``user`` gets its mails."""
    off = Preference.objects.filter(user=user, by_mail=False).values_list("category", flat=True)
    return {category.value: category.value not in set(off) for category in OPTIONAL}


@transaction.atomic
def choose(*, wanted: dict[str, bool], by: User) -> None:
    """Keep for each category whether its mails are wanted."""
    for category, is_wanted in wanted.items():
        switch(Subscriber(Category(category), by), on=is_wanted)


@transaction.atomic
def switch(subscriber: Subscriber, *, on: bool) -> bool:
    """Switch the mails of one category on or off; say whether that changed anything. Twice is once.

    Raises ``ValueError`` for a category that is always mailed.
    """
    if subscriber.category in ALWAYS_MAILED:
        raise ValueError(f"Mails of {subscriber.category} cannot be switched off.")
    if is_on(subscriber) == on:
        return False
    new = {name.removesuffix("__iexact"): value for name, value in subscriber.key.items()}
    preference, _created = Preference.objects.update_or_create(
        **subscriber.key, defaults={"by_mail": on}, create_defaults={**new, "by_mail": on}
    )
    record(subscriber.user, "mails_switched_on" if on else "mails_switched_off", preference)
    return True


def unsubscribe_path(row: Notification) -> str:
    """The path of the page that switches this mail's category off, in the active language."""
    names = {"c": row.category} | ({"u": row.recipient_id} if row.recipient_id else {"a": row.address})
    return reverse("notifications:unsubscribe", args=[signing.dumps(names, salt=SALT)])


def read_token(token: str) -> Subscriber | None:
    """Whom and what an unsubscribe link names; None when forged, older than a year, or the account is gone."""
    try:
        names = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    if "u" not in names:
        return Subscriber(Category(names["c"]), None, names["a"])
    user = User.objects.filter(pk=names["u"]).first()
    return Subscriber(Category(names["c"]), user) if user else None
