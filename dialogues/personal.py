"""A person's own calendar under an address that only she knows: made, made anew, ended."""

from typing import Any

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dialogues.models import PersonalCalendar
from portal.accounts.models import User
from portal.activity.log import record

SALT = "dialogues.personal"


@transaction.atomic
def begin(*, by: User) -> PersonalCalendar:
    """Give her calendar an address; an old one stops working."""
    mine, is_new = PersonalCalendar.objects.select_for_update().get_or_create(user=by)
    if not is_new:
        mine.generation += 1
        mine.is_on, mine.changed_at = True, timezone.now()
        mine.save(update_fields=["generation", "is_on", "changed_at"])
    record(by, "calendar_address_made", by)
    return mine


@transaction.atomic
def end(*, by: User) -> None:
    """Let the address stop working. Doing it twice changes nothing."""
    mine = PersonalCalendar.objects.select_for_update().filter(user=by, is_on=True).first()
    if mine is not None:
        mine.is_on, mine.changed_at = False, timezone.now()
        mine.save(update_fields=["is_on", "changed_at"])
        record(by, "calendar_address_ended", by)


def path(mine: PersonalCalendar) -> str:
    """The secret address, in the active language."""
    token = signing.dumps([mine.user_id, mine.generation], salt=SALT)
    return reverse("dialogues:personal-feed", args=[token])


def owner(token: str) -> User | None:
    """Whose calendar this is, if the address is one we gave and still good."""
    try:
        said: Any = signing.loads(token, salt=SALT)
        pk, generation = (int(part) for part in said)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    mine = PersonalCalendar.objects.filter(
        user=pk, generation=generation, is_on=True, user__is_active=True
    ).select_related("user")
    found = mine.first()
    return found.user if found else None
