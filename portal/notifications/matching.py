"""Reverse matching: one new thing against everything that people follow, off the request path.

A verb that makes something public calls :func:`announce`; the row it leaves is matched after the commit, by a worker
that was hinted at or by the sweep. Criteria are found by their keys, one SQL statement over one GIN index for all of
them: for each facet a criterion has the codes it asks for, or one key that says it does not ask (see
``followed.keys``), so that a thing needs one of its own codes, or that key, in each facet.
"""

import logging
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications import followed, tasks
from portal.notifications.followed import Followable
from portal.notifications.models import Address, News, Rhythm, Subscription
from portal.notifications.outbox import notify
from portal.search import standing

logger = logging.getLogger(__name__)

SOONEST: list[str] = [Rhythm.IMMEDIATELY, Rhythm.DAILY, Rhythm.WEEKLY]


def announce(obj: models.Model) -> None:
    """Let those who follow such things know, once the caller's transaction is committed. Raises ``LookupError`` when
    nobody can follow things of this model."""
    followed.of_model(type(obj))
    News.objects.create(about_type=ContentType.objects.get_for_model(obj), about_id=obj.pk)
    transaction.on_commit(tasks.hint_news, robust=True)


def match_due(limit: int = 50) -> int:
    """Match what is due; return how many rows were handled, at most ``limit``.

    Workers may run it in parallel: each row is locked until its outcome is committed. What fails is tried again by
    the next sweep, after all others, and given up after ``News.ATTEMPTS``.
    """
    seen: list[int] = []
    while len(seen) < limit and (pk := _match_next(seen)) is not None:
        seen.append(pk)
    return len(seen)


def following(kind: Followable, obj: Any) -> QuerySet[Subscription]:
    """Everything live that would find ``obj``, the oldest first: one SQL statement. Its makers are left out."""
    rows = Subscription.objects.live().filter(Q(user=None, webhook=None) | Q(user__is_active=True))
    for keys in followed.looked_up(kind, obj.facets):
        rows = rows.filter(criteria__keys__overlap=keys)
    rows = rows.filter(
        Q(criteria__words="") | standing.found_in(kind.model._default_manager.filter(pk=obj.pk), "criteria__")
    )
    makers = [person for person in kind.makers(obj) if person is not None]
    if makers:
        rows = rows.exclude(user__in=makers)
        for person in makers:
            rows = rows.exclude(address__iexact=person.email)
    return rows.select_related("user").order_by("pk")


@transaction.atomic
def _match_next(seen: list[int]) -> int | None:
    due = News.objects.due().exclude(pk__in=seen)
    row = due.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return None
    row.attempts += 1
    try:
        with transaction.atomic():
            _tell(row)
    except Exception as error:
        # Ours to mend; it must not stop the other rows.
        logger.exception("news cannot be matched", extra={"news": row.pk, "attempts": row.attempts})
        row.last_error = f"{type(error).__name__}: {error}"
    else:
        row.matched_at, row.last_error = timezone.now(), ""
    row.save(update_fields=["attempts", "matched_at", "last_error"])
    return row.pk


def _tell(news: News) -> None:
    """Promise each person one message, however many of her searches found it."""
    if news.about is None:  # deleted meanwhile
        return
    kind = followed.of_model(type(news.about))
    obj = kind.public().filter(pk=news.about_id).first()
    if obj is None:  # withdrawn meanwhile
        return
    people: dict[Any, Any] = {}
    found: dict[Any, list[int]] = {}
    often: dict[Any, str] = {}
    for row in following(kind, obj):
        identity = (row.user.email if row.user else row.address).lower()
        found.setdefault(identity, []).append(row.pk)
        # Of several searches that found it, the one whose mails come soonest.
        often[identity] = min(often.get(identity, row.frequency), row.frequency, key=SOONEST.index)
        # An account has an inbox, and languages that its owner keeps.
        if row.user is not None or identity not in people:
            people[identity] = row.user or Address(row.address, row.language, row.time_zone)

    def own(person: User | Address) -> dict[str, Any]:
        return {"followed": found[person.email.lower()]}

    def rhythm(person: User | Address) -> str:
        return often[person.email.lower()]

    # Without an occasion: of one thing nobody is told twice, also when it was withdrawn and came back.
    notify(people.values(), kind.mail, about=obj, own=own, rhythm=rhythm)
