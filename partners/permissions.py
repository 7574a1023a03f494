"""Who may do what with profiles, requests and interests. No query beyond the user's cached memberships."""

from typing import TYPE_CHECKING

from partners.models import (
    CandidateInvitation,
    ChamberMember,
    Cluster,
    ClusterLink,
    ClusterMember,
    ExpressionOfInterest,
    Mentorship,
    PartnerRequest,
    Referral,
    Vouch,
)
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, is_manager_of, memberships

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


def can_ask_firm(user: "Reader", request: PartnerRequest) -> bool:
    """The chamber asks the firm whether the text it wrote is right."""
    is_chambers = request.status == Status.DRAFT and request.origin == PartnerRequest.Origin.CHAMBER
    return is_chambers and is_of_chamber(user, request)


def can_answer_text(user: "Reader", request: PartnerRequest) -> bool:
    """The firm's people say whether the chamber's text is right; never who wrote it."""
    is_chambers = request.status == Status.DRAFT and request.origin == PartnerRequest.Origin.CHAMBER
    return is_chambers and is_of_company(user, request) and request.posted_by_id != user.pk


def can_attach(user: "Reader", request: PartnerRequest) -> bool:
    """Who writes a draft; of what is with the chamber or published, its whole side."""
    if request.status == Status.DRAFT:
        return can_edit(user, request)
    return request.status != Status.CLOSED and answers_for(user, request)


def can_see_history(user: "Reader", request: PartnerRequest) -> bool:
    """The timeline names people, so it is for their own side."""
    return answers_for(user, request)


def can_express(user: "Reader", request: PartnerRequest) -> bool:
    """Members of another firm, and chambers for their members, while the request is open, and not both sides in one
    person. A mentor is asked for a place instead (:func:`can_ask_mentor`): places are counted."""
    if request.type == PartnerRequest.Type.MENTORSHIP_OFFER:
        return False
    return request.is_open and can_write(user) and not answers_for(user, request)


def can_show_again(user: "Reader", request: PartnerRequest) -> bool:
    """Who let its interests go unanswered may bring the request back."""
    return request.status == Status.PUBLISHED and request.hidden_at is not None and answers_for(user, request)


def acts_for_interested(user: "Reader", interest: ExpressionOfInterest) -> bool:
    """Whether she is on the interested side: its company, or the chamber that sent it for its member. The interest
    comes from ``visible_to``, which knows whether that chamber still speaks for the firm."""
    return interest.company_id in company_ids(user) or interest.sent_for_id in chamber_ids(user)


def can_answer(user: "Reader", interest: ExpressionOfInterest) -> bool:
    return interest.status == ExpressionOfInterest.Status.SENT and answers_for(user, interest.request)


def can_withdraw(user: "Reader", interest: ExpressionOfInterest) -> bool:
    return interest.status == ExpressionOfInterest.Status.SENT and acts_for_interested(user, interest)


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


def can_vouch(user: "Reader", membership: ChamberMember) -> bool:
    """A chamber's people vouch for a member firm; nobody for her own."""
    is_member = membership.status == ChamberMember.Status.ACTIVE
    return is_member and membership.chamber_id in chamber_ids(user) and membership.company_id not in company_ids(user)


def can_take_back_vouch(user: "Reader", vouch: Vouch) -> bool:
    return vouch.chamber_id in chamber_ids(user)


def can_refer(user: "Reader", request: PartnerRequest) -> bool:
    """The chamber that posted or reviewed an open request hands it on."""
    return request.is_open and is_of_chamber(user, request)


def can_answer_referral(user: "Reader", referral: Referral) -> bool:
    """The chamber it was sent to."""
    return referral.status == Referral.Status.SENT and referral.to_chamber_id in chamber_ids(user)


def can_close_referral(user: "Reader", referral: Referral) -> bool:
    """Either chamber; the one that sent it may also take it back before the answer."""
    if referral.from_chamber_id in chamber_ids(user):
        return referral.status in {Referral.Status.SENT, Referral.Status.ACCEPTED}
    return referral.status == Referral.Status.ACCEPTED and referral.to_chamber_id in chamber_ids(user)


def can_see_candidates(user: "Reader", request: PartnerRequest, referral: Referral | None = None) -> bool:
    """While it is open: the chamber that answers for the request, and one that was handed it (``referral``)."""
    if not request.is_open:
        return False
    if is_of_chamber(user, request):
        return True
    if referral is None or not referral.is_open or referral.request_id != request.pk:
        return False
    return referral.to_chamber_id in chamber_ids(user)


def can_answer_invitation(user: "Reader", invitation: CandidateInvitation) -> bool:
    """The invited company's people."""
    return invitation.company_id in company_ids(user)


def can_bring(user: "Reader", chamber: Organization) -> bool:
    """Whose people bring its member firms and requests in as a file, and take them away."""
    return chamber.pk in chamber_ids(user)


def can_found_cluster(user: "Reader") -> bool:
    """Firms and verified chambers lead clusters; their people found them."""
    return bool(company_ids(user) or chamber_ids(user))


def can_lead(user: "Reader", cluster: Cluster) -> bool:
    """The people of the organization that leads it, if a chamber then a verified one."""
    return cluster.lead_id in company_ids(user) | chamber_ids(user)


def can_offer_lead(user: "Reader", member: ClusterMember) -> bool:
    """Who leads a cluster hands it to another member, one question at a time."""
    is_other = member.status == ClusterMember.Status.ACTIVE and member.company_id != member.cluster.lead_id
    return is_other and member.cluster.lead_offered_to_id is None and can_lead(user, member.cluster)


def can_take_lead(user: "Reader", cluster: Cluster) -> bool:
    """The manager of the member that was asked."""
    return cluster.lead_offered_to is not None and is_manager_of(user, cluster.lead_offered_to)


def can_join(user: "Reader", cluster: Cluster) -> bool:
    """Being seen in a cluster is a decision of the firm's manager."""
    return any(is_manager_of(user, m.organization) for m in memberships(user) if m.organization_id in company_ids(user))


def can_answer_cluster_member(user: "Reader", member: ClusterMember) -> bool:
    """The side that was asked: the lead a company that wants to join, the firm's manager an invitation."""
    if member.status == ClusterMember.Status.ASKED:
        return can_lead(user, member.cluster)
    return member.status == ClusterMember.Status.INVITED and is_manager_of(user, member.company)


def can_end_cluster_member(user: "Reader", member: ClusterMember) -> bool:
    """Either side, at any time; the firm that leads the cluster stays."""
    standing = {ClusterMember.Status.ASKED, ClusterMember.Status.INVITED, ClusterMember.Status.ACTIVE}
    if member.status not in standing or member.company_id == member.cluster.lead_id:
        return False
    return can_lead(user, member.cluster) or is_manager_of(user, member.company)


def can_share(user: "Reader", request: PartnerRequest) -> bool:
    """The request's own side puts it under a cluster's roof, and takes it out again."""
    return request.status not in {Status.CLOSED, Status.EXPIRED} and answers_for(user, request)


def can_answer_link(user: "Reader", link: ClusterLink) -> bool:
    """The lead of the cluster that was asked."""
    return link.status == ClusterLink.Status.ASKED and can_lead(
        user, link.cluster if link.asked_by_wider else link.wider
    )


def can_end_link(user: "Reader", link: ClusterLink) -> bool:
    """Either lead, at any time."""
    standing = link.status in {ClusterLink.Status.ASKED, ClusterLink.Status.ACTIVE}
    return standing and (can_lead(user, link.cluster) or can_lead(user, link.wider))


def can_ask_mentor(user: "Reader", offer: PartnerRequest) -> bool:
    """Members of another firm, while the offer is open, and not both sides in one person."""
    is_offer = offer.type == PartnerRequest.Type.MENTORSHIP_OFFER and offer.is_open
    return is_offer and bool(company_ids(user)) and not answers_for(user, offer)


def can_keep_places(user: "Reader", offer: PartnerRequest) -> bool:
    """The mentor's side pauses and resumes, and says how many it takes on."""
    is_offer = offer.type == PartnerRequest.Type.MENTORSHIP_OFFER and offer.status == Status.PUBLISHED
    return is_offer and answers_for(user, offer)


def can_answer_mentorship(user: "Reader", mentorship: Mentorship) -> bool:
    return mentorship.status == Mentorship.Status.ASKED and answers_for(user, mentorship.offer)


def can_withdraw_mentorship(user: "Reader", mentorship: Mentorship) -> bool:
    return mentorship.status == Mentorship.Status.ASKED and mentorship.mentee_id in company_ids(user)


def can_end_mentorship(user: "Reader", mentorship: Mentorship) -> bool:
    """Either side, at any time."""
    is_hers = mentorship.mentee_id in company_ids(user) or answers_for(user, mentorship.offer)
    return mentorship.status == Mentorship.Status.ACTIVE and is_hers


def can_see_board(user: "Reader") -> bool:
    """Chambers keep a pipeline of their members' introductions."""
    return bool(chamber_ids(user))


def can_screen(user: "Reader") -> bool:
    """Administrators compare names with screening lists; nobody else knows of a likeness."""
    return user.is_authenticated and user.is_staff
