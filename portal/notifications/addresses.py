"""What comes to an address without an account: its owner asks for a link, and looks after it there."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.finding import owner_of
from portal.activity.log import record
from portal.languages import Language
from portal.notifications import subscriptions
from portal.notifications.address_links import LINK_LASTS, followed_by, path
from portal.notifications.models import Address
from portal.notifications.outbox import notify

KIND = "accounts/address_link"


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
