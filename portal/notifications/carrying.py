"""What is followed goes along when the vocabulary changes.

Criteria name things by codes. When a code is renamed they name it anew; two that ask for the same then become one, and
whoever followed both follows it once. When a code is given up, criteria that asked for it among others go on without
it; what asked for nothing else can find nothing any more: those subscriptions end, and the mail says so.

Each criteria row is stored once however many follow it, so it is rewritten by itself; subscriptions, of which there
may be a million, are moved and ended by one statement for each row of criteria.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from portal.languages import Language
from portal.notifications import followed
from portal.notifications.followed import Followable, Wish
from portal.notifications.models import Address, Criteria, Subscription
from portal.notifications.outbox import notify
from portal.reference.models import CodeChange

KIND = "accounts/followed_gone"
Reason = Subscription.EndReason

#: Live subscriptions of one criteria whose people, addresses or webhooks follow the other one as well. The sooner
#: rhythm counts, as it did while both found the same thing.
_MERGE = """
WITH pairs AS (
    SELECT old.id AS old_id, kept.id AS kept_id, old.frequency FROM notifications_subscription old
    JOIN notifications_subscription kept ON kept.criteria_id = %(into)s AND kept.ended_at IS NULL
        AND (kept.user_id = old.user_id OR kept.webhook_id = old.webhook_id
            OR (old.address <> '' AND lower(kept.address) = lower(old.address)))
    WHERE old.criteria_id = %(from)s AND old.ended_at IS NULL
), sooner AS (
    UPDATE notifications_subscription kept SET frequency = pairs.frequency FROM pairs
    WHERE kept.id = pairs.kept_id
        AND array_position(%(soonest)s::text[], pairs.frequency::text)
            < array_position(%(soonest)s::text[], kept.frequency::text)
)
UPDATE notifications_subscription old SET ended_at = %(now)s, ended_reason = %(reason)s, successor_id = pairs.kept_id
FROM pairs WHERE old.id = pairs.old_id
"""
_MOVE = "UPDATE notifications_subscription SET criteria_id = %(into)s WHERE criteria_id = %(from)s AND ended_at IS NULL"
_SOONEST = ["immediately", "daily", "weekly"]


@dataclass(frozen=True)
class Carried:
    """How many criteria were rewritten, how many became another one, and how many subscriptions ended for nothing being
    left that they asked for."""

    renamed: int
    merged: int
    ended: int


@transaction.atomic
def carry(facet: str, old: str, new: str) -> Carried:
    """Rewrite everything that is followed and names ``old`` in ``facet``; ``new`` is "" when the code is given up.

    Twice is once. Call it before the old label is gone: the mails name what was followed by it.
    """
    gone, code = f"{facet}:{old}", f"{facet}:{new}" if new else ""
    renamed = merged = ended = 0
    for kind, row in _naming(facet, gone):
        codes = sorted({code if item == gone else item for item in row.codes} - {""})
        if not any(item.partition(":")[0] == facet for item in codes):
            ended += _end(kind, row)
        elif _become(kind, row, codes):
            merged += 1
        else:
            renamed += 1
    return Carried(renamed, merged, ended)


def when_code_changed(sender: object, change: CodeChange, **_options: Any) -> None:
    """A code of the vocabulary has changed (``portal.reference.renaming.code_changed``)."""
    carry(change.facet, change.old, change.new)


def _naming(facet: str, code: str) -> Iterator[tuple[Followable, Criteria]]:
    """Criteria that name the code, the oldest first, with their kind: found by their keys, and locked."""
    kinds = {kind.name: kind for kind in followed.declared() if facet in kind.facets}
    keys = [key for kind in kinds.values() for key in followed.keys(kind, [code]) if key.endswith(f"/{code}")]
    rows = Criteria.objects.filter(keys__overlap=keys, codes__contains=[code]).order_by("pk").select_for_update()
    yield from ((kinds[row.kind], row) for row in rows)


def _become(kind: Followable, row: Criteria, codes: list[str]) -> bool:
    """Let ``row`` ask for ``codes``; say whether there was one already that does, into which it went."""
    wish = Wish(tuple(codes), row.words)
    digest = followed.digest(kind, wish)
    other = Criteria.objects.select_for_update().filter(digest=digest).exclude(pk=row.pk).first()
    if other is None:
        row.codes, row.keys, row.digest = codes, followed.keys(kind, codes), digest
        row.save(update_fields=["codes", "keys", "digest"])
        return False
    _follow_instead(row, other)
    return True


def _follow_instead(row: Criteria, other: Criteria) -> None:
    """Whoever follows ``row`` follows ``other``, once. The row stays for what had ended, and finds nothing."""
    values: dict[str, Any] = {
        "from": row.pk,
        "into": other.pk,
        "now": timezone.now(),
        "reason": Reason.MERGED.value,
        "soonest": _SOONEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, values)
        cursor.execute(_MOVE, values)
    # Its digest is free for nobody: whoever asks for its codes again gets a row of her own.
    row.became, row.keys, row.digest = other, [], f"became-{row.pk}"
    row.save(update_fields=["became", "keys", "digest"])


def _end(kind: Followable, row: Criteria) -> int:
    """End every subscription to it and tell the people; return how many subscriptions."""
    live: QuerySet[Subscription] = Subscription.objects.live().filter(criteria=row)
    rows = live.select_related("user").select_for_update(of=("self",)).order_by("pk")
    said = {language: _sentence(row, language) for language in Language.values}
    people: list[Any] = [
        one.user or Address(one.address, one.language, one.time_zone)
        for one in rows
        if one.webhook_id is None and (one.user is None or one.user.is_active)
    ]
    with translation.override("en"):
        path = kind.path([], "")
    notify(
        people,
        KIND,
        about=row,
        occasion=timezone.now().isoformat(),
        url=path,
        own=lambda person: {"search": said[person.language]},
    )
    return live.update(ended_at=timezone.now(), ended_reason=Reason.CODE_GONE)


def _sentence(row: Criteria, language: str) -> str:
    with translation.override(language):
        return followed.sentence(row)
