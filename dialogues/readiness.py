"""What is still missing for a session, and whose turn it is: from 21 days before it to 30 days after it.

It is computed from the rows each time; nothing is stored, so what is mended is gone from the list at once. The single
checks are in ``missing``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Prefetch, Q, prefetch_related_objects
from django.utils import timezone

from dialogues import missing
from dialogues.missing import Finding
from dialogues.models import AgendaItem, Commitment, Dialogue, Document, Issue, Registration, Session
from portal.accounts.permissions import delegation
from portal.reference.models import Economy

BEGINS_BEFORE = timedelta(days=21)
ENDS_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Readiness:
    """What is missing for a session now, the most pressing first; ``is_after``: it is about the time after it."""

    session: Session
    findings: list[Finding]
    is_after: bool

    def for_parties(self, codes: Iterable[str]) -> list[Finding]:
        """Those whose turn it is for one of these Parties (ISO codes): named, or anybody's."""
        return [found for found in self.findings if not found.turn or not found.turn.isdisjoint(codes)]

    def names(self, found: Finding) -> list[Economy]:
        """The Parties whose turn it is, in their standing order; none when it is anybody's."""
        return [economy for economy in self.session.dialogue.parties.all() if economy.code in found.turn]

    @property
    def since(self) -> datetime:
        """Since when what is missing is asked for."""
        starts_at, ends_at = self.session.moments
        return ends_at if self.is_after else starts_at - BEGINS_BEFORE

    @property
    def due_at(self) -> datetime:
        """Until when it should be there."""
        starts_at, ends_at = self.session.moments
        return ends_at + ENDS_AFTER if self.is_after else starts_at

    @property
    def rows(self) -> list[tuple[Finding, list[Economy]]]:
        """Each finding with the Parties whose turn it is."""
        return [(found, self.names(found)) for found in self.findings]


def is_watched(session: Session, at: datetime | None = None) -> bool:
    """Whether the check looks at it now: it has a time, was neither cancelled nor closed, and is near."""
    if session.starts_at is None or session.status not in missing.LOOKED_AT:
        return False
    at = at or timezone.now()
    starts_at, ends_at = session.moments
    return starts_at - BEGINS_BEFORE <= at <= ends_at + ENDS_AFTER


def check(session: Session, at: datetime | None = None) -> Readiness | None:
    """What is missing for this session; None when it is not looked at now (:func:`is_watched`)."""
    if not is_watched(session, at):
        return None
    return check_all([session], at)[0]


def check_all(sessions: Sequence[Session], at: datetime | None = None) -> list[Readiness]:
    """The same for several sessions (with their dialogue), in as many queries as for one."""
    at = at or timezone.now()
    _load(sessions)
    ready = []
    for session in sessions:
        is_after = session.moments[1] <= at or session.status == Session.Status.HELD
        checks = missing.AFTER if is_after else missing.BEFORE
        findings = [found for one in checks for found in one(session, at)]
        ready.append(Readiness(session, sorted(findings, key=lambda found: not found.is_late), is_after))
    return ready


def watched_by(user: Any, at: datetime | None = None) -> list[Readiness]:
    """For an official's desk: the sessions of her dialogues that are looked at now, with what is missing on her side.

    What she finds on her desk anyway (publishing the minutes) is left out. Sessions that were never announced here,
    because they come from a source, owe nothing.
    """
    if not delegation(user):
        return []
    at = at or timezone.now()
    mine = Dialogue.parties.through.objects.filter(economy__in=delegation(user)).values("dialogue")
    near = Session.objects.visible_to(user).filter(
        dialogue__in=mine,
        status__in=missing.LOOKED_AT,
        announced_at__isnull=False,
        starts_at__lte=at + BEGINS_BEFORE,
        ends_at__gte=at - ENDS_AFTER,
    )
    sessions = list(near.with_dialogue().order_by("starts_at", "pk"))
    found = []
    for ready in check_all(sessions, at) if sessions else []:
        mine_now = [one for one in ready.for_parties(delegation(user)) if one.code not in missing.ON_DESK]
        if mine_now:
            found.append(replace(ready, findings=mine_now))
    return found


def _load(sessions: Sequence[Session]) -> None:
    """Everything the checks look at, in a fixed number of queries."""
    items = AgendaItem.objects.annotate(decided=Count("decisions")).prefetch_related(
        Prefetch("issues", Issue.objects.only("pk", "status", "public_at"))
    )
    papers = Document.objects.filter(removed_at=None).prefetch_related("versions")
    commitments = Commitment.objects.exclude(status=Commitment.Status.DROPPED)
    prefetch_related_objects(
        list(sessions),
        Prefetch("agenda_items", items, to_attr="checked_items"),
        Prefetch("documents", papers, to_attr="checked_papers"),
        Prefetch("commitments", commitments, to_attr="checked_commitments"),
        "confirmations",
        "channels",
        "quotas",
        "minutes__sign_offs",
    )
    open_places = Q(status=Registration.Status.CONFIRMED)
    rows = (
        Registration.objects.filter(session__in=[session.pk for session in sessions])
        .values("session", code=F("economy"))
        .annotate(
            taken=Count("pk", open_places),
            waiting=Count("pk", Q(status=Registration.Status.WAITLISTED)),
            noted=Count("pk", open_places & Q(attended__isnull=False)),
        )
    )
    counts: dict[int, list[Any]] = {}
    for row in rows:
        counts.setdefault(row["session"], []).append(row)
    for session in sessions:
        session.checked_places = counts.get(session.pk, [])  # type: ignore[attr-defined]
