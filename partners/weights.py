"""How much each criterion of a match weighs: the one table that all of matching reads.

After a change ``manage.py rematch`` has what is stored by other weights stored anew.
"""

from types import MappingProxyType

from partners.models import PartnerRequest

Type = PartnerRequest.Type

#: The points each criterion can give; they sum to 1.
WEIGHTS = MappingProxyType(
    {
        "meaning": 0.40,  # the two texts are about the same
        "deal": 0.20,  # what one side seeks is what the other offers
        "sector": 0.12,
        "hs": 0.08,
        "economy": 0.09,  # the company is, or sells, where partners are sought
        "role": 0.03,  # a distributor is sought, and it is one
        "language": 0.02,
        "complement": 0.02,  # the kinds of request answer each other
        "back": 0.01,  # the company serves the market the request comes from
        "words": 0.02,
        "deadline": 0.01,
    }
)
#: The points that are taken off, at most.
PENALTIES = MappingProxyType(
    {
        "wrong_side": 0.30,  # both offer the same, or both seek it
        "denied": 0.10,  # the company says it does not do what is sought
        "role": 0.10,
        "refused": 0.25,  # its text says no to the other's economy; what it declares is a hard no
        "tired": 0.12,  # "not for me", for the same reason before
        "certification": 0.22,
        "language": 0.18,
        "size": 0.18,
        "capacity": 0.20,
        "ownership": 0.10,
        "market": 0.15,
        "excluded": 0.35,
    }
)
#: Of a condition's penalty, when nobody knows whether the company meets it; when it is only preferred; and when
#: nobody has confirmed what was read from the text.
UNKNOWN, PREFERRED, UNCONFIRMED = 0.35, 0.3, 0.8
#: A sibling sector, the same HS chapter or serving a market gives this part of the full points.
PARTLY = 0.5
#: Texts as near as this (cosine) have no points for closeness, and those as near as that have all.
NOTHING, EVERYTHING = 0.25, 0.7
#: From here on a company is told of a request.
THRESHOLD = 0.42
#: What answers what. Investment is answered by capital, which no request type offers.
COMPLEMENTS = MappingProxyType(
    {
        Type.BUSINESS_OFFER: {Type.BUSINESS_REQUEST, Type.PROCUREMENT},
        Type.BUSINESS_REQUEST: {Type.BUSINESS_OFFER},
        Type.TECHNOLOGY_OFFER: {Type.TECHNOLOGY_REQUEST, Type.RD_REQUEST, Type.PROCUREMENT},
        Type.TECHNOLOGY_REQUEST: {Type.TECHNOLOGY_OFFER},
        Type.RD_REQUEST: {Type.RD_REQUEST, Type.TECHNOLOGY_OFFER},
        Type.INVESTMENT: set(),
        Type.PROCUREMENT: {Type.BUSINESS_OFFER, Type.TECHNOLOGY_OFFER},
        Type.MENTORSHIP_OFFER: {Type.MENTORSHIP_REQUEST},
        Type.MENTORSHIP_REQUEST: {Type.MENTORSHIP_OFFER},
    }
)
