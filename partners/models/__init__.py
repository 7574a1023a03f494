"""What partnering is about: firms and their profiles, requests, matches, interests, introductions and what came of
them, and what chambers and clusters do around them."""

from partners.models.chambers import FirmImport, Referral, Vouch
from partners.models.clusters import Cluster, ClusterLink, ClusterMember, Mentorship
from partners.models.disclosures import Consent, ContactView, Disclosure
from partners.models.interests import ExpressionOfInterest, Introduction, Rung, Side
from partners.models.matching import (
    CandidateInvitation,
    Capacity,
    CompanyMeaning,
    Dismissal,
    Match,
    RequestMeaning,
)
from partners.models.meetings import FollowUp, OutcomeReport, PartnerMeeting, SlotProposal, Stage, SuccessStory
from partners.models.profiles import ChamberMember, CompanyProfile, Ownership, Size
from partners.models.readings import ProfileReading, RequestReading
from partners.models.requests import Condition, PartnerRequest, RequestAttachment, TextConfirmation
from partners.models.screening import DeniedName, DeniedParty, OwnName, ScreeningFlag, ScreeningList

__all__ = [
    "CandidateInvitation",
    "Capacity",
    "ChamberMember",
    "Cluster",
    "ClusterLink",
    "ClusterMember",
    "CompanyMeaning",
    "CompanyProfile",
    "Condition",
    "Consent",
    "ContactView",
    "DeniedName",
    "DeniedParty",
    "Disclosure",
    "Dismissal",
    "ExpressionOfInterest",
    "FirmImport",
    "FollowUp",
    "Introduction",
    "Match",
    "Mentorship",
    "OutcomeReport",
    "OwnName",
    "Ownership",
    "PartnerMeeting",
    "PartnerRequest",
    "ProfileReading",
    "Referral",
    "RequestAttachment",
    "RequestMeaning",
    "RequestReading",
    "Rung",
    "ScreeningFlag",
    "ScreeningList",
    "Side",
    "Size",
    "SlotProposal",
    "Stage",
    "SuccessStory",
    "TextConfirmation",
    "Vouch",
]
