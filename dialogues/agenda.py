"""Setting the agenda: its items, their order and their running times."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from dialogues.models import AgendaItem, Session
from dialogues.scheduling import columns
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Topic


@transaction.atomic
def add_item(
    session: Session, *, titles: Mapping[str, str], by: Any, topics: Iterable[Topic] = (), **details: Any
) -> AgendaItem:
    """Put an item at the end. ``titles`` by language code; ``details`` are fields of AgendaItem."""
    session = _open(session)
    last = session.agenda_items.aggregate(last=Max("order"))["last"] or 0
    item = AgendaItem.objects.create(session=session, order=last + 1, **columns("title", titles), **details)
    item.topics.set(topics)
    record(by, "agenda_item_added", session, item=item.pk)
    return item


@transaction.atomic
def revise_item(
    item: AgendaItem, *, titles: Mapping[str, str], by: Any, topics: Iterable[Topic] = (), **details: Any
) -> AgendaItem:
    """Change what an item says, how long it takes, who presents it and who sees it."""
    session = _open(item.session)
    item = lock(item)
    changes = columns("title", titles) | details
    for name, value in changes.items():
        setattr(item, name, value)
    item.save(update_fields=list(changes))
    item.topics.set(topics)
    record(by, "agenda_item_revised", session, item=item.pk)
    return item


@transaction.atomic
def move_item(item: AgendaItem, *, up: bool, by: Any) -> AgendaItem:
    """Change places with the neighbour; at the end of the list nothing happens."""
    session = _open(item.session)
    item = lock(item)
    others = session.agenda_items
    if up:
        neighbour = others.filter(order__lt=item.order).order_by("-order").first()
    else:
        neighbour = others.filter(order__gt=item.order).order_by("order").first()
    if neighbour is None:
        return item
    item.order, neighbour.order = neighbour.order, item.order
    item.save(update_fields=["order"])
    neighbour.save(update_fields=["order"])
    record(by, "agenda_item_moved", session, item=item.pk)
    return item


@transaction.atomic
def remove_item(item: AgendaItem, *, by: Any) -> None:
    """Take an item off the agenda and close the gap."""
    session = _open(item.session)
    item = lock(item)
    record(by, "agenda_item_removed", session, item=item.pk)
    session.agenda_items.filter(order__gt=item.order).update(order=F("order") - 1)
    item.delete()


@dataclass(frozen=True)
class Timed:
    """An agenda item with the moments (UTC) at which it starts and ends, where they are known."""

    item: AgendaItem
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    overruns: bool = False


def clock(session: Session, visible: Iterable[AgendaItem]) -> list[Timed]:
    """The visible items with running clock times.

    Items the reader may not see keep their place in time, so that the times of the others are right;
    nothing else of them is told. An item without minutes stops the clock for those that follow.
    """
    shown = {item.pk: item for item in visible}
    at = session.starts_at
    timed = []
    for pk, minutes in session.agenda_items.values_list("pk", "minutes"):
        ends_at = at + timedelta(minutes=minutes) if at and minutes else None
        if pk in shown:
            overruns = ends_at is not None and session.ends_at is not None and ends_at > session.ends_at
            timed.append(Timed(shown[pk], at if ends_at else None, ends_at, overruns))
        at = ends_at
    return timed


def _open(session: Session) -> Session:
    """Lock the session: its agenda is changed by one person at a time, and not after it is over."""
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over: its agenda stays as it was."), code="over")
    return session
