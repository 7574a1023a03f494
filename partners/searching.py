"""What of companies and of partner requests is encoded, so that texts in four languages can be compared by meaning."""

from django.db import models

from partners import conditions
from partners.models import CompanyMeaning, CompanyProfile, PartnerRequest, RequestMeaning
from partners.reading import wording
from portal.search import searched
from portal.search.searched import Passages

#: The parts of a text, one vector each. A part with nothing in it has none; without a split there is only the whole.
OFFERS, SEEKS, WHOLE, DENIES = range(4)
#: A text whose offers are a smaller share than this has been split badly: what it denies is counted among them.
_LEAST = 0.4


def declare() -> None:
    """Tell the search engine about both; called once, when the app is ready."""
    searched.declare(
        searched.Searched(
            model=CompanyProfile,
            meaning=CompanyMeaning,
            passages=passages_of_company,
            prepared=CompanyProfile.objects.only("language", "capabilities", "seeks", "text_digest").all,
            indexed="text_digest",
            facets="facets",
        )
    )
    searched.declare(
        searched.Searched(
            model=PartnerRequest,
            meaning=RequestMeaning,
            passages=passages_of_request,
            prepared=_requests,
            indexed="text_digest",
            facets="facets",
        )
    )


def _requests() -> models.QuerySet[PartnerRequest]:
    return PartnerRequest.objects.only("language", "title", "teaser", "description", "type", "text_digest").all()


def passages_of_company(profile: CompanyProfile) -> Passages:
    """What it offers, what it seeks, all it says, and what it says it does not do, in its own language."""
    read = conditions.read_company(profile.capabilities, profile.seeks, profile.language)
    whole = f"{profile.capabilities} {profile.seeks}".strip()
    offers, denies = read.offers, read.denies
    if len(offers) < _LEAST * len(offers + denies):
        offers, denies = f"{offers} {denies}".strip(), ""
    return {profile.language: [offers or whole, read.seeks, whole, denies]}


def passages_of_request(request: PartnerRequest) -> Passages:
    """The title with what it offers, the title with what it seeks, and all of it."""
    start = wording.OFFERS if request.is_offer else wording.SEEKS
    sides = conditions.side_of(request.description, request.language, start=start)
    whole = f"{request.title}. {request.description}"
    return {
        request.language: [
            f"{request.title}. {sides.offers}" if sides.offers else "",
            f"{request.title}. {sides.seeks}" if sides.seeks else "",
            whole,
        ]
    }
