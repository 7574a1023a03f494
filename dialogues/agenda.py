"""Setting the agenda: its items, their order and their running times."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from dialogues import threads
from dialogues.models import AgendaItem, Issue, Session
from dialogues.scheduling import columns
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock
from portal.reference.models import Topic

#: Longer texts would not fit into the title of an item.
LONGEST_TITLE = 250


@transaction.atomic
def add_item(
    session: Session,
    *,
    titles: Mapping[str, str],
    by: Any,
    notes: Mapping[str, str] | None = None,
    topics: Iterable[Topic] = (),
    **details: Any,
) -> AgendaItem:
    """Put an item at the end. ``titles`` and ``notes`` (Markdown) by language code; ``details`` are fields of
    AgendaItem."""
    session = _open(session)
    last = session.agenda_items.aggregate(last=Max("order"))["last"] or 0
    texts = columns("title", titles) | _note_columns(notes)
    item = AgendaItem.objects.create(session=session, order=last + 1, **texts, **details)
    item.topics.set(topics)
    record(by, "agenda_item_added", session, item=item.pk)
    return item


@transaction.atomic
def revise_item(
    item: AgendaItem,
    *,
    titles: Mapping[str, str],
    by: Any,
    notes: Mapping[str, str] | None = None,
    topics: Iterable[Topic] = (),
    **details: Any,
) -> AgendaItem:
    """Change what an item says, how long it takes, who presents it and who sees it."""
    session = _open(item.session)
    item = lock(item)
    changes = columns("title", titles) | _note_columns(notes) | details
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
def reorder(session: Session, *, order: Sequence[int], by: Any) -> list[AgendaItem]:
    """Put the whole agenda into this order (ids of its items, the first one first).

    Raises ``ValidationError(code="changed_meanwhile")`` unless exactly the session's items are named: somebody added
    or removed one since the page was opened.
    """
    session = _open(session)
    items = {item.pk: item for item in session.agenda_items.select_for_update()}
    if len(order) != len(items) or set(order) != set(items):
        raise ValidationError(
            _("Somebody changed this agenda meanwhile. Look at it as it is now, then move the items again."),
            code="changed_meanwhile",
        )
    moved = [items[pk] for place, pk in enumerate(order, 1) if items[pk].order != place]
    for place, pk in enumerate(order, 1):
        items[pk].order = place
    if moved:
        AgendaItem.objects.bulk_update(moved, ["order"])
        record(by, "agenda_reordered", session, order=list(order))
    return [items[pk] for pk in order]


def arranged(current: Sequence[int], wishes: Mapping[int, int]) -> list[int]:
    """The order in which every item with a wish stands at the place it wishes for (from 1), and the others fill the
    places left in the order they had. Of two wishes for one place the earlier item comes first; a wish beyond the end
    means the end."""
    wishing = [(place, number, pk) for number, pk in enumerate(current) if (place := wishes.get(pk)) is not None]
    order = [pk for pk in current if pk not in wishes]
    free = 0
    for place, _number, pk in sorted(wishing):
        at = max(place - 1, free)
        order.insert(at, pk)
        free = at + 1
    return order


@transaction.atomic
def remove_item(item: AgendaItem, *, by: Any) -> None:
    """Take an item off the agenda and close the gap. Its issues wait in the backlog again, and whom they concern is
    told, unless another item of this or another session to come has them."""
    session = _open(item.session)
    item = lock(item)
    record(by, "agenda_item_removed", session, item=item.pk)
    session.agenda_items.filter(order__gt=item.order).update(order=F("order") - 1)
    issues = list(item.issues.select_related("dialogue"))
    item.delete()
    for issue in issues:
        if not issue.agenda_items.filter(session=session).exists():
            threads.leave_agenda(issue, session=session, by=by)


@transaction.atomic
def add_issue(session: Session, issue: Issue, *, by: Any, item: AgendaItem | None = None) -> AgendaItem:
    """Give an issue a place on the agenda: with ``item``, or as an item of its own at the end. Its state is moved by
    ``triage``, which calls this.

    An issue without a public text makes an item for officials only: what a firm filed is nobody else's to read.
    Raises ``ValidationError``: ``other_dialogue``, ``on_it_already``, ``over``.
    """
    session = _open(session)
    if issue.dialogue_id != session.dialogue_id:
        raise ValidationError(_("This issue was put to another dialogue."), code="other_dialogue")
    if session.agenda_items.filter(issues=issue).exists():
        raise ValidationError(_("This issue is on the agenda of this session already."), code="on_it_already")
    if item is None:
        visibility = AgendaItem.Visibility.PUBLIC if issue.is_public else AgendaItem.Visibility.OFFICIALS
        item = add_item(session, titles=_titles_of(issue), visibility=visibility, topics=issue.topics.all(), by=by)
    item.issues.add(issue)
    record(by, "agenda_issue_added", session, item=item.pk, issue=issue.pk)
    return item


@transaction.atomic
def leave_open(session: Session, *, items: Collection[int], by: Any) -> list[AgendaItem]:
    """Say which items (ids) were not concluded: they come back in the next session; all others were concluded.

    Raises ``ValidationError``: ``not_begun`` before its start, ``cancelled``; ``unknown_item`` for an id that is none
    of the session's.
    """
    session = lock(session)
    if session.status == Session.Status.CANCELLED:
        raise ValidationError(_("The session was cancelled."), code="cancelled")
    if not session.has_begun and session.status not in {Session.Status.IN_PROGRESS, Session.Status.HELD}:
        raise ValidationError(_("The session has not begun yet."), code="not_begun")
    rows = list(session.agenda_items.select_for_update())
    if not set(items) <= {row.pk for row in rows}:
        raise ValidationError(_("This item is not on the agenda any more."), code="unknown_item")
    changed = [row for row in rows if row.is_left_open != (row.pk in items)]
    for row in changed:
        row.is_left_open = not row.is_left_open
        row.save(update_fields=["is_left_open"])
        record(by, "agenda_item_left_open" if row.is_left_open else "agenda_item_concluded", session, item=row.pk)
    return changed


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


def _note_columns(notes: Mapping[str, str] | None) -> dict[str, str]:
    return {column("note", code): text.strip() for code, text in (notes or {}).items()}


def _titles_of(issue: Issue) -> dict[str, str]:
    """What an item about this issue is called: its public title, or before that what the firm wrote."""
    public = {code: getattr(issue, column("public_title", code)) or "" for code in Language.values}
    if issue.is_public and any(public.values()):
        return {code: text[:LONGEST_TITLE] for code, text in public.items()}
    return {issue.language: issue.title[:LONGEST_TITLE]}
