"""The newest of a list of opportunities, for feed readers (Atom, RFC 4287). It says no more than the list does."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.finding import Finding
from partners.models import PartnerRequest
from resources.feeds import ENTRIES, Feed, plain, tag


def entries(found: Finding) -> list[PartnerRequest]:
    """The latest publications and changes among all that was found, newest first."""
    ids = found.queryset.order_by("-published_at", "-pk").values_list("pk", flat=True)[:ENTRIES]
    return found.rows(list(ids))


def etag(found: Finding, shown: Sequence[PartnerRequest]) -> str:
    """A mark that differs whenever the feed would."""
    parts = [found.language, found.asked.address(), *(f"{row.pk} {row.version} {row.firm}" for row in shown)]
    return f'"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'


def atom(found: Finding, shown: Sequence[PartnerRequest], *, base: str, list_path: str, feed_path: str) -> bytes:
    """The feed in the language of ``found``, which is to be active. ``base`` is ``https://host``."""
    question = found.asked.address()
    asked = f"?{question}" if question else ""
    feed = Feed(
        title=plain(title(found)),
        link=f"{base}{list_path}{asked}",
        description="",
        subtitle=_("The newest first"),
        language=found.language,
        author_name=_(settings.SITE_NAME),
        feed_url=f"{base}{feed_path}{asked}",
        feed_guid=tag(f"opportunities/{found.language}{asked}"),
    )
    for request in shown:
        _add(feed, request, base)
    return feed.writeString("utf-8").encode()


def title(found: Finding) -> str:
    """What the list is about: "Opportunities: Taiwan, Food". No count: it would change without a change."""
    labels = [label for pairs in found.chosen.values() for _value, label in pairs]
    if not labels:
        return _("Opportunities")
    return _("Opportunities: %(filters)s") % {"filters": pgettext("list", ", ").join(labels)}


def _add(feed: Feed, request: PartnerRequest, base: str) -> None:
    marked = _("Sample: %(title)s") if request.is_sample else "%(title)s"
    feed.add_item(
        title=plain(marked % {"title": request.title}),
        link=f"{base}{request.get_absolute_url()}",
        description=escape(plain(request.teaser)),
        unique_id=tag(f"opportunity/{request.slug}"),
        updateddate=request.changed_at,
        pubdate=request.published_at,
        author_name=plain(request.firm),
        categories=[str(request.get_type_display()), *([_("Sample")] if request.is_sample else [])],
        language=request.language,
    )
