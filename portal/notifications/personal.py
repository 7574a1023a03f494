"""A person's messages as a feed (Atom, RFC 4287), under an address that only she knows: made, made anew, ended.

The entries are the rows of her inbox, so nothing is in one and not in the other.
"""

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.languages import current
from portal.notifications import reasons
from portal.notifications.models import Notification, PersonalFeed
from portal.secret_address import SecretAddress

_address = SecretAddress(
    PersonalFeed,
    salt="portal.notifications.personal",
    url_name="notifications:personal-feed",
    made="feed_address_made",
    ended="feed_address_ended",
)
begin, end, of, path, owner = _address.begin, _address.end, _address.of, _address.path, _address.owner

#: The newest messages; feed readers keep what they have seen.
ENTRIES = 100


def atom(user: User, *, address: str) -> str:
    """Her newest messages, in her language. ``address`` is that of the feed itself."""
    name = _("Messages for %(name)s") % {"name": user.full_name or user.email}
    feed = Atom1Feed(name, settings.SITE_URL, "", language=current(), feed_url=address)
    rows = list(Notification.objects.visible_to(user)[:ENTRIES])
    because = reasons.lines(rows)
    for row in rows:
        feed.add_item(
            title=row.subject,
            link=f"{settings.SITE_URL}{row.url}",
            # The reader's program shows it below the title.
            description=escape(" ".join([_("Why you get this:"), *because[row.pk]])),
            unique_id=f"urn:uuid:{row.uid}",
            pubdate=row.created_at,
            updateddate=row.created_at,
            categories=[row.category_label],
        )
    return feed.writeString("utf-8")
