"""Reverse matching: one new thing against everything that people follow, off the request path.

A verb that makes something public calls :func:`announce`; the row it leaves is matched after the commit, by a worker
that was hinted at or by the sweep. One SQL statement finds who follows such things (portal/notifications/finding.py)
and writes what each of them is promised, however many they are.
"""

import logging
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from portal.notifications import followed, tasks, webhooks
from portal.notifications.finding import people_finding
from portal.notifications.followed import Followable
from portal.notifications.models import News, Rhythm
from portal.notifications.outbox import notify_found

logger = logging.getLogger(__name__)

SOONEST: list[str] = [Rhythm.IMMEDIATELY, Rhythm.DAILY, Rhythm.WEEKLY]

#: One row for each person, whichever of her searches found it. Of an account and a bare address that are the same
#: person the account counts: it has an inbox, and languages that its owner keeps. Of several rhythms the soonest.
_ONE_EACH = """
SELECT recipient_id, context, (%s::text[])[soonest] AS rhythm,
    CASE WHEN recipient_id IS NULL THEN bare[1][1] ELSE '' END AS address,
    CASE WHEN recipient_id IS NULL THEN bare[1][2] ELSE '' END AS address_language,
    CASE WHEN recipient_id IS NULL THEN bare[1][3] ELSE '' END AS address_time_zone
FROM (
    SELECT max(user_id) AS recipient_id, min(id) AS first, min(array_position(%s::text[], frequency::text)) AS soonest,
        jsonb_build_object('followed', array_agg(id ORDER BY id)) AS context,
        array_agg(ARRAY[address, language, time_zone] ORDER BY id) AS bare
    FROM ({found}) AS found (id, user_id, email, address, language, time_zone, frequency)
    GROUP BY lower(coalesce(email, address))
) AS people
ORDER BY first
"""


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
    """Promise each person one message, however many of her searches found it, and each webhook one."""
    if news.about is None:  # deleted meanwhile
        return
    kind = followed.of_model(type(news.about))
    obj = kind.public().filter(pk=news.about_id).first()
    if obj is None:  # withdrawn meanwhile
        return
    # Without an occasion: of one thing nobody is told twice, also when it was withdrawn and came back.
    notify_found(each_once(kind, obj), kind.mail, about=obj)
    webhooks.promise(news, kind, obj)


def each_once(kind: Followable, obj: models.Model) -> tuple[str, list[Any]]:
    """The statement, as ``notify_found`` takes it, that names each person once whose searches find ``obj``, in the
    order in which they began to follow."""
    columns = ("pk", "user_id", "user__email", "address", "language", "time_zone", "frequency")
    sql, params = people_finding(kind, obj).values_list(*columns).query.sql_with_params()
    return _ONE_EACH.format(found=sql), [SOONEST, SOONEST, *params]
