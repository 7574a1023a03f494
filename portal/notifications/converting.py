"""From a bare address to an account: what was followed, chosen and told under an address goes over to its owner.

An address becomes hers when she has proved it (django-allauth says so). From then on what it followed is followed by
the account, and mails that reach the address later in its own name (an old link, a late confirmation) mean the account.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from portal import mine
from portal.accounts.finding import owner_of
from portal.accounts.models import User
from portal.activity.log import record
from portal.languages import reading_as
from portal.notifications import subscriptions
from portal.notifications.followed import sentence
from portal.notifications.models import Notification, Preference, Rhythm, Subscription
from portal.notifications.outbox import notify

KIND = "accounts/followed_taken_over"
_SOONEST: list[str] = [Rhythm.IMMEDIATELY, Rhythm.DAILY, Rhythm.WEEKLY]


@dataclass(frozen=True)
class Taken:
    """How much went over."""

    subscriptions: int
    messages: int


@transaction.atomic
def take_over(address: str, *, by: User) -> Taken:
    """Make what belonged to ``address`` belong to ``by``, who has just proved that the address is hers.

    Its live subscriptions end as converted and are the account's, with their rhythm; where the account follows the
    same, the sooner rhythm counts, as it did while both stood side by side. What was chosen for the address holds for
    categories of which the account has chosen nothing. Messages to the address are in the inbox, those that had left
    by mail as read. She is told once. Doing it again, also at the same moment, changes nothing more.
    Raises ``ValueError`` for an address that she has not proved.
    """
    subscriptions.hold(address)
    if owner_of(address) != by:
        raise ValueError("This address is not proved to be hers.")
    person = User.objects.select_for_update().get(pk=by.pk)
    followed = _take_subscriptions(address, person)
    _take_preferences(address, person)
    messages = _take_messages(address, person)
    if followed:
        _tell(person, address, followed)
    if messages:
        mine.forget(person)
    return Taken(len(followed), messages)


def _tell(person: User, address: str, rows: list[Subscription]) -> None:
    record(person, "followed_taken_over", person, count=len(rows))
    with reading_as(person):
        searches = [sentence(row.criteria) for row in rows]
    notify(
        [person],
        KIND,
        about=person,
        occasion=f"{address.lower()} {timezone.now().isoformat()}",
        url=reverse("notifications:following"),
        address=address,
        searches=searches,
    )


def _take_subscriptions(address: str, person: User) -> list[Subscription]:
    """The address's live rows, ended, each with the account's row as its successor."""
    bare = Subscription.objects.live().filter(user=None, address__iexact=address).select_for_update(of=("self",))
    rows = list(bare.select_related("criteria").order_by("pk"))
    hers = {row.criteria_id: row for row in Subscription.objects.live().filter(user=person)}
    for row in rows:
        successor = hers.get(row.criteria_id) or Subscription(
            criteria=row.criteria, user=person, language=person.language, created_at=row.created_at
        )
        is_new = successor.pk is None
        successor.frequency = row.frequency if is_new else min(successor.frequency, row.frequency, key=_SOONEST.index)
        successor.save()
        row.successor, row.ended_at, row.ended_reason = successor, timezone.now(), Subscription.EndReason.CONVERTED
        row.save(update_fields=["successor", "ended_at", "ended_reason"])
        record(person, "unfollowed", row, reason=row.ended_reason)
        if is_new:
            record(person, "followed", successor)
    return rows


def _take_preferences(address: str, person: User) -> None:
    """The account's own choice wins over what was chosen for the address."""
    chosen = Preference.objects.filter(user=None, address__iexact=address).select_for_update()
    decided = set(Preference.objects.filter(user=person).values_list("category", flat=True))
    for row in chosen:
        if row.category in decided:
            row.delete()
        else:
            row.user, row.address = person, ""
            row.save(update_fields=["user", "address", "changed_at"])


def _take_messages(address: str, person: User) -> int:
    """Messages to the address are hers, but for those that she was promised in the account's name as well."""
    rows: QuerySet[Any] = Notification.objects.filter(recipient=None, address__iexact=address)
    same = Notification.objects.filter(recipient=person, kind=OuterRef("kind"), key=OuterRef("key"))
    return rows.filter(~Exists(same)).update(
        recipient=person,
        address="",
        address_name="",
        address_language="",
        address_time_zone="",
        read_at=Coalesce("read_at", "sent_at"),
    )


def when_proved(sender: object, email_address: Any, **_options: Any) -> None:
    """A person has proved an address, at sign-up or later (django-allauth's ``email_confirmed``)."""
    take_over(email_address.email, by=email_address.user)
