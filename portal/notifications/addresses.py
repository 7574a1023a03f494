"""What comes to an address without an account: its owner asks for a link, and looks after it there.

The link is a signed token that names the address and nothing else; it opens this one page and no other, for a day.
"""

from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.accounts.finding import owner_of
from portal.activity.log import record
from portal.languages import Language
from portal.notifications import subscriptions
from portal.notifications.models import Address, Subscription
from portal.notifications.outbox import notify

SALT = "portal.notifications.address"
KIND = "accounts/address_link"
LINK_LASTS = timedelta(hours=24)


@transaction.atomic
def ask(address: str) -> None:
    """Send the link to ``address`` when something comes to it; a person with an account is led to her own page instead.

    Says nothing of whether the address is known here: for another one nothing is sent, and the asker cannot tell.
    """
    occasion = timezone.now().isoformat()
    if person := owner_of(address):
        page = reverse("notifications:following")
        notify([person], KIND, about=person, occasion=occasion, url=page, has_account=True, hours=0)
        return
    newest = followed_by(address).last()
    if newest is None:
        return
    # As the address was confirmed: whoever asks may write it in another way, and it is still one mailbox.
    reader = Address(newest.address, newest.language, newest.time_zone)
    hours = int(LINK_LASTS.total_seconds() // 3600)
    notify([reader], KIND, about=newest, occasion=occasion, url=path(newest.address), has_account=False, hours=hours)


def path(address: str) -> str:
    """The page of this address, in the active language. Whoever has the path may change what comes to the address."""
    return reverse("notifications:address", args=[signing.dumps(address, salt=SALT)])


def read(token: str) -> str:
    """Which address a link is for; "" when it is forged or older than ``LINK_LASTS``."""
    try:
        address: str = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return ""
    return address


def followed_by(address: str) -> QuerySet[Subscription]:
    """What this bare address follows now, the oldest first."""
    rows = Subscription.objects.live().filter(user=None, webhook=None, address__iexact=address)
    return rows.select_related("criteria").order_by("created_at", "pk")


@transaction.atomic
def set_reader(address: str, *, language: str, time_zone: str) -> int:
    """In which language and by which clock mails come to ``address`` from the next one on; return of how many
    subscriptions. Raises ``ValueError`` for what is no language or time zone of the portal."""
    Address(address, language, time_zone)
    subscriptions.hold(address)
    rows = followed_by(address).select_for_update(of=("self",))
    changed = [row for row in rows if (row.language, row.time_zone) != (language, time_zone)]
    for row in changed:
        row.language, row.time_zone = Language(language), time_zone
        row.save(update_fields=["language", "time_zone"])
        record(None, "follow_reader_set", row)
    return len(changed)
