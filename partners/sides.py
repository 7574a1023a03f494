"""The people on the two sides of a request."""

from collections.abc import Iterable

from django.db.models import QuerySet

from partners.models import ChamberMember, ExpressionOfInterest, PartnerRequest
from portal.accounts.models import Membership, Organization, User


def people_of(organizations: Iterable[Organization | None]) -> QuerySet[User]:
    """The active members of these organizations, each once."""
    ids = [organization.pk for organization in organizations if organization is not None]
    members = Membership.objects.active().filter(organization__in=ids)
    return User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("pk")


def people_with_place(organizations: Iterable[Organization | None]) -> list[tuple[User, Organization]]:
    """The active members with the organization in which they are members."""
    ids = [organization.pk for organization in organizations if organization is not None]
    members = Membership.objects.active().filter(organization__in=ids, user__is_active=True)
    return [(m.user, m.organization) for m in members.select_related("user", "organization").order_by("pk")]


def company_contact(company: Organization) -> User | None:
    """Whom the firm named as its contact, while she is its member; else its first manager, else a member."""
    members = Membership.objects.active().filter(organization=company, user__is_active=True).select_related("user")
    named = company.profile.contact_id if hasattr(company, "profile") else None
    best: Membership | None = None
    for member in members.order_by("pk"):
        if member.user_id == named:
            return member.user
        if best is None or (best.role != Membership.Role.MANAGER and member.role == Membership.Role.MANAGER):
            best = member
    return best.user if best else None


def request_contact(request: PartnerRequest) -> tuple[User | None, Organization]:
    """The contact on the request's side and whose data it is.

    A firm without people on the portal is reached through its chamber: the person who posted the
    request while she is there, else the chamber's manager.
    """
    if person := company_contact(request.company):
        return person, request.company
    chamber = request.chamber or request.company
    if request.posted_by and people_of([chamber]).filter(pk=request.posted_by.pk).exists():
        return request.posted_by, chamber
    return company_contact(chamber), chamber


def places(request: PartnerRequest) -> list[Organization]:
    """Who answers for the request: its company, and its chamber while that is verified."""
    chamber = request.chamber
    return [request.company, *([chamber] if chamber is not None and chamber.is_verified else [])]


def request_side(request: PartnerRequest) -> QuerySet[User]:
    """Everybody who answers for the request."""
    return people_of(places(request))


def interested_contact(interest: ExpressionOfInterest) -> tuple[User | None, Organization]:
    """The contact on the interested side and whose data it is: the firm's; while it has nobody on the portal, the
    person of its chamber who sent the interest, else that chamber's manager."""
    if person := company_contact(interest.company):
        return person, interest.company
    chambers = interested_places(interest)[1:]
    if not chambers:
        return None, interest.company
    if interest.by and people_of(chambers).filter(pk=interest.by.pk).exists():
        return interest.by, chambers[0]
    return company_contact(chambers[0]), chambers[0]


def interested_places(interest: ExpressionOfInterest) -> list[Organization]:
    """Who acts for the interested company: itself, and the chamber that sent the interest while it is verified and
    speaks for the firm."""
    chamber = interest.sent_for
    if chamber is None or not chamber.is_verified:
        return [interest.company]
    speaks = ChamberMember.objects.active().filter(chamber=chamber, company=interest.company)
    return [interest.company, chamber] if speaks.exists() else [interest.company]


def interested_side(interest: ExpressionOfInterest) -> QuerySet[User]:
    """Everybody who acts for the interested company here."""
    return people_of(interested_places(interest))
