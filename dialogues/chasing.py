"""Reminds of commitments: who keeps one before its day and when it has passed, then her managers, then the officials.

Nothing is planned ahead. Each run looks at the rows as they are and promises what is due and was not promised yet, so
a moved date moves its reminders; the mails themselves remember what they told (their keys).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from dialogues.because import KEEPER, MANAGER, OFFICIAL
from dialogues.models import Commitment
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import delegation, organization_ids
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

DUE, OVERDUE = "dialogues/commitment_due", "dialogues/commitment_overdue"
#: How long what is overdue waits for its keepers before their managers hear of it, and then the officials (days).
MANAGERS_AFTER, OFFICIALS_AFTER = 7, 14
#: Days from the day it is due, and who hears then.
LADDER = ((-14, KEEPER), (-3, KEEPER), (1, KEEPER), (MANAGERS_AFTER, MANAGER), (OFFICIALS_AFTER, OFFICIAL))
#: Overdue longer than this is on the scoreboard and on desks, and no longer in mails (days).
PATIENCE = 60
#: The hour of a person's morning from which on she is reminded.
MORNING = 8
#: How many days before its day a commitment waits on the desk.
AHEAD = 14


@dataclass
class People:
    """Active people by organization, managers apart, and officials by economy."""

    members: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    managers: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    officials: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    users: dict[int, User] = field(default_factory=dict)

    def concerned(self, commitment: Commitment) -> Iterator[tuple[str, set[int]]]:
        """Who stands on which rung. Its lead alone, while she is in the organization; without one all its people.

        Officials are those of the owner's economy; where it has none, those of every Party.
        """
        members = self.members[commitment.owner_id]
        lead = {commitment.lead_id} if commitment.lead_id in members else set()
        yield KEEPER, lead or members
        yield MANAGER, self.managers[commitment.owner_id]
        own = self.officials.get(commitment.owner.economy_id or "", set())
        yield OFFICIAL, own or set().union(*(self.officials[c] for c in commitment.session.dialogue.party_codes))


def remind() -> int:
    """Promise every reminder whose morning has come where its reader is; return how many.

    Run it every hour, or whenever: nobody is told the same thing twice. A clock that stood still goes on with the
    latest reminder alone, for each person.
    """
    now = timezone.now()
    near = list(_near(now.astimezone(UTC).date()))
    people = _people(near)
    told = _told(now)
    promised = 0
    for commitment in near:
        for rung, readers in _rungs(commitment, people, now).items():
            occasion = f"{commitment.due_on}/{rung}"
            key = f"{commitment._meta.label_lower}:{commitment.pk}:{occasion}"
            new = [people.users[pk] for pk in sorted(readers) if (pk, key) not in told]
            if new:
                notify(
                    new,
                    DUE if rung < 0 else OVERDUE,
                    about=commitment,
                    occasion=occasion,
                    due_on=commitment.due_on.isoformat(),
                    audience=dict(LADDER)[rung],
                    told_as=dict(LADDER)[rung],
                )
                promised += len(new)
    return promised


def holds(row: Notification) -> bool:
    """Whether the commitment that a reminder is about is still to be kept, by the day it says."""
    commitment: Any = row.about
    return commitment.is_unfinished and commitment.due_on.isoformat() == row.context["due_on"]


def waiting_for(user: Any) -> QuerySet[Commitment]:
    """What she should see to now: hers, from two weeks before its day on, and for officials what their economy's
    organizations let lie for two weeks. Published ones alone, the first due first."""
    today, economies = timezone.localdate(), delegation(user)
    hers = Q(owner__in=organization_ids(user)) & (Q(lead=None) | Q(lead=user) | Q(due_on__lt=today))
    left = Q(owner__economy__in=economies, due_on__lte=today - timedelta(OFFICIALS_AFTER))
    rows = Commitment.objects.published().unfinished().filter(hers | left, due_on__lte=today + timedelta(AHEAD))
    # A published one is seen by the people who are to keep it: only of the others is it asked who sees them.
    if economies:
        rows = rows.visible_to(user) if rows.exists() else rows.none()  # type: ignore[attr-defined]
    return rows.select_related("owner", "session__dialogue").order_by("due_on", "pk")


def _rungs(commitment: Commitment, people: People, now: datetime) -> dict[int, set[int]]:
    """For each rung the people whom it is the latest for, where it is morning already."""
    found: dict[int, int] = {}
    for audience, readers in people.concerned(commitment):
        for pk in readers:
            here = now.astimezone(ZoneInfo(people.users[pk].time_zone))
            reached = _reached(audience, (here.date() - commitment.due_on).days)
            if here.hour >= MORNING and reached is not None:
                found[pk] = max(reached, found.get(pk, reached))
    rungs: dict[int, set[int]] = defaultdict(set)
    for pk, rung in found.items():
        rungs[rung].add(pk)
    return rungs


def _reached(audience: str, days: int) -> int | None:
    """The latest rung of an audience ``days`` after the day it was due; None before the first."""
    return max((rung for rung, whose in LADDER if whose == audience and rung <= days), default=None)


def _near(today: date) -> QuerySet[Commitment]:
    """What may be told of to somebody somewhere today; dates differ by a day around the world."""
    first, last = today - timedelta(PATIENCE), today + timedelta(1 - LADDER[0][0])
    rows = Commitment.objects.published().unfinished().filter(due_on__range=(first, last))
    return rows.select_related("owner", "session__dialogue").prefetch_related("session__dialogue__parties")


def _people(commitments: Iterable[Commitment]) -> People:
    people = People()
    owners = {commitment.owner_id for commitment in commitments}
    economies = {code for one in commitments for code in (one.owner.economy_id, *one.session.dialogue.party_codes)}
    agencies = Q(
        organization__kind=Organization.Kind.AGENCY,
        organization__status=Organization.Status.VERIFIED,
        organization__economy__in=economies - {None},
    )
    memberships = Membership.objects.active().filter(Q(organization__in=owners) | agencies, user__is_active=True)
    for membership in memberships.select_related("user", "organization"):
        user, organization = membership.user, membership.organization
        people.users[user.pk] = user
        people.members[organization.pk].add(user.pk)
        if membership.role == Membership.Role.MANAGER:
            people.managers[organization.pk].add(user.pk)
        if organization.kind == Organization.Kind.AGENCY and organization.is_verified and organization.economy_id:
            people.officials[organization.economy_id].add(user.pk)
    return people


def _told(now: datetime) -> set[tuple[int, str]]:
    """Who was told what: recipient and key of the mails that can still matter."""
    since = now - timedelta(PATIENCE - LADDER[0][0] + 2)
    mails = Notification.objects.filter(kind__in=(DUE, OVERDUE), recipient__isnull=False, created_at__gte=since)
    return {(recipient, key) for recipient, key in mails.values_list("recipient", "key") if recipient}
