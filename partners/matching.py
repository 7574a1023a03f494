"""Which companies suit a request, which requests suit a company, and why.

A match is a sum of declared criteria and of how near the texts are, each with its outcome and its points, kept as codes
so that a firm in Taichung and one in Monterrey read the same reasons (partners/reasons.py writes them out). What each
weighs is in partners/weights.py; one SQL statement finds and scores the pairs (partners/scoring.py).

Companies that take part: those in the public directory, samples too, and whoever has written what it does. Matches are
stored and mailed only of the listed; who shows candidates to people passes ``among`` with the profiles they may see.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, QuerySet, Value
from django.utils import timezone

from partners import explaining, freshening, scoring
from partners.explaining import Reason
from partners.models import CompanyProfile, Match, PartnerRequest
from partners.scoring import Asked, Scored
from partners.weights import COMPLEMENTS, THRESHOLD, WEIGHTS
from portal.accounts.models import Organization

__all__ = ["COMPLEMENTS", "THRESHOLD", "WEIGHTS", "Candidate", "Judgement", "Opportunity", "Reason"]

#: Companies stored per request, and requests per company: the best.
MOST_STORED = 200


@dataclass(frozen=True)
class Judgement:
    """How well one company suits one request: ``score`` from 0 to 1 and its reasons."""

    company: Organization
    request: PartnerRequest
    score: float
    reasons: list[Reason]

    @property
    def is_told(self) -> bool:
        """Whether the company hears of the request."""
        return self.score >= THRESHOLD

    def as_json(self) -> list[dict[str, Any]]:
        return [reason.as_json() for reason in self.reasons]


class Candidate(Judgement):
    """A company for a request."""


class Opportunity(Judgement):
    """A request for a company."""


def candidates_for(
    request: PartnerRequest,
    limit: int = 20,
    *,
    among: QuerySet[CompanyProfile] | None = None,
    these: Collection[int] | None = None,
    ways: frozenset[str] = scoring.ALL,
) -> list[Candidate]:
    """The companies that suit ``request``, the best first; none for one that is closed or expired.

    ``among``: the profiles to choose from, for readers from outside ``CompanyProfile.objects.visible_to(user)``;
    ``these``: their keys, in less time.
    Reads and encodes first what is out of date (partners/freshening.py). Leaves out for good: its own company, who
    declined or dismissed it, economies that either side excludes, and for mentors wanted those who have paused.
    """
    freshening.freshen(request)
    found = scoring.score(Asked(requests=[request.pk], among=among, these=these, limit=limit, ways=ways))
    companies = Organization.objects.select_related("economy").in_bulk([row.company_id for row in found])
    return [Candidate(companies[row.company_id], request, row.score, explaining.reasons_of(row.found)) for row in found]


def opportunities_for(company: Organization, limit: int = 20) -> list[Opportunity]:
    """The open requests that suit ``company``, the best first; the same scores as from the other side.

    For the company's own people: its own requests count, also those that hide their company.
    """
    profile = CompanyProfile.objects.filter(organization=company).first()
    if profile is None:
        return []
    freshening.freshen_company(profile)
    found = scoring.score(Asked(profile=profile.pk, named_only=False, limit=limit))
    rows = PartnerRequest.objects.for_rows()  # type: ignore[attr-defined]
    requests = rows.in_bulk([row.request_id for row in found])
    return [
        Opportunity(company, requests[row.request_id], row.score, explaining.reasons_of(row.found)) for row in found
    ]


def for_judging(profiles: QuerySet[CompanyProfile], *, only_named: bool = False) -> QuerySet[CompanyProfile]:
    """Profiles for :func:`judge`.

    ``only_named`` looks at no request that hides its company: for a reader who is not of the company, the reasons
    would otherwise say whose it is.
    """
    named = Value(only_named, output_field=BooleanField())
    return profiles.select_related("organization__economy").annotate(only_named=named)


def for_comparing(requests: QuerySet[PartnerRequest]) -> QuerySet[PartnerRequest]:
    """Requests with what their readers are shown beside a judgement."""
    return requests.select_related("company__profile").prefetch_related("sectors", "target_economies")


def judge(request: PartnerRequest, profile: CompanyProfile) -> Judgement:
    """Compare one company with one request, criterion by criterion, whatever their state.

    ``profile`` comes from :func:`for_judging`.
    """
    freshening.read_requests(list(freshening.unread_requests().filter(pk=request.pk)))
    freshening.read_companies(list(freshening.unread_companies().filter(pk=profile.pk)))
    named_only = bool(getattr(profile, "only_named", True))
    (row,) = scoring.score(
        Asked(requests=[request.pk], these=[profile.pk], named_only=named_only, as_given=True, limit=1)
    )
    return Judgement(profile.organization, request, row.score, explaining.reasons_of(row.found))


def refresh(request: PartnerRequest) -> list[Judgement]:
    """Store the matches of one open request anew; return them, best first. At the same time as others, too."""
    freshening.freshen(request)
    with transaction.atomic():
        # First of all: who changes it from here on waits, and has it done once more.
        PartnerRequest.objects.filter(pk=request.pk).update(match_is_due=False)
        found = _stored_for(request)
    companies = Organization.objects.in_bulk([row.company_id for row in found])
    return [Judgement(companies[row.company_id], request, row.score, explaining.reasons_of(row.found)) for row in found]


def _stored_for(request: PartnerRequest) -> list[Scored]:
    found = scoring.score(Asked(requests=[request.pk], named_only=False, listed_only=True, limit=MOST_STORED))
    _store(found)
    Match.objects.filter(request=request).exclude(company__in=[row.company_id for row in found]).delete()
    return found


def refresh_company(company: Organization) -> None:
    """Store the matches of one company with the open requests anew. At the same time as others, too."""
    profile = CompanyProfile.objects.filter(organization=company).first()
    if profile is not None and profile.is_listed:
        # Before its row is held: what it reads of requests may wait for one whose matches wait for this company.
        freshening.freshen_company(profile)
    with transaction.atomic():
        CompanyProfile.objects.filter(organization=company).update(match_is_due=False)
        _store_of(company)


def _store_of(company: Organization) -> None:
    profile = CompanyProfile.objects.filter(organization=company).first()
    found: list[Scored] = []
    if profile is not None and profile.is_listed:
        found = scoring.score(Asked(profile=profile.pk, named_only=False, listed_only=True, limit=MOST_STORED))
    _store(found)
    Match.objects.filter(company=company).exclude(request__in=[row.request_id for row in found]).delete()


def company_changed(company: Organization) -> None:
    """Have the workers read the company again and bring its matches up to date, once the transaction is through."""
    _is_due(company, read_of="changed")


def own_requests_changed(*companies: Organization) -> None:
    """The same without reading: what a company has open is part of how it answers others. Each once and in one order:
    two that mark the same companies wait for each other."""
    for company in sorted(set(companies), key=lambda company: company.pk):
        _is_due(company)


def own_profile_changed(company: Organization) -> None:
    """What a company speaks and excludes is part of what its open requests ask. Called by the workers before they store
    its own matches, outside of any transaction: whoever publishes a request holds it while she marks its company."""
    PartnerRequest.objects.open().filter(company=company).update(match_is_due=True)  # type: ignore[attr-defined]


def _is_due(company: Organization, **changes: str) -> None:
    from partners import tasks  # noqa: PLC0415 -- tasks import this module

    CompanyProfile.objects.filter(organization=company).update(match_is_due=True, **changes)
    transaction.on_commit(partial(tasks.ask, tasks.refresh_company, company.pk))


def refresh_due(limit: int = 100) -> bool:
    """Read up to ``limit`` companies and requests that nobody has read yet, and store the matches of as many that
    changed since theirs were stored; return whether there may be more.

    Raises an ``ExceptionGroup`` of what failed, once all others are stored.
    """
    unread_requests = list(freshening.unread_requests()[:limit])
    freshening.read_requests(unread_requests)
    unread_companies = list(freshening.unread_companies()[:limit])
    freshening.read_companies(unread_companies)
    due = Organization.objects.filter(profile__match_is_due=True).order_by("profile")
    companies = list(due[:limit])
    failed: list[Exception] = []
    for company in companies:
        with _noting(failed):
            own_profile_changed(company)
            refresh_company(company)
    requests = list(PartnerRequest.objects.open().filter(match_is_due=True).order_by("pk")[:limit])  # type: ignore[attr-defined]
    for request in requests:
        with _noting(failed):
            refresh(request)
    if failed:
        raise ExceptionGroup("Matches that could not be stored.", failed)
    return limit in {len(unread_requests), len(unread_companies), len(requests), len(companies)}


@contextmanager
def _noting(failed: list[Exception]) -> Iterator[None]:
    """One that fails, each time anew, does not hold up those behind it; whoever sweeps raises it in the end."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- the sweep raises it in the end
        failed.append(error)


def _store(found: list[Scored]) -> None:
    now = timezone.now()
    # In one order everywhere: two refreshes that meet wait for each other instead of locking each other out.
    ordered = sorted(found, key=lambda row: (row.request_id, row.company_id))
    Match.objects.bulk_create(
        [
            Match(
                request_id=row.request_id,
                company_id=row.company_id,
                score=row.score,
                reasons=[reason.as_json() for reason in explaining.reasons_of(row.found)],
                computed_at=now,
            )
            for row in ordered
        ],
        update_conflicts=True,
        unique_fields=["request", "company"],
        update_fields=["score", "reasons", "computed_at"],
        batch_size=500,
    )
