"""Which readers share the kept page of a request or a story, and what of it is a reader's own.

The page of a request is made once for everybody (portal/memberpages.py). How a firm fits and its form for an interest
stand in two holes, filled for each reader. Who has more to do with the request than that, gets a page made for her.
"""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string

from partners import limiting, matching, permissions
from partners.interest_forms import InterestForm, free_places
from partners.models import CompanyProfile, PartnerRequest
from portal.accounts.permissions import chamber_ids, company_ids
from portal.memberpages import hole, is_in_general

HEAD, MAIN = "request-head", "request-main"


def reads_like_others(_user: Any) -> frozenset[int]:
    """Nothing of anybody's stands on the page, whoever reads it."""
    return frozenset()


def reads_shared_pages(user: Any) -> frozenset[int] | None:
    """Nothing of hers stands on a request's page outside its parts; who acts for a chamber gets her own page."""
    return None if chamber_ids(user) else frozenset()


def holes(request: HttpRequest, found: PartnerRequest) -> dict[str, str]:
    """Where the parts of a reader stand on a page that is made for nobody in particular."""
    return {"head": hole(HEAD), "main": hole(MAIN)} if is_in_general(request) and found.is_open else {}


def own_parts(request: HttpRequest, slug: str) -> dict[str, str] | None:
    """What stands in the holes of a request's page for this reader; None when more of it is hers."""
    if not company_ids(request.user):
        return {HEAD: "", MAIN: ""}
    found = get_object_or_404(PartnerRequest.objects.visible_to(request.user), slug=slug)  # type: ignore[attr-defined]
    if _is_hers(request.user, found):
        return None
    context = {"found": found, **for_firms(request.user, found)}
    return {
        HEAD: render_to_string("partners/request_own_head.html", context, request=request),
        MAIN: render_to_string("partners/request_own_main.html", context, request=request),
    }


def for_firms(user: Any, found: PartnerRequest) -> dict[str, object]:
    """How each of the reader's companies fits the request, listed or not, and her form for an interest in it."""
    free = free_places(user, found) if permissions.can_express(user, found) else {}
    form = InterestForm(places=free) if free else None
    profiles: list[CompanyProfile] = []
    if company_ids(user) and not permissions.answers_for(user, found):
        profiles = list(matching.for_judging(CompanyProfile.objects.of(user).order_by("pk")))  # type: ignore[attr-defined]
    return {
        "comparisons": [matching.judge(found, profile) for profile in profiles],
        "interest_form": form,
        "rooms": [(company, limiting.room_of(company)) for company in form.own_companies] if form else (),
    }


def _is_hers(user: Any, found: PartnerRequest) -> bool:
    """Whether the page says more to her than to other firms: of her own request or interest, of a mentor's places, or
    of the cluster she may be in."""
    if not found.is_open or found.type == PartnerRequest.Type.MENTORSHIP_OFFER or found.cluster_id:
        return True
    return permissions.answers_for(user, found) or found.interests.visible_to(user).exists()
