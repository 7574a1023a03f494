"""The newest changes of a list of resources, for feed readers (Atom, RFC 4287)."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from resources.finding import Finding
from resources.models import Resource

ENTRIES = 50
#: The year since which the portal's host names things by tag: URIs (RFC 4151).
NAMING_SINCE = 2026
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Entry:
    """A resource and when it last changed for its readers (published or edited)."""

    resource: Resource
    changed_at: datetime


class Feed(Atom1Feed):
    """Atom with the language of each entry, which may be another one than the feed's."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]}


def entries(found: Finding) -> list[Entry]:
    """The latest changes among all that was found, newest first."""
    rows = found.queryset.defer("search_en", "search_es", "search_fr", "search_zh_hant")
    rows = rows.select_related("publisher")
    # Two short walks along two indexes: one over both moments together would sort everything.
    latest = {row.pk: row for row in rows.order_by("-published_at", "pk")[:ENTRIES]}
    latest |= {row.pk: row for row in rows.filter(changed_at__isnull=False).order_by("-changed_at", "pk")[:ENTRIES]}
    made = [Entry(row, max(filter(None, (row.published_at, row.changed_at)))) for row in latest.values()]
    made.sort(key=lambda entry: (entry.changed_at, entry.resource.pk), reverse=True)
    return made[:ENTRIES]


def etag(found: Finding, shown: Sequence[Entry]) -> str:
    """A mark that differs whenever the feed would."""
    parts = [found.language, found.asked.address(), *(f"{e.resource.pk} {e.changed_at.isoformat()}" for e in shown)]
    return f'"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'


def atom(found: Finding, shown: Sequence[Entry], *, base: str, list_path: str, feed_path: str) -> bytes:
    """The feed in the language of ``found``, which is to be active. ``base`` is ``https://host``."""
    question = found.asked.address()
    asked = f"?{question}" if question else ""
    feed = Feed(
        title=plain(title(found)),
        link=f"{base}{list_path}{asked}",
        description="",
        subtitle=_("The newest changes first"),
        language=found.language,
        author_name=_(settings.SITE_NAME),
        feed_url=f"{base}{feed_path}{asked}",
        feed_guid=tag(f"resources/{found.language}{asked}"),
    )
    for entry in shown:
        _add(feed, entry, base, found.language)
    return feed.writeString("utf-8").encode()


def answer(content: bytes) -> HttpResponse:
    """``content`` as what feed readers expect."""
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


def title(found: Finding) -> str:
    """What the list is about: "Resources: Canada, Customs procedures". No count: it would change without a change."""
    labels = [label for pairs in found.chosen.values() for _value, label in pairs]
    if not labels:
        return _("Resources")
    return _("Resources: %(filters)s") % {"filters": pgettext("list", ", ").join(labels)}


def tag(name: str) -> str:
    """An identifier that never changes, whatever address the portal is reached by."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{NAMING_SINCE}:{name}"


def _add(feed: Feed, entry: Entry, base: str, language: str) -> None:
    resource = entry.resource
    reading = resource.reading(language)
    feed.add_item(
        title=plain(reading.title),
        link=f"{base}{resource.get_absolute_url()}",
        description=escape(plain(reading.summary)),
        unique_id=tag(f"resource/{resource.slug}"),
        updateddate=entry.changed_at,
        pubdate=resource.published_at,
        author_name=plain(resource.publisher.name),
        categories=[str(resource.get_kind_display())],
        language=reading.language,
    )


def plain(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _UNWRITABLE.sub("", text)
