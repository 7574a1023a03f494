"""Telling those who keep resources which of their links broke: one mail each, whatever is in it."""

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.languages import reading_as
from portal.notifications.outbox import notify
from resources import publishing
from resources.models import LinkCheck

KIND = "resources/links_broken"
#: Titles in one mail; the list in the portal has them all.
SHOWN = 20
AT_ONCE = 1_000


@transaction.atomic
def tell_broken() -> int:
    """Promise each keeper one mail with the links that broke since the last; return how many mails.

    Each break is told once, however often this runs; a link that works again and breaks again is news.
    """
    now = timezone.now()
    rows = list(
        LinkCheck.objects.to_tell()
        .select_related("resource__publisher")
        .prefetch_related("resource__economies")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("pk")[:AT_ONCE]
    )
    news: dict[User, list[LinkCheck]] = defaultdict(list)
    known: dict[tuple[str, frozenset[str]], list[User]] = {}
    for row in rows:
        key = (row.resource.scope, frozenset(row.resource.economy_codes))
        if key not in known:
            known[key] = list(publishing.keepers(row.resource))
        for keeper in known[key]:
            news[keeper].append(row)
    for keeper, hers in news.items():
        _promise(keeper, hers, now.isoformat())
    LinkCheck.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return len(news)


def _promise(keeper: User, rows: list[LinkCheck], occasion: str) -> None:
    with reading_as(keeper):
        links = [_entry(row) for row in rows[:SHOWN]]
        url = f"{reverse('resources:link-list')}?state=broken"
    notify(
        [keeper],
        KIND,
        about=keeper,
        occasion=occasion,
        url=url,
        links=links,
        count=len(rows),
        more=len(rows) - len(links),
    )


def _entry(row: LinkCheck) -> dict[str, Any]:
    """One link, in the active language."""
    return {
        "slug": row.resource.slug,
        "title": row.resource.reading().title,
        "publisher": row.resource.publisher.name,
        "address": row.url,
        "problem": str(row.get_problem_display()),
    }
