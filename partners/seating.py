"""Who sits where at an introduction: its two sides, whom their mails reach, and the personal links in those mails.

A personal link is the permission to act for one side without signing in. It stands for one person's seat: it ends when
she leaves that side, and opening it changes nothing. It never shows a contact person.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from partners import sides
from partners.models import ExpressionOfInterest, Introduction, Rung, Side, SlotProposal
from partners.models.requests import unnamed
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import chamber_ids, company_ids

SALT = "partners.introduction"
#: Longer than the last follow-up, at 180 days, waits for its answer.
LASTS = timedelta(days=400)

OTHER: dict[str, str] = {Side.REQUEST: Side.INTERESTED, Side.INTERESTED: Side.REQUEST}


@dataclass(frozen=True)
class Seat:
    """One person's seat at an introduction. ``by`` is nobody where a personal link is the permission."""

    introduction: Introduction
    side: str
    person: User
    by: User | None
    token: str = ""

    @property
    def interest(self) -> ExpressionOfInterest:
        return self.introduction.interest

    @property
    def own_name(self) -> str:
        return str(company_at(self.introduction, self.side))

    @property
    def other_name(self) -> str:
        """The other side's firm as this side may know it now."""
        return name_for(self.side, self.introduction)

    @property
    def goes_on(self) -> bool:
        """Whether both sides still stand by it: neither has taken its consent back."""
        return self.interest.is_open(Rung.COMPANY)

    def address(self, name: str, *args: object) -> str:
        """The address of one of this introduction's pages, by the way she came."""
        if self.token:
            return reverse(f"partners:{name}-by-link", args=[self.token, *args])
        return reverse(f"partners:{name}", args=[self.introduction.pk, *args])


def side_of(user: User, interest: ExpressionOfInterest) -> str | None:
    """On which side she sits; None for everybody else. Nobody sits on both: her firm's seat comes before her
    chamber's, and the request's before the other. Costs no query beyond her memberships."""
    companies, chambers = company_ids(user), chamber_ids(user)
    if interest.request.company_id in companies:
        return Side.REQUEST
    if interest.company_id in companies:
        return Side.INTERESTED
    if interest.request.chamber_id in chambers:
        return Side.REQUEST
    return Side.INTERESTED if interest.sent_for_id in chambers else None


def seat_of(user: User, introduction: Introduction) -> Seat | None:
    """Her seat when she has signed in."""
    side = side_of(user, introduction.interest)
    return Seat(introduction, side, user, by=user) if side else None


def token(introduction: Introduction, person: User) -> str:
    return signing.dumps([introduction.pk, person.pk], salt=SALT)


def read(token: str) -> Seat | None:
    """The seat that a personal link stands for; None when it is forged or too old, or she has left that side."""
    try:
        introduction_pk, person_pk = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=person_pk, is_active=True).first()
    introduction = for_seats().filter(pk=introduction_pk).first()
    if person is None or introduction is None:
        return None
    side = side_of(person, introduction.interest)
    return Seat(introduction, side, person, by=None, token=token) if side else None


def path(introduction: Introduction, person: User, name: str = "introduction-detail") -> str:
    """Her personal link to a page of the introduction, in her language."""
    with translation.override(person.language):
        return reverse(f"partners:{name}-by-link", args=[token(introduction, person)])


def for_seats() -> QuerySet[Introduction]:
    """Introductions with what seats and names need."""
    rows = Introduction.objects.select_related(
        "interest__request__company__economy", "interest__request__chamber", "interest__company__economy",
        "interest__sent_for", "request_contact", "interested_contact", "request_contact_of",
    )  # fmt: skip
    return rows.prefetch_related("interest__consents")


def company_at(introduction: Introduction, side: str) -> Organization:
    interest = introduction.interest
    return interest.request.company if side == Side.REQUEST else interest.company


def name_for(side: str, introduction: Introduction) -> str:
    """The firm across from ``side`` as that side may know it now: by its name while both sides' consent stands, or
    where the request names its firm to everybody."""
    interest = introduction.interest
    if side == Side.INTERESTED:
        return interest.requester
    return str(interest.company) if interest.is_open(Rung.COMPANY) else unnamed(interest.company)


def seen_from(seat: Seat, side: str) -> str:
    """The firm on ``side`` as the person in the seat may know it now."""
    return seat.own_name if side == seat.side else seat.other_name


def people_at(introduction: Introduction, side: str) -> list[User]:
    """Whom a side's mails reach: its contact person while she is there; else the firm's people; else its chamber's."""
    interest = introduction.interest
    if side == Side.REQUEST:
        person, place = introduction.request_contact, introduction.request_contact_of
        everybody = sides.request_side(interest.request)
    else:
        person, place = introduction.interested_contact, introduction.interested_contact_of or interest.company
        everybody = sides.interested_side(interest)
    if person and _is_there(person, place):
        return [person]
    return list(sides.people_of([company_at(introduction, side)])) or list(everybody)


def zone_at(introduction: Introduction, side: str) -> str:
    """The time zone in which a side's clocks are shown to the other: the one in which it proposed a time, else that of
    its economy's capital. Never a person's own setting, which nobody chose to show."""
    proposed = SlotProposal.objects.filter(introduction=introduction, side=side).order_by("-proposed_at", "-pk")
    economy = company_at(introduction, side).economy
    return proposed.values_list("zone", flat=True).first() or (economy.default_time_zone if economy else "UTC")


def _is_there(person: User, place: Organization) -> bool:
    return person.is_active and Membership.objects.active().filter(user=person, organization=place).exists()
