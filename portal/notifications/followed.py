"""What can be followed, and how it reads. Each app declares its kinds of things once, when it is ready."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from portal.accounts.models import User
from portal.notifications.models import Criteria, Subscription
from portal.search import standing
from portal.search.facets import ANY, code
from portal.search.text import fold

#: In a key: the criteria do not ask for this facet.
_NOT_ASKED = "-"
STOP_SALT = "portal.notifications.stop-following"
#: People end it from mails they find months later.
STOP_LASTS = timedelta(days=365)


#: Through however many that were taken over or merged, to what there is now.
_LATEST = """
WITH RECURSIVE chain AS (
    SELECT id, successor_id FROM notifications_subscription WHERE id = ANY(%s)
    UNION SELECT s.id, s.successor_id FROM notifications_subscription s JOIN chain c ON s.id = c.successor_id
)
SELECT id FROM chain WHERE successor_id IS NULL
"""


@dataclass(frozen=True)
class Wish:
    """What the address of a list asks for: sorted codes, words, and in words what was not understood."""

    codes: tuple[str, ...] = ()
    words: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Followable:
    """A kind of thing that can be followed.

    Its model has :class:`portal.search.text.SearchVectors` and an array ``facets`` with codes of ``facets``; whoever
    adds a facet writes the ``keys`` of the kind's criteria anew. ``mail`` is the kind of the notification.
    """

    name: str
    model: type[models.Model]
    facets: tuple[str, ...]
    mail: str
    #: The address of a list → what it asks for.
    read: Callable[[QueryDict], Wish]
    #: Codes and words → "New resources for Canada", in the active language; with ``names(codes)``, or it asks for them.
    sentence: Callable[..., str]
    #: Codes and words → the path of the list, in the active language.
    path: Callable[[Sequence[str], str], str]
    #: What everybody may see.
    public: Callable[[], models.QuerySet]
    #: Who made a thing, and needs not be told of it.
    makers: Callable[[Any], Iterable[User | None]]
    #: Codes → what they are called, in the active language: asked for once for many sentences.
    names: Callable[[Sequence[str]], Any]
    #: One thing is followed and what happens to it, not a list and what is new in it.
    is_of_one: bool = False


_declared: dict[str, Followable] = {}


def declare(kind: Followable) -> None:
    _declared[kind.name] = kind


def by_name(name: str) -> Followable | None:
    return _declared.get(name)


def declared() -> Iterable[Followable]:
    return _declared.values()


def of_model(model: type[models.Model]) -> Followable:
    """Raises ``LookupError`` when nothing of this model can be followed."""
    for kind in _declared.values():
        if kind.model is model:
            return kind
    raise LookupError(f"Nobody can follow {model._meta.label}.")


def keep(kind: Followable, wish: Wish) -> Criteria:
    """The one row of these criteria. Two that ask for the same get the same row."""
    made = build(kind, wish)
    Criteria.objects.bulk_create([made], ignore_conflicts=True)
    return Criteria.objects.get(digest=made.digest)


def build(kind: Followable, wish: Wish) -> Criteria:
    """The row for these criteria, not saved."""
    codes, words = sorted(set(wish.codes)), _words(wish)
    values = {"codes": codes, "words": words, "digest": digest(kind, wish), "keys": keys(kind, codes)}
    return Criteria(kind=kind.name, **values, **standing.queries(words))


def digest(kind: Followable, wish: Wish) -> str:
    """The same for criteria that find the same: neither order nor case nor accents count."""
    parts = [kind.name, sorted(set(wish.codes)), fold(_words(wish))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def keys(kind: Followable, codes: Sequence[str]) -> list[str]:
    """Under which keys criteria are looked up: for each facet the codes they ask for, and that of things that hold
    for every value; or, when they do not ask for the facet, the one key that says so."""
    found = []
    for facet in kind.facets:
        asked = [item for item in codes if item.partition(":")[0] == facet]
        found += [*asked, code(facet, ANY)] if asked else [code(facet, _NOT_ASKED)]
    return sorted({_key(kind, item) for item in found})


def looked_up(kind: Followable, held: Sequence[str]) -> list[list[str]]:
    """For a thing that holds these codes: for each facet the keys one of which its criteria have."""
    return [
        [_key(kind, item) for item in (*(c for c in held if c.partition(":")[0] == facet), code(facet, _NOT_ASKED))]
        for facet in kind.facets
    ]


def sentence(criteria: Criteria) -> str:
    """What is followed, in the active language."""
    return _declared[criteria.kind].sentence(criteria.codes, criteria.words)


def sentences(rows: Iterable[Criteria]) -> dict[int, str]:
    """What each of these (by its id) asks for, in their order and the active language; as many queries for one as for
    hundreds."""
    asked, of_kind = list(rows), dict[str, list[Criteria]]()
    for row in asked:
        of_kind.setdefault(row.kind, []).append(row)
    said: dict[int, str] = {}
    for name, found in of_kind.items():
        kind = _declared[name]
        names = kind.names([item for row in found for item in row.codes])
        said |= {row.pk: kind.sentence(row.codes, row.words, names) for row in found}
    return {row.pk: said[row.pk] for row in asked}


def subscribers(kind: Followable, wish: Wish) -> QuerySet[Subscription]:
    """Live subscriptions of people and bare addresses to exactly this, the oldest first."""
    rows = Subscription.objects.live().filter(criteria__digest=digest(kind, wish), webhook=None)
    return rows.filter(Q(user=None) | Q(user__is_active=True)).select_related("user").order_by("pk")


def path(criteria: Criteria) -> str:
    """Where the list of what is followed stands, in the active language."""
    return _declared[criteria.kind].path(criteria.codes, criteria.words)


def facts(context: dict[str, Any]) -> dict[str, Any]:
    """For a mail about something followed (``followed`` in its context names the subscriptions): the address that ends
    them, and the page with all that an account follows, in the active language. Empty for any other."""
    if "followed" not in context:
        return {}
    return {
        "following_url": f"{settings.SITE_URL}{reverse('notifications:following')}",
        "unsubscribe_url": f"{settings.SITE_URL}{stop_path(context['followed'])}",
    }


def stop_path(ids: Sequence[int]) -> str:
    """The page that ends these subscriptions without signing in, in the active language."""
    return reverse("notifications:follow-stop", args=[signing.dumps(list(ids), salt=STOP_SALT)])


def read_stop(token: str) -> list[Subscription]:
    """Which subscriptions such a link ends: those it names, or what goes on in their place. None when it is forged or
    older than a year."""
    try:
        ids = signing.loads(token, salt=STOP_SALT, max_age=STOP_LASTS)
    except signing.BadSignature:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [list(ids)])
        latest = [pk for (pk,) in cursor.fetchall()]
    return list(Subscription.objects.filter(pk__in=latest).select_related("criteria", "user").order_by("pk"))


def _words(wish: Wish) -> str:
    """ "" when nothing of them can be looked for."""
    words = " ".join(wish.words.split())
    return "" if standing.asks_nothing(words) else words


def _key(kind: Followable, item: str) -> str:
    return f"{kind.name}/{item}"
