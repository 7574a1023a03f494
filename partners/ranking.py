"""How a request stands: which companies it suits, how high it ranks for them, and which of them are a chamber's own.

Everything is read from the matching engine and its stored matches; nothing is computed for everybody on a page load.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from partners import explaining, freshening, inviting, lacking, matching, scoring
from partners import reasons as words
from partners.models import CandidateInvitation, CompanyProfile, Dismissal, Match, PartnerRequest
from partners.models.chambers import standing_vouches
from partners.weights import THRESHOLD
from portal.accounts.models import Organization

#: How many candidates a page shows.
LIMIT = 20
#: The places that people look at first.
FIRST = 5


@dataclass(frozen=True)
class Standing:
    """Of how many companies a request suits (``fitting``), for how many it is the best fit that is open today, and for
    how many among the first five."""

    fitting: int
    best: int
    among_first: int


@dataclass
class Row:
    """A candidate as a chamber sees it: who, how well and why, and what happened with it in this request."""

    company: Organization
    score: float
    reasons: list[dict[str, Any]]
    is_member: bool
    invited_at: datetime | None
    has_interest: bool
    obstacle: str
    #: The reasons written out, for the page.
    lines: list[words.Line] = field(default_factory=list)

    @property
    def why_not(self) -> str:
        """Why the company cannot be invited, in words; empty when it can, or when the row says it by other means."""
        shown_otherwise = {"", "already", "interested"}
        return "" if self.obstacle in shown_otherwise else str(inviting.OBSTACLES[self.obstacle])

    @property
    def may_invite(self) -> bool:
        return not self.obstacle

    @property
    def misses_something(self) -> bool:
        """Whether the company lacks what the request requires, near as it may come."""
        return any(one["outcome"] == explaining.NOT_MET and one["detail"].get("required") for one in self.reasons)


@dataclass(frozen=True)
class Answer:
    """What became of an invitation: interest, a no, or nothing yet."""

    invitation: CandidateInvitation
    has_interest: bool
    said_no: bool


@dataclass
class Opportunity:
    """A request that suits a company, how well and why."""

    request: PartnerRequest
    score: float
    reasons: list[dict[str, Any]]
    lines: list[words.Line] = field(default_factory=list)


def standing(request: PartnerRequest) -> Standing:
    """How the request ranks among all open ones, in the stored matches of the companies it suits."""
    better = (
        Match.objects.filter(company=OuterRef("company"), score__gt=OuterRef("score"))
        .filter(request__in=PartnerRequest.objects.open())
        .order_by()
        .values("company")
        .annotate(number=Count("pk"))
        .values("number")
    )
    place = Coalesce(Subquery(better, output_field=IntegerField()), Value(0)) + 1
    fitting = Match.objects.filter(request=request, score__gte=THRESHOLD).annotate(place=place)
    counts = fitting.aggregate(
        all=Count("pk"), best=Count("pk", filter=Q(place=1)), among_first=Count("pk", filter=Q(place__lte=FIRST))
    )
    return Standing(counts["all"], counts["best"], counts["among_first"])


def candidates(request: PartnerRequest, chamber: Organization, *, limit: int = LIMIT) -> list[Row]:
    """The companies in the directory that suit the request best, as ``chamber`` may see and invite them."""
    return _found(request, chamber, CompanyProfile.objects.listed(), limit)


def among_members(request: PartnerRequest, chamber: Organization, *, limit: int = LIMIT) -> list[Row]:
    """The chamber's own member firms that suit the request, also those that are not in the public directory."""
    members = CompanyProfile.objects.filter(organization__in=inviting.members_of(chamber))
    return _found(request, chamber, members, limit)


def invited(request: PartnerRequest, chamber: Organization) -> list[Answer]:
    """Whom the chamber itself invited, and what became of it, the latest first. Whom another chamber invited is that
    chamber's affair: it may be a member that no directory has."""
    rows = list(CandidateInvitation.objects.filter(request=request, chamber=chamber).select_related("company__economy"))
    ids = [row.company_id for row in rows]
    interested = set(inviting.interested(request).filter(company__in=ids).values_list("company", flat=True))
    no = set(_of(Dismissal, request, ids).values_list("company", flat=True))
    answers = [Answer(row, row.company_id in interested, row.company_id in no) for row in rows]
    return sorted(answers, key=lambda answer: answer.invitation.at, reverse=True)


def nobody_because(request: PartnerRequest) -> list[str]:
    """Why no company of the directory suits the request with all that it requires, the greatest obstacle first, in the
    reader's language; empty when one does."""
    return lacking.lines(lacking.why_nobody(request))


def reasons_of(request: PartnerRequest, company: Organization) -> list[dict[str, Any]]:
    """Why the company suits the request, as codes; without what its own unnamed requests would tell."""
    profiles = CompanyProfile.objects.filter(organization=company)
    return [
        reason
        for profile in matching.for_judging(profiles, only_named=True)
        for reason in matching.judge(request, profile).as_json()
    ]


def opportunities(company: Organization, *, limit: int = LIMIT) -> list[Opportunity]:
    """The open requests that suit a member firm best, for its chamber: also while it is not in the public directory,
    and without what its own unnamed requests, which another chamber may have posted, would tell."""
    profile = CompanyProfile.objects.filter(organization=company).first()
    if profile is None:
        return []
    freshening.freshen_company(profile)
    found = [row for row in scoring.score(scoring.Asked(profile=profile.pk, limit=limit)) if row.score >= THRESHOLD]
    requests = PartnerRequest.objects.for_rows().in_bulk([row.request_id for row in found])
    return [
        Opportunity(
            requests[row.request_id], row.score, [reason.as_json() for reason in explaining.reasons_of(row.found)]
        )
        for row in found
    ]


def _found(request: PartnerRequest, chamber: Organization, among: QuerySet[CompanyProfile], limit: int) -> list[Row]:
    best = matching.candidates_for(request, limit, among=among)
    fitting = [(one.company, one.score, one.as_json()) for one in best if one.score >= THRESHOLD]
    return _rows(request, chamber, fitting)


def _rows(
    request: PartnerRequest,
    chamber: Organization,
    found: Collection[tuple[Organization, float, list[dict[str, Any]]]],
) -> list[Row]:
    ids = [company.pk for company, *_rest in found]
    members = inviting.members_of(chamber)
    dates = dict(_of(CandidateInvitation, request, ids).values_list("company", "at"))
    interested = set(inviting.interested(request).filter(company__in=ids).values_list("company", flat=True))
    obstacles = inviting.obstacles(request, chamber, ids)
    prefetch_related_objects([company for company, *_rest in found], standing_vouches(""))
    return [
        Row(
            company=company,
            score=score,
            reasons=reasons,
            is_member=company.pk in members,
            invited_at=dates.get(company.pk),
            has_interest=company.pk in interested,
            obstacle=obstacles.get(company.pk, ""),
        )
        for company, score, reasons in found
    ]


def _of(model: type[Model], request: PartnerRequest, companies: Collection[int]) -> QuerySet[Any]:
    return model._default_manager.filter(request=request, company__in=companies)
