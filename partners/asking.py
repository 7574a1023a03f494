"""Whom a reader of a request can ask about doing business across this border."""

from partners.models import PartnerRequest
from portal.focal import asking
from portal.focal.models import FocalPoint

Type = PartnerRequest.Type

#: What people ask an office about a request of each type: slugs of topics.
TOPICS = {
    Type.INVESTMENT: ("foreign-investment", "business-registration"),
    Type.PROCUREMENT: ("government-procurement",),
    Type.MENTORSHIP_OFFER: ("training-mentorship",),
    Type.MENTORSHIP_REQUEST: ("training-mentorship",),
    Type.TECHNOLOGY_OFFER: ("intellectual-property", "competitiveness"),
    Type.TECHNOLOGY_REQUEST: ("intellectual-property", "competitiveness"),
    Type.RD_REQUEST: ("competitiveness", "intellectual-property"),
}
TRADE = ("trade-promotion", "customs-procedures")


def offices_for(found: PartnerRequest) -> list[FocalPoint]:
    """The offices to ask in the firm's economy and in those it aims at, at most three; never says which firm it is."""
    own, aims = found.company.economy_id, found.target_economies.all()
    economies = [code for code in (own, *(economy.pk for economy in aims)) if code]
    return asking.who_answers(economies=economies, topics=TOPICS.get(Type(found.type), TRADE))
