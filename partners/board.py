"""A chamber's pipeline: what became of its members' introductions, in columns by how far both sides say they came.

A chamber sees its member's own side. The firm across is named only as the ladder allows: to the chamber that stands on
a side of the introduction as that side knows it; to another chamber, to which the member merely belongs, never, unless
the request names its firm to everybody.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from partners import outcomes, seating
from partners.models import ChamberMember, Introduction, PartnerMeeting, Side, Stage
from partners.models.requests import unnamed
from portal.accounts.models import User
from portal.accounts.permissions import chamber_ids

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    Heard = WithAnnotations[Introduction, outcomes.Words]

COLUMNS = (*outcomes.WAY, Stage.NO_FIT)
#: A column shows the latest so many; the file has all of them.
MOST = 50
#: Of the file. Names are for machines, the same in every language.
HEADER = (
    "introduction", "introduced_on", "request", "member", "partner", "partner_economy", "confirmed_stage",
    "member_side", "member_says", "partner_says", "value", "meeting_at",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """An introduction as one chamber may read it. ``side`` is its member's; ``partner`` the firm across."""

    introduction: "Heard"
    side: str
    member: str
    partner: str
    partner_economy: str
    member_says: str
    partner_says: str
    may_open: bool

    @property
    def meets_at(self) -> datetime | None:
        """When the two meet, if that is planned."""
        meeting = getattr(self.introduction, "meeting", None)
        return meeting.starts_at if meeting and meeting.status == PartnerMeeting.Status.PLANNED else None

    @property
    def is_said_further(self) -> bool:
        """Whether a side says more than what both confirm."""
        return any(word and word != self.introduction.confirmed_stage for word in (self.member_says, self.partner_says))

    @property
    def member_word(self) -> str:
        return str(Stage(self.member_says).label) if self.member_says else ""

    @property
    def partner_word(self) -> str:
        return str(Stage(self.partner_says).label) if self.partner_says else ""


@dataclass
class Column:
    stage: Stage
    count: int
    cards: list[Card] = field(default_factory=list)


def introductions_of(user: User) -> "QuerySet[Heard]":
    """Those in which a member firm of her chambers takes part, or whose request her chamber brokers or an interest it
    sent; newest first."""
    chambers = chamber_ids(user)
    members = ChamberMember.objects.active().filter(chamber__in=chambers).values("company")
    ours = Q(interest__request__chamber__in=chambers) | Q(interest__sent_for__in=chambers)
    theirs = Q(interest__request__company__in=members) | Q(interest__company__in=members)
    return (
        outcomes.with_words(seating.for_seats().select_related("meeting"))
        .filter(ours | theirs)
        .order_by("-accepted_at", "-pk")
    )


def columns(user: User) -> list[Column]:
    """Her chambers' pipeline, every column with its count and its latest cards."""
    rows = introductions_of(user)
    counts = dict(rows.order_by().values_list("confirmed_stage").annotate(Count("pk", distinct=True)))
    found = {stage: Column(stage, counts.get(stage, 0)) for stage in COLUMNS}
    latest = [row for stage in COLUMNS if counts.get(stage) for row in rows.filter(confirmed_stage=stage)[:MOST]]
    for card in cards(user, latest):
        found[Stage(card.introduction.confirmed_stage)].cards.append(card)
    return list(found.values())


def find(user: User, pk: int) -> Card | None:
    """One of her chambers' introductions; None for any other."""
    return next(iter(cards(user, list(introductions_of(user).filter(pk=pk)))), None)


def cards(user: User, rows: "Collection[Heard]") -> list[Card]:
    """The introductions as her chambers may read them; costs one query."""
    members = _members(user, rows)
    return [_card(user, row, members) for row in rows]


def lines(user: User) -> Iterator[tuple[Any, ...]]:
    """The whole pipeline for a file, by ``HEADER``; days and moments in UTC."""
    rows = list(introductions_of(user))
    pks = [row.pk for row in rows]
    bands: dict[int, list[str]] = {}
    for said in outcomes.latest(pks):
        bands.setdefault(said.introduction_id, []).append(said.value)
    for card in cards(user, rows):
        row = card.introduction
        of_both = bands.get(row.pk, [])
        agree = len(of_both) == len(Side) and len(set(of_both)) == 1
        yield (
            row.pk,
            row.accepted_at.date().isoformat(),
            row.interest.request.title,
            card.member,
            card.partner,
            card.partner_economy,
            row.confirmed_stage,
            card.side,
            card.member_says,
            card.partner_says,
            of_both[0] if agree else "",
            card.meets_at.isoformat(timespec="minutes") if card.meets_at else "",
        )


def _card(user: User, row: "Heard", members: set[int]) -> Card:
    interest = row.interest
    seat = seating.side_of(user, interest)
    side = seat or (Side.REQUEST if interest.request.company_id in members else Side.INTERESTED)
    across = seating.company_at(row, seating.OTHER[side])
    is_named = seat or (side == Side.INTERESTED and interest.request.shows_company)
    words = (row.request_says, row.interested_says)
    own, other = words if side == Side.REQUEST else words[::-1]
    return Card(
        introduction=row,
        side=side,
        member=str(seating.company_at(row, side)),
        partner=seating.name_for(side, row) if is_named else unnamed(across),
        partner_economy=across.economy_id or "",
        member_says=own or "",
        partner_says=other or "",
        may_open=seat is not None,
    )


def _members(user: User, rows: "Collection[Heard]") -> set[int]:
    """Which firms on these introductions are active members of her chambers."""
    firms = {company for row in rows for company in (row.interest.company_id, row.interest.request.company_id)}
    active = ChamberMember.objects.active().filter(chamber__in=chamber_ids(user), company__in=firms)
    return set(active.values_list("company", flat=True))
