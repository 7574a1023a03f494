"""Asks the people of an office, 30 and 7 days before it drops out of the directory, whether its entry is still right.

Nothing is planned ahead. Each run looks at the rows as they are: an office that was confirmed is asked again a year
later, and a clock that stood still goes on with the nearest reminder alone. A person gets one mail for all that is
news to her; the mails themselves remember what they asked (``Notification.context``).
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts.models import Membership, User
from portal.focal import links
from portal.focal.models import FocalPoint
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

KIND = "accounts/offices_lapse"
#: Days before it drops out.
DAYS = (30, 7)
SHOWN = 20  # offices in one mail; the page has all of them

#: (office, when it was last confirmed as a timestamp, how many days before).
Asked = tuple[int, float, int]


def remind() -> int:
    """Promise each person one mail with the offices she is newly asked about; return how many mails.

    Run it whenever, also twice at once: a person gets one such mail a day (UTC), and what it asked is not asked
    again. Where an organization has nobody here, the administrators are asked.
    """
    now = timezone.now()
    lapsing = list(FocalPoint.objects.lapsing(max(DAYS)).for_rows().order_by("confirmed_at", "pk"))
    people = _people(lapsing)
    told = _told(now)
    promised = 0
    for person, points in people.items():
        news = {point: asked for point in points if (asked := _asked(point, now)) not in told[person.pk]}
        if news:
            _promise(person, news)
            promised += 1
    return promised


def _asked(point: FocalPoint, now: datetime) -> Asked:
    days = min(day for day in DAYS if point.lapses_at - timedelta(days=day) <= now)
    return point.pk, point.confirmed_at.timestamp(), days


def _people(points: list[FocalPoint]) -> dict[User, list[FocalPoint]]:
    """Whom to ask about which of these."""
    members = Membership.objects.active().filter(
        user__is_active=True, organization__in={point.organization_id for point in points}
    )
    of: dict[int, list[User]] = defaultdict(list)
    for membership in members.select_related("user").order_by("pk"):
        of[membership.organization_id].append(membership.user)
    administrators = list(get_user_model().objects.filter(is_active=True, is_staff=True).order_by("pk"))
    found: dict[User, list[FocalPoint]] = defaultdict(list)
    for point in points:
        for person in of[point.organization_id] or administrators:
            found[person].append(point)
    return found


def _told(now: datetime) -> dict[int, set[Asked]]:
    """What the mails of the last months asked, by person."""
    told: dict[int, set[Asked]] = defaultdict(set)
    since = now - timedelta(days=2 * max(DAYS))
    mails = Notification.objects.filter(kind=KIND, created_at__gte=since)
    for person, context in mails.values_list("recipient", "context"):
        told[person].update((pk, confirmed, days) for pk, confirmed, days in context["asked"])
    return told


def _promise(person: User, news: dict[FocalPoint, Asked]) -> None:
    with translation.override(person.language):
        notify(
            [person],
            KIND,
            about=person,
            occasion=timezone.now().date().isoformat(),
            url=reverse("focal:point-mine"),
            count=len(news),
            more=max(len(news) - SHOWN, 0),
            rows=[_row(point, person) for point in list(news)[:SHOWN]],
            asked=list(news.values()),
        )


def _row(point: FocalPoint, person: User) -> dict[str, Any]:
    return {
        "office": point.office,
        "economy": point.economy.name,
        "lapses_on": point.lapses_at.date().isoformat(),
        "path": links.path(point, person),
    }
