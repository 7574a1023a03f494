"""The page on which an address without an account looks after what comes to it, and the link that opens it.

The link is a signed token that names the address and nothing else; it opens this one page and no other, for a day.
"""

from datetime import timedelta

from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse

from portal.notifications.models import Subscription

SALT = "portal.notifications.address"
LINK_LASTS = timedelta(hours=24)


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


def path_for_mail(address: str) -> str:
    """The page for a mail to a bare address; empty when the address follows nothing, and the page would be."""
    return path(address) if followed_by(address).exists() else ""
