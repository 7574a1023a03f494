"""Writing down what a session said and decided, and publishing it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing
from dialogues.models import AgendaItem, Commitment, Decision, Minutes, Session
from dialogues.scheduling import columns
from portal.accounts.models import Organization
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify


@transaction.atomic
def write(session: Session, *, texts: Mapping[str, str], seen_revision: int, by: Any) -> Minutes:
    """Save the minutes' texts (Markdown, by language code); the first save opens them.

    ``seen_revision`` is the revision the writer started from, 0 for none. If somebody saved since, she
    is refused with ``ValidationError(code="changed_meanwhile")`` and nothing is overwritten.
    """
    session = _in_writing(session)
    minutes = current(session)
    if minutes is None:
        minutes = Minutes(session=session)
    _check_revision(minutes, seen_revision)
    for code, text in texts.items():
        setattr(minutes, column("text", code), text.strip())
    minutes.revision += 1
    minutes.written_by = by
    minutes.changed_at = timezone.now()
    if minutes.pk:
        saved = [column("text", code) for code in texts]
        minutes.save(update_fields=[*saved, "revision", "written_by", "changed_at"])
    else:
        minutes.save()
    record(by, "minutes_saved", session, revision=minutes.revision)
    return minutes


@transaction.atomic
def publish(session: Session, *, seen_revision: int, by: Any) -> Minutes:
    """Publish the minutes with their decisions and commitments; tell the registered and the officials.

    Raises ``ValidationError``: ``not_held`` before the session was held, ``empty`` without a text,
    ``changed_meanwhile`` when they are no longer what she read before she agreed.
    """
    session = _in_writing(session)
    if session.status != Session.Status.HELD:
        raise ValidationError(_("Mark the session as held before you publish its minutes."), code="not_held")
    minutes = current(session)
    if minutes is None or not any(getattr(minutes, column("text", code)) for code in Language.values):
        raise ValidationError(_("There is nothing to publish yet."), code="empty")
    _check_revision(minutes, seen_revision)
    now = timezone.now()
    minutes = move(minutes, Minutes.Status.PUBLISHED, by=by, published_at=now)
    for rows in (session.decisions, session.commitments):
        rows.filter(published_at=None).update(published_at=now)
    record(by, "minutes_published", session, version=minutes.version)
    people = [registration.user for registration in announcing.registered(session)]
    notify(
        [*people, *announcing.officials(session.dialogue)],
        "dialogues/minutes_published",
        about=minutes,
    )
    return minutes


@transaction.atomic
def add_decision(
    session: Session, *, texts: Mapping[str, str], by: Any, agenda_item: AgendaItem | None = None
) -> Decision:
    """Record what the Parties decided. It is public once the minutes are."""
    session = _in_writing(session)
    decision = Decision.objects.create(session=session, agenda_item=agenda_item, **columns("text", texts))
    record(by, "decision_added", session, decision=decision.pk)
    return decision


@transaction.atomic
def add_commitment(
    session: Session,
    *,
    texts: Mapping[str, str],
    owner: Organization,
    due_on: date,
    by: Any,
    agenda_item: AgendaItem | None = None,
) -> Commitment:
    """Record what an organization undertook, and by when. It is public once the minutes are."""
    session = _in_writing(session)
    commitment = Commitment.objects.create(
        session=session, owner=owner, due_on=due_on, agenda_item=agenda_item, **columns("text", texts)
    )
    record(by, "commitment_added", session, commitment=commitment.pk)
    return commitment


@transaction.atomic
def remove(row: Decision | Commitment, *, by: Any) -> None:
    """Take back a decision or a commitment that was recorded by mistake, before it is published."""
    session = _in_writing(row.session)
    record(by, f"{row._meta.model_name}_removed", session, was=str(row))
    row.delete()


def current(session: Session) -> Minutes | None:
    """The latest version, published or in work."""
    return session.minutes.order_by("-version").first()


def _in_writing(session: Session) -> Session:
    """Lock the session; refuse before it began and after its minutes were published."""
    session = lock(session)
    if Minutes.objects.published().filter(session=session).exists():
        raise ValidationError(_("Published minutes never change."), code="published")
    if not session.takes_minutes:
        raise ValidationError(_("Minutes are written once the session has begun."), code="not_begun")
    return session


def _check_revision(minutes: Minutes, seen: int) -> None:
    if minutes.revision != seen:
        raise ValidationError(
            _("Somebody saved these minutes while you were writing. Nothing you typed is lost."),
            code="changed_meanwhile",
        )
