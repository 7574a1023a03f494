"""What partnering is about: firms and their profiles, requests, expressions of interest, introductions."""

from partners.models.interests import Disclosure, ExpressionOfInterest, Introduction
from partners.models.profiles import ChamberMember, CompanyProfile, Ownership, Size
from partners.models.requests import Match, PartnerRequest

__all__ = [
    "ChamberMember",
    "CompanyProfile",
    "Disclosure",
    "ExpressionOfInterest",
    "Introduction",
    "Match",
    "Ownership",
    "PartnerRequest",
    "Size",
]
