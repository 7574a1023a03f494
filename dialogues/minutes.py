"""Writing down what a session said and decided, publishing it, and correcting it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import alerting, announcing, signing, threads, watching, writing
from dialogues.models import AgendaItem, Commitment, Decision, Minutes, MinutesSection, SavedText, Session
from dialogues.scheduling import columns
from portal.accounts.models import Organization
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify
from portal.notifications.reasons import TOLD_AS


@transaction.atomic
def begin(session: Session, *, by: Any) -> Minutes:
    """Open the minutes with a section for each agenda item; later, add those that have come to the agenda since.

    Raises ``ValidationError``: ``not_begun`` before the session began, ``not_draft`` and ``published`` once they are
    circulated or published.
    """
    session = _in_writing(session)
    minutes = current(session)
    if minutes is None:
        minutes = Minutes.objects.create(session=session, written_by=by)
        record(by, "minutes_begun", session)
    known = set(minutes.sections.values_list("agenda_item", flat=True))
    items = [item for item in session.agenda_items.order_by("order", "pk") if item.pk not in known]
    last = _last_order(minutes)
    for place, item in enumerate(items, start=last + 1):
        MinutesSection.objects.create(
            minutes=minutes,
            agenda_item=item,
            order=place,
            visibility=item.visibility,
            written_by=by,
            **{column("heading", code): getattr(item, column("title", code)) for code in Language.values},
        )
    if items:
        writing.touch(minutes, by=by)
    return minutes


@transaction.atomic
def add_section(
    minutes: Minutes,
    *,
    headings: Mapping[str, str],
    by: Any,
    visibility: str = AgendaItem.Visibility.PUBLIC,
) -> MinutesSection:
    """A section at the end for what came up without being on the agenda."""
    minutes = lock(minutes)
    writing.must_be_draft(minutes)
    section = MinutesSection.objects.create(
        minutes=minutes,
        order=_last_order(minutes) + 1,
        visibility=visibility,
        written_by=by,
        **columns("heading", headings),
    )
    writing.touch(minutes, by=by)
    record(by, "minutes_section_added", minutes.session, section=section.pk)
    return section


@transaction.atomic
def remove_section(section: MinutesSection, *, by: Any) -> None:
    """Take an empty section out. Raises ``ValidationError(code="not_empty")`` while something is written in it."""
    minutes = lock(section.minutes)
    writing.must_be_draft(minutes)
    section = lock(section)
    if any(getattr(section, column("text", code)) for code in Language.values):
        raise ValidationError(_("Something is written in this section: empty it first."), code="not_empty")
    record(by, "minutes_section_removed", minutes.session, section=section.pk)
    section.delete()
    writing.touch(minutes, by=by)


@transaction.atomic
def publish(session: Session, *, seen_revision: int, by: Any) -> Minutes:
    """Publish the agreed minutes with their decisions and commitments; tell the registered and the officials, and
    whoever raised the issues that were talked about.

    Raises ``ValidationError``: ``not_held`` before the session was held, ``empty`` when nothing was begun,
    ``published`` when it is done, ``not_agreed`` before every Party has signed, ``comments_open`` and
    ``comments_unsettled`` while attendees may still comment or wait for a reply, ``changed_meanwhile`` when they are
    no longer what she read.
    """
    session = lock(session)
    minutes = current(session)
    if minutes is None:
        raise ValidationError(_("There is nothing to publish yet."), code="empty")
    signing.must_be_publishable(lock(minutes), session, seen_revision)
    now = timezone.now()
    minutes = move(minutes, Minutes.Status.PUBLISHED, by=by, published_at=now)
    new = list(session.commitments.filter(published_at=None).values_list("pk", flat=True))
    for rows in (session.decisions, session.commitments):
        rows.filter(published_at=None).update(published_at=now)
    record(by, "minutes_published", session, version=minutes.version)
    places = announcing.registered(session)
    part = announcing.parts(places)
    people = [*(place.person for place in places), *announcing.officials(session.dialogue)]
    notify(people, "dialogues/minutes_published", about=minutes, own=lambda person: {TOLD_AS: part(person)})
    watching.tell(watching.SESSION, session, occasion=f"minutes {minutes.version}", besides=people, what="minutes")
    alerting.announce_commitments(session.commitments.filter(pk__in=new).select_related("owner", "session__dialogue"))
    threads.after_publication(session, by=by)
    return minutes


@transaction.atomic
def correct(session: Session, *, reasons: Mapping[str, str], by: Any) -> Minutes:
    """Begin a correction of published minutes: a draft of the next version with the same texts.

    ``reasons`` (by language code) say what is corrected; they are public with it. What was published stays as it was.
    Raises ``ValidationError``: ``not_published``, ``required`` without a reason.
    """
    session = lock(session)
    latest = current(session)
    if latest is None or not latest.is_published:
        raise ValidationError(_("Only published minutes are corrected."), code="not_published")
    texts = {column("text", code): getattr(latest, column("text", code)) for code in Language.values}
    minutes = Minutes.objects.create(
        session=session,
        version=latest.version + 1,
        written_by=by,
        revision=1,
        revisions=dict.fromkeys(Language.values, 1),
        **texts,
        **columns("correction", reasons),
    )
    _keep(minutes, None)
    for section in latest.sections.all():
        _copy(section, minutes)
    record(by, "minutes_correction_begun", session, version=minutes.version)
    return minutes


@transaction.atomic
def discard(minutes: Minutes, *, by: Any) -> None:
    """Give a correction up that was begun and not circulated; the published version stays."""
    minutes = lock(minutes)
    writing.must_be_draft(minutes)
    if minutes.version == 1:
        raise ValidationError(_("The first minutes of a session are not discarded."), code="first")
    record(by, "minutes_correction_discarded", minutes.session, version=minutes.version)
    minutes.delete()


@transaction.atomic
def add_decision(
    session: Session, *, texts: Mapping[str, str], by: Any, agenda_item: AgendaItem | None = None
) -> Decision:
    """Record what the Parties decided. It is public once the minutes are."""
    session = _in_writing(session)
    decision = Decision.objects.create(session=session, agenda_item=agenda_item, **columns("text", texts))
    _touch_current(session, by)
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
        session=session,
        owner=owner,
        due_on=due_on,
        first_due_on=due_on,
        agenda_item=agenda_item,
        **columns("text", texts),
    )
    _touch_current(session, by)
    record(by, "commitment_added", session, commitment=commitment.pk)
    return commitment


@transaction.atomic
def remove(row: Decision | Commitment, *, by: Any) -> None:
    """Take back a decision or a commitment that was recorded by mistake, before it is published."""
    session = _in_writing(row.session)
    row = lock(row)
    if row.published_at is not None:
        raise ValidationError(_("It is published: it can no longer be taken back."), code="published")
    record(by, f"{row._meta.model_name}_removed", session, was=str(row))
    row.delete()
    _touch_current(session, by)


def current(session: Session) -> Minutes | None:
    """The latest version, published or in work."""
    return session.minutes.order_by("-version").first()


def _in_writing(session: Session) -> Session:
    """Lock the session; refuse before it began, and while its minutes are circulated or after they are published.

    A correction is written also after the session was closed.
    """
    session = lock(session)
    minutes = current(session)
    if minutes is not None:
        writing.must_be_draft(lock(minutes))
    is_correction = minutes is not None and minutes.version > 1
    if not session.takes_minutes and not is_correction:
        raise ValidationError(_("Minutes are written once the session has begun."), code="not_begun")
    return session


def _touch_current(session: Session, by: Any) -> None:
    minutes = current(session)
    if minutes is not None:
        writing.touch(minutes, by=by)


def _last_order(minutes: Minutes) -> int:
    return minutes.sections.aggregate(last=Max("order"))["last"] or 0


def _copy(section: MinutesSection, minutes: Minutes) -> None:
    fields = [column(name, code) for name in ("heading", "text") for code in Language.values]
    copy = MinutesSection.objects.create(
        minutes=minutes,
        agenda_item=section.agenda_item,
        order=section.order,
        visibility=section.visibility,
        written_by=section.written_by,
        changed_at=section.changed_at,
        revisions=dict.fromkeys(Language.values, 1),
        **{name: getattr(section, name) for name in fields},
    )
    _keep(minutes, copy)


def _keep(minutes: Minutes, section: MinutesSection | None) -> None:
    """What the writers of a correction start from."""
    piece = section or minutes
    SavedText.objects.bulk_create(
        SavedText(
            minutes=minutes,
            section=section,
            language=code,
            revision=1,
            text=getattr(piece, column("text", code)) or "",
            by=piece.written_by,
            saved_at=piece.changed_at,
        )
        for code in Language.values
    )
