"""How a request stands: which companies it suits, how high it ranks for them, and which of them are a chamber's own.

What the directory has is read from the stored matches, which the workers keep in step; while the page is made, what
they have not done yet is compared (docs/decisions/0021), and a chamber's own members, who need not be in the directory.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from partners import explaining, freshening, inviting, lacking, matching, scoring
from partners import reasons as words
from partners.explaining import Reason
from partners.models import (
    CandidateInvitation,
    CompanyProfile,
    Match,
    PartnerRequest,
)
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


@dataclass(frozen=True)
class Near:
    """A company beside a request: how well it suits, and its reasons as codes."""

    company_id: int
    score: float
    reasons: list[dict[str, Any]]


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


@dataclass
class Ranking:
    """Who suits a request, best first, ``everywhere`` in the directory and among a chamber's ``members``.

    ``invited``: whom the chamber itself invited, the latest first. Whom another one invited is that chamber's affair:
    it may be a member that no directory has.
    ``nobody``: where no company of the directory has all that is required, why, in the reader's language.
    """

    everywhere: list[Row]
    members: list[Row]
    invited: list["Answer"]
    nobody: list[str] = field(default_factory=list)


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
    """How the request ranks among all open ones, in the stored matches of the companies it suits; by their scores for
    others, which unnamed requests have no part in."""
    better = (
        Match.objects.filter(company=OuterRef("company"), shown_score__gt=OuterRef("shown_score"))
        .filter(request__in=PartnerRequest.objects.open())
        .order_by()
        .values("company")
        .annotate(number=Count("pk"))
        .values("number")
    )
    place = Coalesce(Subquery(better, output_field=IntegerField()), Value(0)) + 1
    fitting = Match.objects.filter(request=request, shown_score__gte=THRESHOLD).annotate(place=place)
    counts = fitting.aggregate(
        all=Count("pk"), best=Count("pk", filter=Q(place=1)), among_first=Count("pk", filter=Q(place__lte=FIRST))
    )
    return Standing(counts["all"], counts["best"], counts["among_first"])


def nearest(request: PartnerRequest, limit: int = lacking.LOOKED_AT) -> list[Near]:
    """The companies of the directory that come nearest, best first, without what their unnamed requests would tell:
    ``limit`` of them. As stored, or compared now where the request has changed since."""
    # Asked of the database: the object may be older.
    rows = PartnerRequest.objects.filter(pk=request.pk, match_is_due=False, read_of=F("text_digest"))
    of_before = Match.objects.filter(request=OuterRef("pk"), shown_score=None)
    if not rows.filter(~Exists(of_before)).exists():
        return _now(request, listed_only=True, limit=limit)
    listed = CompanyProfile.objects.listed().values("organization")
    stored = Match.objects.filter(request=request, company__in=listed).not_refused()
    found = stored.order_by("-shown_score", "company__profile").values_list("company", "shown_score", "reasons")
    return [Near(company, score, explaining.shown(why)) for company, score, why in found[:limit]]


def ranked(request: PartnerRequest, chamber: Organization) -> Ranking:
    """Who suits the request, as ``chamber`` may see and invite them: of the directory, where it answers for the
    request, and of its own member firms, also those that are not in the public directory; ``LIMIT`` of each."""
    near = nearest(request, LIMIT) if request.chamber_id == chamber.pk else []
    members = inviting.members_of(chamber)
    these = CompanyProfile.objects.filter(organization__in=members).values_list("pk", flat=True)
    everywhere, own = (_fitting(found) for found in (near, _now(request, these=these, limit=LIMIT)))
    shown = [*everywhere, *own]
    invitations = list(request.candidate_invitations.select_related("company__economy").order_by("-at"))
    answers = [invitation for invitation in invitations if invitation.chamber_id == chamber.pk]
    ids = {one.company_id for one in shown} | {invitation.company_id for invitation in answers}
    known = inviting.known(request, chamber, ids, members=members, invitations=invitations)
    rows = _rows(shown, known, members)
    ranking = Ranking(
        rows[: len(everywhere)],
        rows[len(everywhere) :],
        [Answer(one, one.company_id in known.interested, one.company_id in known.dismissed) for one in answers],
    )
    if near and all(row.misses_something for row in ranking.everywhere):
        near = nearest(request) if len(near) == LIMIT else near
        judged = [(one.score, [Reason.from_json(kept) for kept in one.reasons]) for one in near]
        ranking.nobody = lacking.lines(lacking.why_nobody(judged))
    return ranking


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
    and without what its own unnamed requests, which another chamber may have posted, would tell.

    As stored, or compared now where the firm is in no directory or has changed since.
    """
    profile = CompanyProfile.objects.filter(organization=company).first()
    if profile is None:
        return []
    is_read = profile.is_listed and not profile.match_is_due and profile.read_of == profile.text_digest
    opened = PartnerRequest.objects.open().filter(paused_at=None)
    stored = Match.objects.filter(company=company, request__in=opened)
    if is_read and not company.matches.filter(shown_score=None).exists():
        best = stored.not_refused().order_by("-shown_score", "request")
        found = best.values_list("request", "shown_score", "reasons")[:limit]
        rows = [(key, score, explaining.shown(why)) for key, score, why in found]
    else:
        freshening.freshen_company(profile)
        now = scoring.score(scoring.Asked(profile=profile.pk, limit=limit))
        rows = [(row.request_id, row.score, _as_json(row.found)) for row in now]
    requests = PartnerRequest.objects.for_rows().in_bulk([key for key, *_rest in rows])
    return [Opportunity(requests[key], score, why) for key, score, why in rows if score >= THRESHOLD]


def _now(request: PartnerRequest, *, limit: int, **among: Any) -> list[Near]:
    """Compared now: ``among`` as :class:`scoring.Asked` has it."""
    freshening.freshen(request)
    found = scoring.score(scoring.Asked(requests=[request.pk], limit=limit, **among))
    return [Near(row.company_id, row.score, _as_json(row.found)) for row in found]


def _fitting(near: list[Near]) -> list[Near]:
    return [one for one in near if one.score >= THRESHOLD][:LIMIT]


def _rows(found: Collection[Near], known: inviting.Known, members: Collection[int]) -> list[Row]:
    ids = {one.company_id for one in found}
    companies = Organization.objects.select_related("economy").prefetch_related(standing_vouches("")).in_bulk(ids)
    return [
        Row(
            company=companies[one.company_id],
            score=one.score,
            reasons=one.reasons,
            is_member=one.company_id in members,
            invited_at=known.invited.get(one.company_id),
            has_interest=one.company_id in known.interested,
            obstacle=known.obstacles.get(one.company_id, ""),
        )
        for one in found
    ]


def _as_json(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [reason.as_json() for reason in explaining.reasons_of(found)]
