"""Why somebody gets a message: one plain sentence for every kind, the same in mail, digest, inbox and feed.

Of what she follows it is the followed search. Of everything else each app says once, when it is ready, by which part
she has in it she is told. Where people are told for different reasons the promise names the part (``told_as`` in its
context); the sentence is made when it is shown, so it is in the reader's language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.notifications import followed
from portal.notifications.models import Notification, Subscription

#: In the context of a promise: in which part its recipient is told.
TOLD_AS = "told_as"
#: In the context of a promise that is not made for a search: the ids of her searches that find the same thing.
ALSO_FOLLOWED = "also_followed"
#: What holds when a promise names no part.
ANY_PART = ""

Sentence = Any  # a lazily translated text
_declared: dict[str, Mapping[str, Sentence]] = {}


def declare(reasons: Mapping[str, Sentence | Mapping[str, Sentence]]) -> None:
    """Say of kinds of messages why people get them: one sentence, or one for each part that ``told_as`` may name, and
    under ``ANY_PART`` one that always holds."""
    for kind, said in reasons.items():
        _declared[kind] = said if isinstance(said, Mapping) else {ANY_PART: said}


def is_declared(kind: str) -> bool:
    """Whether something is said of it, by which part she has in it or because she follows it."""
    return kind in _declared or any(one.mail == kind for one in followed.declared())


def parts(kind: str) -> list[str]:
    """The parts that a promise of this kind may name; ``ANY_PART`` where it need not name one."""
    return list(_declared.get(kind, {ANY_PART: ""}))


def lines(rows: Sequence[Notification]) -> dict[int, list[str]]:
    """For each message (by its id) why its recipient gets it, in the active language: one sentence, or one for each
    of her searches that found it, or both. As many queries for one as for many."""
    asked = {pk for row in rows for name in ("followed", ALSO_FOLLOWED) for pk in row.context.get(name, ())}
    found = Subscription.objects.filter(pk__in=asked).select_related("criteria") if asked else ()
    said = followed.sentences(row.criteria for row in found)
    searches = {row.pk: _("You follow: %(search)s") % {"search": said[row.criteria_id]} for row in found}
    return {
        row.pk: _searched(row, "followed", searches) or [_part(row), *_searched(row, ALSO_FOLLOWED, searches)]
        for row in rows
    }


def _searched(row: Notification, name: str, searches: Mapping[int, str]) -> list[str]:
    # Two of her searches may read the same.
    return list(dict.fromkeys(searches[pk] for pk in row.context.get(name, ()) if pk in searches))


def _part(row: Notification) -> str:
    said = _declared.get(row.kind, {})
    sentence = said.get(row.context.get(TOLD_AS, ANY_PART)) or said.get(ANY_PART)
    return str(sentence) if sentence else _general(row)


def _general(row: Notification) -> str:
    if row.is_optional:
        return _("You are part of what it is about.")
    return _("It is about your account or your organization.")
