"""Following one session or one commitment: each change of it, for whoever asked, with an account or an address alone.

Officials, participants and keepers hear of it anyway, in person; who follows it as well is told once. Nothing is told
of a session among the Parties alone. An issue has its own followers (dialogues/following.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues.models import Commitment, Session
from portal.accounts.models import User
from portal.notifications import followed
from portal.notifications.followed import Followable, Wish
from portal.notifications.models import Address, Subscription
from portal.notifications.outbox import notify
from portal.search.facets import code

SESSION, COMMITMENT = "one-session", "one-commitment"
MAILS = {SESSION: "dialogues/session_news", COMMITMENT: "dialogues/commitment_news"}
#: The largest id that a database column holds.
_MOST = 2**63 - 1


def declare() -> None:
    """Let people follow one of them; called once, when the app is ready, after what lists are followed by."""
    of_each: list[tuple[str, type[models.Model], Any]] = [
        (SESSION, Session, sessions),
        (COMMITMENT, Commitment, commitments),
    ]
    for name, model, find in of_each:
        followed.declare(
            Followable(
                name=name,
                model=model,
                facets=(name,),
                mail=MAILS[name],
                read=partial(read, name, find),
                sentence=partial(sentence, name, find),
                path=partial(path, name, find),
                public=find,
                makers=lambda _obj: (),
                names=partial(titles, find),
                is_of_one=True,
            )
        )


def sessions() -> QuerySet[Any]:
    return Session.objects.public().select_related("dialogue")


def commitments() -> QuerySet[Any]:
    open_to_all = Commitment.objects.published().filter(session__in=Session.objects.public())
    return open_to_all.select_related("session__dialogue")


def wish(name: str, obj: models.Model) -> Wish:
    """What following this one is kept as."""
    return Wish((code(name, str(obj.pk)),))


def tell(name: str, obj: Any, *, occasion: object, besides: Iterable[Any] = (), **context: Any) -> None:
    """Promise news of ``obj`` to who follows it, except to those who are told ``besides``. Nobody is told of what is
    not public. ``occasion`` and ``context`` are those of :func:`portal.notifications.outbox.notify`."""
    kept = followed.by_name(name)
    if kept is None or not kept.public().filter(pk=obj.pk).exists():
        return
    told = {person.email.lower() for person in besides}
    people: dict[str, User | Address] = {}
    rows: dict[str, Subscription] = {}
    for row in followed.subscribers(kept, wish(name, obj)):
        address = (row.user.email if row.user else row.address).lower()
        # An account has an inbox, and languages that its owner keeps.
        if address not in told and (row.user is not None or address not in people):
            people[address] = row.user or Address(row.address, row.language, row.time_zone)
            rows[address] = row
    notify(
        people.values(),
        MAILS[name],
        about=obj,
        occasion=occasion,
        own=lambda person: {"followed": [rows[person.email.lower()].pk]},
        rhythm=lambda person: rows[person.email.lower()].frequency,
        **context,
    )


def read(name: str, find: Any, query: QueryDict) -> Wish:
    """The one that the address names. Raises ``Http404`` when there is none that everybody may see."""
    asked = query.get(name, "")
    if not asked.isdecimal() or int(asked) > _MOST:
        raise Http404
    row = find().filter(pk=int(asked)).first()
    if row is None:
        raise Http404
    return wish(name, row)


def titles(find: Any, codes: Sequence[str] = ()) -> Mapping[str, Any]:
    """Code → the row itself, of those that everybody may see."""
    ids = [int(item.partition(":")[2]) for item in codes]
    rows = {str(row.pk): row for row in find().filter(pk__in=ids)}
    return {item: rows[item.partition(":")[2]] for item in codes if item.partition(":")[2] in rows}


def sentence(name: str, find: Any, codes: Sequence[str], _words: str, known: Mapping[str, Any] | None = None) -> str:
    """ "Each change of the session “Second session”", in the active language; without its name when it is gone."""
    known = titles(find, codes) if known is None else known
    row = known.get(codes[0]) if codes else None
    if name == SESSION:
        return _("Each change of the session “%(title)s”") % {"title": row} if row else _("Each change of a session")
    return _("News of the commitment “%(title)s”") % {"title": row} if row else _("News of a commitment")


def path(name: str, find: Any, codes: Sequence[str], _words: str) -> str:
    """Its page, in the active language."""
    row = titles(find, codes).get(codes[0]) if codes else None
    found: str = row.get_absolute_url() if row else reverse("dialogues:dialogue-list")
    return found
