"""The room of a session while it is held: what is being talked about, and where to join and to listen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.agenda import Timed
from dialogues.models import AgendaItem, InterpretationChannel, Session
from portal.activity.log import record
from portal.languages import Language
from portal.lifecycle import lock

#: The room opens so long before the start, for checking in and for trying the line.
OPENS_BEFORE = timedelta(minutes=30)
#: Talks run over: until then the room counts as in use, unless the session was marked as held before.
CLOSES_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class Now:
    """What the room shows: the item being talked about and the one after it, as far as the reader may see them.

    ``is_hidden``: an item that the reader may not see is being talked about. ``is_called``: an official said which item
    it is; otherwise the clock did. ``stamp`` changes whenever any of this, or the agenda, does.
    """

    current: Timed | None
    following: Timed | None
    is_hidden: bool
    is_called: bool
    stamp: str

    @property
    def item(self) -> AgendaItem | None:
        """The item that the reader is shown as being talked about."""
        return self.current.item if self.current else None


def is_open(session: Session, at: datetime | None = None) -> bool:
    """Whether people gather there now: from half an hour before the start until it is held, at the latest two hours
    after its end."""
    if session.status not in {Session.Status.SCHEDULED, Session.Status.IN_PROGRESS}:
        return False
    starts_at, ends_at = session.moments
    return starts_at - OPENS_BEFORE <= (at or timezone.now()) <= ends_at + CLOSES_AFTER


def now(session: Session, timed: Sequence[Timed], shown: set[int], at: datetime | None = None) -> Now:
    """What is going on at ``at`` (now by default).

    ``timed`` is the whole agenda with its clock, ``shown`` the ids of the items the reader may see. What an official
    called counts; without that, the item within whose time it is, once the session has begun.
    """
    at = at or timezone.now()
    place = _place(session, timed, at) if is_open(session, at) else None
    current = timed[place] if place is not None else None
    is_hidden = current is not None and current.item.pk not in shown
    later = timed[place + 1 :] if place is not None else [one for one in timed if one.starts_at and one.starts_at > at]
    seen = [one for one in timed if one.item.pk in shown]
    parts = [session.status, session.changed_at, session.current_item_id, current and current.item.pk, is_open(session)]
    parts += [(one.item.pk, one.item.title, one.starts_at) for one in seen]
    return Now(
        current=None if is_hidden else current,
        following=next((one for one in later if one.item.pk in shown), None) if is_open(session, at) else None,
        is_hidden=is_hidden,
        is_called=place is not None and session.current_item_id is not None,
        stamp=sha256(repr(parts).encode()).hexdigest()[:16],
    )


@transaction.atomic
def call_item(session: Session, item: AgendaItem | None, *, by: Any) -> Session:
    """Say which item is being talked about; ``None`` leaves it to the clock again.

    Raises ``ValidationError``: ``not_open`` when nobody is in the room, ``unknown_item`` for another session's.
    """
    session = lock(session)
    if not is_open(session):
        complaint = _("The room is open from 30 minutes before the session until it is marked as held.")
        raise ValidationError(complaint, code="not_open")
    if item is not None and item.session_id != session.pk:
        raise ValidationError(_("This item is not on the agenda any more."), code="unknown_item")
    if session.current_item_id != (item and item.pk):
        session.current_item = item
        session.save(update_fields=["current_item"])
        record(by, "agenda_item_called" if item else "clock_followed", session, **({"item": item.pk} if item else {}))
    return session


@transaction.atomic
def set_channels(session: Session, *, urls: Mapping[str, str], by: Any) -> list[InterpretationChannel]:
    """Keep where each language (by code) can be listened to; an empty address takes the channel away.

    Raises ``ValidationError``: ``over`` after the session, ``language`` for a code that is none of the four.
    """
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over: it can no longer be changed."), code="over")
    if not set(Language.values).issuperset(urls):
        raise ValidationError(_("Choose one of the four languages."), code="language")
    before = {channel.language: channel.url for channel in session.channels.all()}
    wanted = before | {code: url.strip() for code, url in urls.items()}
    after = {code: url for code, url in wanted.items() if url}
    if after != before:
        session.channels.exclude(language__in=after).delete()
        for code, url in after.items():
            session.channels.update_or_create(language=code, defaults={"url": url})
        record(by, "channels_set", session, languages=sorted(after))
    return list(session.channels.all())


def _place(session: Session, timed: Sequence[Timed], at: datetime) -> int | None:
    """The number (from 0) of the item being talked about."""
    if session.current_item_id is not None:
        return next((number for number, one in enumerate(timed) if one.item.pk == session.current_item_id), None)
    if not session.has_begun:
        return None
    running = (n for n, one in enumerate(timed) if one.starts_at and one.ends_at and one.starts_at <= at < one.ends_at)
    return next(running, None)
