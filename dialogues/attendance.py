"""Who was there: checking in at the door, and counting afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues import questions
from dialogues.models import Registration, Session
from portal.accounts.models import Organization
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Economy
from resources.sheets import inert

#: The doors open so long before the session starts.
DOORS_OPEN = timedelta(minutes=30)


@dataclass(frozen=True)
class Counted:
    """One row of the attendance: how many have a place and how many were there, of an economy and a kind of
    organization (empty for people who came for themselves)."""

    economy: Economy | None
    kind: str
    confirmed: int
    attended: int

    @property
    def kind_label(self) -> str:
        return str(Organization.Kind(self.kind).label) if self.kind else _("For themselves")


@transaction.atomic
def check_in(registration: Registration, *, by: Any) -> Registration:
    """Say that one is there, from half an hour before the session until its end. Once is enough.

    Raises ``ValidationError``: ``not_confirmed``, ``too_early``, ``over``.
    """
    registration = _confirmed(registration)
    if registration.attended:
        return registration
    if not doors_are_open(registration.session):
        early = not registration.session.is_over
        says = _("You can check in from 30 minutes before the session starts.") if early else _("The session is over.")
        raise ValidationError(says, code="too_early" if early else "over")
    return _note(registration, attended=True, by=by)


@transaction.atomic
def mark(registration: Registration, *, attended: bool, by: Any) -> Registration:
    """The secretariat's note whether somebody was there: at the door, and until the session is closed.

    Raises ``ValidationError``: ``not_confirmed``, ``too_early``, ``closed``.
    """
    registration = _confirmed(registration)
    if not can_be_noted(registration.session):
        is_closed = registration.session.status in {Session.Status.CLOSED, Session.Status.CANCELLED}
        raise ValidationError(
            _("The session is closed: its attendance stays.") if is_closed else _("The doors are not open yet."),
            code="closed" if is_closed else "too_early",
        )
    return _note(registration, attended=attended, by=by)


def doors_are_open(session: Session) -> bool:
    """Whether participants may check in now."""
    if session.starts_at is None or not session.takes_registrations:
        return False
    return timezone.now() >= session.starts_at - DOORS_OPEN


def can_be_noted(session: Session) -> bool:
    """Whether the secretariat may note who was there now."""
    if session.starts_at is None or session.status in {Session.Status.CLOSED, Session.Status.CANCELLED}:
        return False
    return timezone.now() >= session.starts_at - DOORS_OPEN


def counted(session: Session) -> list[Counted]:
    """Places and attendance by economy and kind of organization, economies in their standing order; no names."""
    rows = (
        session.registrations.confirmed()
        .order_by()
        .values("economy", "organization__kind")
        .annotate(confirmed=Count("pk"), came=Count("pk", filter=Q(attended=True)))
    )
    economies = Economy.objects.in_bulk({row["economy"] for row in rows} - {None})
    found = [
        Counted(economies.get(row["economy"]), row["organization__kind"] or "", row["confirmed"], row["came"])
        for row in rows
    ]
    return sorted(found, key=_standing)


def by_economy(session: Session) -> list[Counted]:
    """The same, one row an economy; ``kind`` is empty."""
    sums: dict[Economy | None, tuple[int, int]] = {}
    for row in counted(session):
        confirmed, attended = sums.get(row.economy, (0, 0))
        sums[row.economy] = (confirmed + row.confirmed, attended + row.attended)
    return [Counted(economy, "", confirmed, attended) for economy, (confirmed, attended) in sums.items()]


def as_rows(session: Session) -> Iterator[Sequence[str]]:
    """The list of people for a spreadsheet, a line of headings first; no cell is taken for a formula. No addresses.

    For officials alone: it has what people said that they need.
    """
    asked = list(session.questions.all())
    yield [inert(cell) for cell in [*_headings(), *(question.label for question in asked)]]
    people = session.registrations.order_by("created_at", "pk").select_related("user", "organization", "economy")
    for row in people.prefetch_related("replies__question"):
        replies = {reply.question_id: questions.in_words(reply) for reply in row.replies.all()}
        yield [inert(cell) for cell in [*_cells(row), *(replies.get(question.pk, "") for question in asked)]]


def _headings() -> list[str]:
    return [
        _("Name"), _("Organization"), _("Kind of organization"), _("Economy"), _("Role"), _("State"), _("Answer"),
        _("Attended"), _("Checked in (UTC)"), _("Listens in"), _("Needs"), _("Registered (UTC)"),
    ]  # fmt: skip


def _cells(row: Registration) -> list[str]:
    attended = {True: _("Yes"), False: _("No"), None: ""}[row.attended]
    return [
        row.name,
        row.organization.name if row.organization else "",
        str(row.organization.get_kind_display()) if row.organization else "",
        row.economy.name if row.economy else "",
        str(row.get_role_display()),
        str(row.get_status_display()),
        str(row.get_partstat_display()),
        attended,
        row.checked_in_at.isoformat(timespec="minutes") if row.checked_in_at else "",
        str(row.get_interpretation_display()),
        row.access_needs,
        row.created_at.isoformat(timespec="minutes"),
    ]


def _standing(row: Counted) -> tuple[bool, int, str, int]:
    kinds = [*Organization.Kind.values, ""]
    order, code = (row.economy.order, row.economy.pk) if row.economy else (0, "")
    return row.economy is None, order, code, kinds.index(row.kind)


def _confirmed(registration: Registration) -> Registration:
    registration = lock(registration)
    if registration.status != Registration.Status.CONFIRMED:
        raise ValidationError(_("Only people with a confirmed place check in."), code="not_confirmed")
    return registration


def _note(registration: Registration, *, attended: bool, by: Any) -> Registration:
    registration.attended = attended
    registration.checked_in_at = timezone.now() if attended else None
    registration.save(update_fields=["attended", "checked_in_at"])
    record(by, "checked_in" if attended else "marked_absent", registration)
    return registration
