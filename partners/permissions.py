"""Who may do what with profiles, requests and interests. No query beyond the user's cached memberships."""

from typing import TYPE_CHECKING

from partners.models import ChamberMember, ExpressionOfInterest, PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, is_manager_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

    Reader = User | AnonymousUser

Status = PartnerRequest.Status


def is_of_company(user: "Reader", request: PartnerRequest) -> bool:
    return request.company_id in company_ids(user)


def is_of_chamber(user: "Reader", request: PartnerRequest) -> bool:
    return request.chamber_id in chamber_ids(user)


def answers_for(user: "Reader", request: PartnerRequest) -> bool:
    """Whether she is on the request's side: its company, or the chamber that posted or reviewed it."""
    return is_of_company(user, request) or is_of_chamber(user, request)


def can_write(user: "Reader") -> bool:
    """Members of a firm write for it; people of a verified chamber for its member firms."""
    return bool(company_ids(user) or chamber_ids(user))


def can_edit(user: "Reader", request: PartnerRequest) -> bool:
    """A draft is changed by those who write it; a reviewing chamber sends back instead."""
    if request.status != Status.DRAFT:
        return False
    if request.origin == PartnerRequest.Origin.CHAMBER:
        return is_of_chamber(user, request)
    return is_of_company(user, request)


def can_discard(user: "Reader", request: PartnerRequest) -> bool:
    return can_edit(user, request)


def can_submit(user: "Reader", request: PartnerRequest) -> bool:
    """The firm sends its own draft to a chamber."""
    return (
        request.status == Status.DRAFT
        and request.origin == PartnerRequest.Origin.COMPANY
        and is_of_company(user, request)
    )


def can_take_back(user: "Reader", request: PartnerRequest) -> bool:
    """The firm may have its text back while the chamber has not answered."""
    return request.status == Status.SUBMITTED and is_of_company(user, request)


def can_review(user: "Reader", request: PartnerRequest) -> bool:
    """The chosen chamber reviews; the writer never reviews her own text."""
    return request.status == Status.SUBMITTED and is_of_chamber(user, request) and request.posted_by_id != user.pk


def can_publish(user: "Reader", request: PartnerRequest) -> bool:
    """A chamber publishes what it wrote for a member firm, or what it has reviewed."""
    if request.status == Status.DRAFT:
        return request.origin == PartnerRequest.Origin.CHAMBER and is_of_chamber(user, request)
    return can_review(user, request)


def can_close(user: "Reader", request: PartnerRequest) -> bool:
    return request.status in {Status.PUBLISHED, Status.EXPIRED} and answers_for(user, request)


def can_renew(user: "Reader", request: PartnerRequest) -> bool:
    return request.status in {Status.PUBLISHED, Status.EXPIRED} and answers_for(user, request)


def can_see_history(user: "Reader", request: PartnerRequest) -> bool:
    """The timeline names people, so it is for their own side."""
    return answers_for(user, request)


def can_express(user: "Reader", request: PartnerRequest) -> bool:
    """Members of another firm, while the request is open, and not both sides in one person."""
    return request.is_open and bool(company_ids(user)) and not answers_for(user, request)


def can_answer(user: "Reader", interest: ExpressionOfInterest) -> bool:
    return interest.status == ExpressionOfInterest.Status.SENT and answers_for(user, interest.request)


def can_withdraw(user: "Reader", interest: ExpressionOfInterest) -> bool:
    return interest.status == ExpressionOfInterest.Status.SENT and interest.company_id in company_ids(user)


def can_edit_profile(user: "Reader", company: Organization) -> bool:
    """Everybody in the firm keeps its profile."""
    return company.pk in company_ids(user)


def can_register_firm(user: "Reader", chamber: Organization) -> bool:
    return chamber.pk in chamber_ids(user)


def can_answer_membership(user: "Reader", membership: ChamberMember) -> bool:
    """Letting a chamber speak for the firm is its manager's decision."""
    return membership.status == ChamberMember.Status.ASKED and is_manager_of(user, membership.company)


def can_end_membership(user: "Reader", membership: ChamberMember) -> bool:
    """Either side, at any time."""
    is_open = membership.status in {ChamberMember.Status.ASKED, ChamberMember.Status.ACTIVE}
    return is_open and (membership.chamber_id in chamber_ids(user) or is_manager_of(user, membership.company))
