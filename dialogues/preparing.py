"""Preparing the next session from the last one: its agenda as a template, what was left open, who and how many come."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.db.models import F

from dialogues import inviting, scheduling
from dialogues.models import AgendaItem, Dialogue, Issue, Question, Registration, Session
from portal.activity.log import record
from portal.languages import Language, column

#: What is the same next time unless somebody says otherwise.
KEPT = ("format", "working_languages", "is_public", "capacity")
#: Of an item that comes back, everything that was prepared for it; a template keeps only the frame.
FRAME = ("kind", "visibility", "minutes")
#: Issues that still go on: the others came to an end since.
GOING_ON = (Issue.Status.ACKNOWLEDGED, Issue.Status.ON_AGENDA, Issue.Status.COMMITTED)


@dataclass(frozen=True)
class Candidate:
    """An item of the last session that may come along; ``is_proposed`` unless it was about issues that are settled."""

    item: AgendaItem
    comes_back: bool
    is_proposed: bool
    issues: list[Issue]


def last_session(dialogue: Dialogue, user: Any) -> Session | None:
    """The latest session that took place or is planned, to begin the next one from; none that was cancelled."""
    sessions = Session.objects.visible_to(user).filter(dialogue=dialogue).exclude(status=Session.Status.CANCELLED)
    return sessions.order_by(F("number").desc(nulls_last=True), F("starts_on").desc(nulls_last=True), "-pk").first()


def candidates(last: Session) -> list[Candidate]:
    """Its items in their order, with the issues that still go on."""
    found = []
    for item in last.agenda_items.prefetch_related("issues"):
        every = list(item.issues.all())
        issues = [issue for issue in every if issue.status in GOING_ON]
        proposed = item.is_left_open or not every
        found.append(Candidate(item, comes_back=item.is_left_open, is_proposed=proposed, issues=issues))
    return found


@transaction.atomic
def prepare_next(
    last: Session,
    *,
    titles: Mapping[str, str],
    items: Collection[int],
    by: Any,
    copies_quotas: bool = False,
    copies_questions: bool = False,
    invites_people: bool = False,
    **details: Any,
) -> Session:
    """Start a draft like ``last``. ``items`` are the ids of its agenda items that come along, in their order.

    One that was left open comes back whole, with its issues, and counts how often; of the others only the frame (title,
    kind, minutes, who sees it) is taken. ``invites_people`` asks everybody who had a place last time; they are told
    when the session is scheduled. ``details`` are fields of Session and go before what ``last`` had.
    """
    kept = {name: getattr(last, name) for name in KEPT}
    session = scheduling.create_session(last.dialogue, titles=titles, by=by, **(kept | details))
    wanted = [candidate for candidate in candidates(last) if candidate.item.pk in items]
    for order, candidate in enumerate(wanted, 1):
        _carry(candidate, session, order=order)
    if copies_quotas:
        for quota in last.quotas.all():
            session.quotas.create(economy_id=quota.economy_id, places=quota.places)
    if copies_questions:
        _copy_questions(last, session)
    invited = inviting.invite_all(session, _guests(last), by=by) if invites_people else []
    carried = sum(candidate.comes_back for candidate in wanted)
    record(by, "prepared", session, after=last.pk, items=len(wanted), carried=carried, invited=len(invited))
    return session


def _carry(candidate: Candidate, session: Session, *, order: int) -> AgendaItem:
    was = candidate.item
    names = [*FRAME, *(column("title", code) for code in Language.values)]
    if candidate.comes_back:
        names += ["presenter", *(column("note", code) for code in Language.values)]
    item = AgendaItem(session=session, order=order, **{name: getattr(was, name) for name in names})
    if candidate.comes_back:
        item.carried_from, item.times_carried = was, was.times_carried + 1
    item.save()
    item.topics.set(was.topics.all())
    if candidate.comes_back:
        item.issues.set(candidate.issues)
    return item


def _copy_questions(last: Session, session: Session) -> None:
    names = _own_columns(Question, leaving_out={"id", "session"})
    for question in last.questions.all():
        Question.objects.create(session=session, **{name: getattr(question, name) for name in names})


def _own_columns(model: type[models.Model], *, leaving_out: set[str]) -> list[str]:
    """The stored fields of a model, translations one by one."""
    names = {field.name for field in model._meta.concrete_fields}
    translated = {name for name in names if column(name, Language.EN) in names}
    return sorted(names - translated - leaving_out)


def _guests(last: Session) -> Iterable[inviting.Guest]:
    """Whoever had a place, in the role she had. Officials hear of every session anyway."""
    places = last.registrations.confirmed().exclude(role=Registration.Role.DELEGATE)
    rows = places.select_related("user", "organization").order_by("pk")
    for row in rows[: inviting.AT_MOST]:
        if row.user is None:
            yield inviting.Guest(
                address=row.address,
                name=row.address_name,
                language=row.address_language,
                time_zone=row.address_time_zone,
                organization=row.organization,
                role=row.role,
            )
        elif row.user.is_active:
            yield inviting.Guest(user=row.user, organization=row.organization, role=row.role)
