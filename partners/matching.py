"""Which companies suit a request, and why.

A match is a sum of declared criteria, each with its outcome and its points, kept as codes so that a
firm in Taichung and one in Monterrey read the same reasons (partners/reasons.py writes them out).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from partners.codes import chapters
from partners.models import CompanyProfile, Match, PartnerRequest
from portal.accounts.models import Organization
from portal.reference.models import Sector

Type = PartnerRequest.Type

#: The points each criterion can give; they sum to 1.
WEIGHTS = {"sector": 0.30, "hs": 0.25, "complement": 0.20, "economy": 0.15, "language": 0.10}
#: A sibling sector, the same HS chapter or serving a market gives this part of the full points.
PARTLY = 0.5
#: From here on a company is told of a request, if at least its sector or its products fit.
THRESHOLD = 0.5
#: Companies scored, and stored, per request: the nearest by sector and HS code.
MOST_CANDIDATES = 2000
#: Digits of an HS heading.
HEADING = 4
#: What answers what. Investment is answered by capital, which no request type offers.
COMPLEMENTS = {
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


@dataclass(frozen=True)
class Reason:
    """One criterion: ``met``, ``not_met`` or ``unknown``, its points, and codes that say what was compared."""

    criterion: str
    outcome: str
    points: float = 0.0
    detail: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "criterion": self.criterion,
            "outcome": self.outcome,
            "points": round(self.points, 3),
            "detail": self.detail or {},
        }


@dataclass(frozen=True)
class Judgement:
    """How well one company suits one request: ``score`` from 0 to 1 and its reasons."""

    company: Organization
    score: float
    reasons: list[Reason]

    @property
    def is_told(self) -> bool:
        """Whether the company hears of the request: enough points, and the trade or the goods fit."""
        fits = any(r.criterion in {"sector", "hs"} and r.outcome == "met" for r in self.reasons)
        return fits and self.score >= THRESHOLD

    def as_json(self) -> list[dict[str, Any]]:
        return [reason.as_json() for reason in self.reasons]


def matches_for(request: PartnerRequest) -> list[Judgement]:
    """Judge every listed company the request may suit, best first; equal scores in a stable order.

    Candidates come from one SQL query: in or serving a target economy, and with a sector of the same
    family or an HS code of the same chapter. Never the request's own company.
    """
    judgements = [judge(request, profile) for profile in candidates(request)]
    return sorted(judgements, key=lambda judgement: (-judgement.score, judgement.company.pk))


def candidates(request: PartnerRequest) -> QuerySet[CompanyProfile]:
    """The profiles worth scoring, the nearest first, at most ``MOST_CANDIDATES``."""
    sectors = list(request.sectors.all())
    targets = [economy.pk for economy in request.target_economies.all()]
    through = CompanyProfile.sectors.through.objects.filter(companyprofile=OuterRef("pk"))
    same = through.filter(sector__in=[sector.pk for sector in sectors])
    family = through.filter(sector__in=_family(sectors))
    goods = Q(hs_chapters__overlap=request.hs_chapters)
    near = Q(Exists(family)) | goods
    found = CompanyProfile.objects.listed().exclude(organization=request.company_id).filter(near)
    if targets:
        found = found.filter(Q(organization__economy__in=targets) | Q(markets__overlap=targets))
    nearness = Case(When(Exists(same), then=Value(2)), default=Value(0)) + Case(
        When(goods, then=Value(1)), default=Value(0)
    )
    nearest = found.annotate(nearness=nearness).order_by("-nearness", "pk")
    return for_judging(nearest)[:MOST_CANDIDATES]


def for_judging(profiles: QuerySet[CompanyProfile], *, only_named: bool = False) -> QuerySet[CompanyProfile]:
    """Profiles with all that :func:`judge` reads, in a fixed number of queries.

    ``only_named`` looks at no request that hides its company: for a reader who is not of the company, the reasons
    would otherwise say whose it is.
    """
    own = PartnerRequest.objects.open().filter(company=OuterRef("organization"))
    if only_named:
        own = own.filter(shows_company=True)
    return (
        profiles.select_related("organization__economy")
        .prefetch_related("sectors")
        .annotate(own_types=ArraySubquery(own.values("type").distinct()))
    )


def judge(request: PartnerRequest, profile: CompanyProfile) -> Judgement:
    """Compare one company with one request, criterion by criterion.

    ``profile`` comes from :func:`for_judging`.
    """
    reasons = [
        _sector(request, profile),
        _hs(request.hs_codes, profile.hs_codes),
        _complement(request.type, profile.wanted_types, profile.own_types),  # type: ignore[attr-defined]
        _economy(request, profile),
        _language(request, profile),
    ]
    score = round(min(1.0, sum(reason.points for reason in reasons)), 4)
    return Judgement(profile.organization, score, reasons)


@transaction.atomic
def refresh(request: PartnerRequest) -> list[Judgement]:
    """Store the matches of one open request anew; return them, best first."""
    judgements = matches_for(request)
    _store([(request.pk, judgement) for judgement in judgements])
    kept = [judgement.company.pk for judgement in judgements]
    Match.objects.filter(request=request).exclude(company__in=kept).delete()
    return judgements


@transaction.atomic
def refresh_company(company: Organization) -> None:
    """Store the matches of one company with the open requests anew, after its profile changed."""
    profile = for_judging(CompanyProfile.objects.filter(organization=company)).get()
    found = []
    if profile.is_listed:
        found = [(request.pk, judge(request, profile)) for request in opportunities(profile)]
    _store(found)
    Match.objects.filter(company=company).exclude(request__in=[pk for pk, _judgement in found]).delete()


def opportunities(profile: CompanyProfile) -> QuerySet[PartnerRequest]:
    """The open requests that may suit a company: :func:`candidates` seen from the other side."""
    through = PartnerRequest.sectors.through.objects.filter(partnerrequest=OuterRef("pk"))
    family = through.filter(sector__in=_family(profile.sectors.all()))
    aims = PartnerRequest.target_economies.through.objects.filter(  # type: ignore[attr-defined]
        partnerrequest=OuterRef("pk")
    )
    here = aims.filter(economy__in=[profile.organization.economy_id, *profile.markets])
    found = (
        PartnerRequest.objects.open()
        .exclude(company=profile.organization_id)
        .filter(Q(Exists(family)) | Q(hs_chapters__overlap=profile.hs_chapters))
        .filter(Q(Exists(here)) | ~Q(Exists(aims)))
    )
    return for_comparing(found).order_by("-published_at", "-pk")[:MOST_CANDIDATES]


def for_comparing(requests: QuerySet[PartnerRequest]) -> QuerySet[PartnerRequest]:
    """Requests with all that :func:`judge` reads of them."""
    return requests.select_related("company__profile").prefetch_related("sectors", "target_economies")


def _sector(request: PartnerRequest, profile: CompanyProfile) -> Reason:
    wanted = {sector.slug: _root(sector) for sector in request.sectors.all()}
    own = {sector.slug: _root(sector) for sector in profile.sectors.all()}
    if not wanted or not own:
        return Reason("sector", "unknown")
    if same := sorted(wanted.keys() & own.keys()):
        return Reason("sector", "met", WEIGHTS["sector"], {"how": "same", "sectors": same})
    roots = set(wanted.values())
    if near := sorted(slug for slug, root in own.items() if root in roots):
        return Reason("sector", "met", WEIGHTS["sector"] * PARTLY, {"how": "near", "sectors": near})
    return Reason("sector", "not_met", detail={"sectors": sorted(wanted)})


def _hs(wanted: Iterable[str], own: Iterable[str]) -> Reason:
    if not wanted or not own:
        return Reason("hs", "unknown")
    if same := sorted(_headings(wanted) & _headings(own)):
        return Reason("hs", "met", WEIGHTS["hs"], {"how": "heading", "codes": same})
    if near := sorted(set(chapters(wanted)) & set(chapters(own))):
        return Reason("hs", "met", WEIGHTS["hs"] * PARTLY, {"how": "chapter", "codes": near})
    return Reason("hs", "not_met", detail={"codes": chapters(wanted)})


def _complement(kind: str, wanted_types: Iterable[str], own_types: Iterable[str]) -> Reason:
    """Do the two want opposite things? The company's own open requests say it best, then its own word."""
    if answering := sorted(COMPLEMENTS[Type(kind)] & set(own_types)):
        return Reason("complement", "met", WEIGHTS["complement"], {"how": "own_request", "types": answering})
    if kind in wanted_types:
        return Reason("complement", "met", WEIGHTS["complement"], {"how": "wanted", "types": [kind]})
    if wanted_types:
        return Reason("complement", "not_met", detail={"how": "wanted", "types": [kind]})
    if kind in own_types:
        return Reason("complement", "not_met", detail={"how": "same_side", "types": [kind]})
    return Reason("complement", "unknown")


def _economy(request: PartnerRequest, profile: CompanyProfile) -> Reason:
    targets = {economy.pk for economy in request.target_economies.all()}
    if not targets:
        return Reason("economy", "unknown")
    if profile.organization.economy_id in targets:
        detail = {"how": "based", "economies": [profile.organization.economy_id]}
        return Reason("economy", "met", WEIGHTS["economy"], detail)
    if served := sorted(targets & set(profile.markets)):
        return Reason("economy", "met", WEIGHTS["economy"] * PARTLY, {"how": "serves", "economies": served})
    return Reason("economy", "not_met", detail={"economies": sorted(targets)})


def _language(request: PartnerRequest, profile: CompanyProfile) -> Reason:
    theirs = {request.language}
    if hasattr(request.company, "profile"):
        theirs.update(request.company.profile.languages)
    common = sorted(theirs & {profile.language, *profile.languages})
    if common:
        return Reason("language", "met", WEIGHTS["language"], {"languages": common})
    if profile.languages:
        return Reason("language", "not_met", detail={"languages": sorted(theirs)})
    return Reason("language", "unknown")


def _headings(hs_codes: Iterable[str]) -> set[str]:
    """The four-digit headings; a shorter code names none."""
    return {code[:HEADING] for code in hs_codes if len(code) >= HEADING}


def _root(sector: Sector) -> int:
    return sector.parent_id or sector.pk


def _family(sectors: Iterable[Sector]) -> QuerySet[Sector]:
    """The wider sectors of these, with everything under them."""
    roots = {_root(sector) for sector in sectors}
    return Sector.objects.filter(Q(pk__in=roots) | Q(parent__in=roots)).order_by()


def _store(found: Iterable[tuple[int, Judgement]]) -> None:
    now = timezone.now()
    # In one order everywhere: two refreshes that meet wait for each other instead of locking each other out.
    found = sorted(found, key=lambda pair: (pair[0], pair[1].company.pk))
    Match.objects.bulk_create(
        [
            Match(
                request_id=request_id,
                company=judgement.company,
                score=judgement.score,
                reasons=judgement.as_json(),
                computed_at=now,
            )
            for request_id, judgement in found
        ],
        update_conflicts=True,
        unique_fields=["request", "company"],
        update_fields=["score", "reasons", "computed_at"],
        batch_size=500,
    )
