"""Who wants which mails, and the signed links that switch them off without signing in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.urls import reverse

from portal.accounts.finding import owner_of
from portal.accounts.models import User
from portal.activity.log import record
from portal.notifications import kinds
from portal.notifications.models import (
    ALWAYS_MAILED,
    Category,
    Deliverability,
    Notification,
    Preference,
    Rest,
    Rhythm,
)

SALT = "portal.notifications.unsubscribe"
#: People unsubscribe from mails they find months later.
LINK_LASTS = timedelta(days=365)

#: What a person chooses for a category: a ``Rhythm``, or this.
NEVER = "never"
#: In a link, instead of a category.
EVERYTHING = "*"
#: From the most to the least often.
_ORDER: list[str] = [Rhythm.IMMEDIATELY, Rhythm.DAILY, Rhythm.WEEKLY]
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


def rhythm_of(row: Notification) -> str | None:
    """How often mails like this one go to its recipient; None when only the inbox is to show it.

    Of what she chose for the category and for the search that found it, the less frequent counts. Closed accounts get
    no mail; mail about one's own account always goes, and what is urgent never waits. Who marked our mail as spam
    gets nothing that can be switched off, but for what she has switched on since.
    """
    if row.recipient is not None and not row.recipient.is_active:
        return None
    if not row.is_optional:
        return Rhythm.IMMEDIATELY
    chosen = Preference.objects.filter(**subscriber_of(row).key).first()
    if chosen is None and deliverability(row) == Deliverability.State.COMPLAINED:
        return None
    if chosen is not None and not chosen.by_mail:
        return None
    if not kinds.of(row.kind).can_wait:
        return Rhythm.IMMEDIATELY
    return max(row.rhythm, chosen.rhythm if chosen else Rhythm.IMMEDIATELY, key=_ORDER.index)


def deliverability(row: Notification) -> str:
    """What mail servers said of the recipient's address."""
    known = address_known(row)
    return known.state if known else Deliverability.State.WORKS


def address_known(row: Notification) -> Deliverability | None:
    """The row about its recipient's address, if there is one; asked for once a message."""
    if "address_known" not in row.__dict__:
        row.__dict__["address_known"] = Deliverability.objects.of(row.addressee.email).first()
    found: Deliverability | None = row.__dict__["address_known"]
    return found


def is_on(subscriber: Subscriber) -> bool:
    return not Preference.objects.filter(by_mail=False, **subscriber.key).exists()


def choices_of(user: User) -> dict[str, str]:
    """For each category that can be switched off, how often ``user`` gets its mails: a ``Rhythm`` or ``NEVER``."""
    rows = {row.category: row for row in Preference.objects.filter(user=user)}
    return {category.value: _choice(rows.get(category.value)) for category in OPTIONAL}


def _choice(row: Preference | None) -> str:
    if row is None:
        return Rhythm.IMMEDIATELY
    return row.rhythm if row.by_mail else NEVER


def rest_of(user: User) -> Rest:
    """The hours of her mails; not saved yet when she never chose any."""
    return Rest.objects.filter(user=user).first() or Rest(user=user)


@transaction.atomic
def set_rest(*, hours: Mapping[str, Any], by: User) -> Rest:
    """Keep the hours of ``by``: ``digest_hour``, ``quiet_from``, ``quiet_until``.

    Raises ``ValidationError`` for hours that are none, or a beginning without an end.
    """
    User.objects.select_for_update().get(pk=by.pk)  # of two tabs the second waits
    rest = rest_of(by)
    before = [getattr(rest, name) for name in hours]
    for name, value in hours.items():
        setattr(rest, name, value)
    rest.full_clean()
    if before != list(hours.values()):
        rest.save()
        record(by, "mail_hours_set", rest)
    return rest


@transaction.atomic
def choose(*, wanted: Mapping[str, str], by: User) -> None:
    """Keep for each category how often its mails are wanted: a ``Rhythm`` or ``NEVER``."""
    now = choices_of(by)
    for category, choice in wanted.items():
        if now[category] == choice:
            continue
        row, _created = Preference.objects.update_or_create(
            user=by,
            category=Category(category),
            defaults={"by_mail": choice != NEVER} | ({"rhythm": Rhythm(choice)} if choice != NEVER else {}),
        )
        if (now[category] == NEVER) != (choice == NEVER):
            record(by, "mails_switched_off" if choice == NEVER else "mails_switched_on", row)
        else:
            record(by, "mail_rhythm_set", row, rhythm=choice)


@transaction.atomic
def switch_all(user: User | None, address: str, *, on: bool) -> None:
    """Switch the mails of every category that can be switched off; those already so stay as they are."""
    for category in OPTIONAL:
        switch(Subscriber(category, user, address), on=on)


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


def unsubscribe_all_path(user: User | None, address: str) -> str:
    """The path of the page that switches every mail off that can be, in the active language."""
    names = {"c": EVERYTHING} | ({"u": user.pk} if user is not None else {"a": address})
    return reverse("notifications:unsubscribe-all", args=[signing.dumps(names, salt=SALT)])


def read_all_token(token: str) -> tuple[User | None, str] | None:
    """Whose mails such a link switches off; the account's, when it names an address that a person has proved hers.
    None when forged, older than a year, or the account is gone."""
    try:
        names = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    if names["c"] != EVERYTHING:
        return None
    if "u" not in names:
        owner = owner_of(names["a"])
        return owner, "" if owner else names["a"]
    user = User.objects.filter(pk=names["u"]).first()
    return (user, "") if user else None


def read_token(token: str) -> Subscriber | None:
    """Whom and what an unsubscribe link names, as :func:`read_all_token` says."""
    try:
        names = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    if names["c"] not in Category.values:
        return None
    if "u" not in names:
        owner = owner_of(names["a"])
        return Subscriber(Category(names["c"]), owner, "" if owner else names["a"])
    user = User.objects.filter(pk=names["u"]).first()
    return Subscriber(Category(names["c"]), user) if user else None
