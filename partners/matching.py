"""Which companies suit a request, which requests suit a company, and why.

A match is a sum of declared criteria and of how near the texts are, each with its outcome and its points, kept as codes
so that a firm in Taichung and one in Monterrey read the same reasons (partners/reasons.py writes them out). What each
weighs is in partners/weights.py; one SQL statement finds and scores the pairs (partners/scoring.py).

Companies that take part: those in the public directory, samples too, and whoever has written what it does. Matches are
stored and mailed only of the listed; who shows candidates to people passes ``among`` with the profiles they may see.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import BooleanField, Q, QuerySet, Value
from django.utils import timezone

from partners import explaining, freshening, scoring
from partners.explaining import Reason
from partners.models import CompanyProfile, Match, PartnerRequest
from partners.scoring import Asked, Scored
from partners.weights import THRESHOLD
from portal.accounts.models import Organization

#: Each request keeps so many companies, and each company so many requests: its best.
MOST_STORED = 200
#: So many may fail before a sweep leaves the rest to the next: then it is not they that are broken.
MOST_FAILED = 1_000


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
    ways: frozenset[str] = scoring.ALL,
) -> list[Candidate]:
    """The companies that suit ``request``, the best first; none for one that is closed or expired.

    ``among``: the profiles to choose from, for readers from outside ``CompanyProfile.objects.visible_to(user)``.
    Reads and encodes first what is out of date (partners/freshening.py). Leaves out for good: its own company, who
    declined or dismissed it, economies that either side excludes, and for mentors wanted those who have paused.
    """
    freshening.freshen(request)
    found = scoring.score(Asked(requests=[request.pk], among=among, limit=limit, ways=ways))
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


def refresh(request: PartnerRequest, *, only_if_due: bool = False) -> list[Judgement]:
    """Store the matches of one request anew, none of one that is over; return them, best first. At the same time as
    others, too.

    ``only_if_due``: nothing where another has done it meanwhile or is at it; should that one fail, it stays due.
    """
    freshening.freshen(request)
    with transaction.atomic():
        if not _is_ours(PartnerRequest.objects.filter(pk=request.pk), only_if_due):
            return []
        found = _stored_for(request)
    companies = Organization.objects.in_bulk([row.company_id for row in found])
    return [Judgement(companies[row.company_id], request, row.score, explaining.reasons_of(row.found)) for row in found]


def _stored_for(request: PartnerRequest) -> list[Scored]:
    best = scoring.score(_asked(requests=[request.pk]))
    there = Match.objects.filter(request=request)
    held = there.filter(is_best_of_company=True).exclude(company__in=[row.company_id for row in best])
    profiles = dict(held.values_list("pk", "company__profile"))
    # A company may have no profile any more.
    others = _compared(set(profiles.values()) - {None}, lambda some: _asked(requests=[request.pk], these=some))
    _store(best, others, "is_best_of_request")
    possible = {row.profile_id for row in others}
    only_here = Q(is_best_of_company=False) & ~Q(company__in=[row.company_id for row in best])
    there.filter(only_here | Q(pk__in=[pk for pk, profile in profiles.items() if profile not in possible])).delete()
    return best


def _is_ours(row: QuerySet, only_if_due: bool) -> bool:
    """First of all: who changes it from here on waits, and has it done once more."""
    if only_if_due:
        due = row.filter(match_is_due=True).select_for_update(skip_locked=True, no_key=True, of=("self",))
        if due.values_list("pk").first() is None:
            return False
    row.update(match_is_due=False)
    return True


def bring_up_company(company: Organization) -> None:
    """What the workers do of a company that changed, unless another of them has done it or is about to."""
    if CompanyProfile.objects.filter(organization=company, match_is_due=True).exists():
        own_profile_changed(company)
        refresh_company(company, only_if_due=True)


def refresh_company(company: Organization, *, only_if_due: bool = False) -> None:
    """Store the matches of one company with the open requests anew. At the same time as others, too."""
    profile = CompanyProfile.objects.filter(organization=company).first()
    if profile is not None and profile.is_listed:
        # Before its row is held: what it reads of requests may wait for one whose matches wait for this company.
        freshening.freshen_company(profile)
    with transaction.atomic():
        if _is_ours(CompanyProfile.objects.filter(organization=company), only_if_due):
            _store_of(company)


def _store_of(company: Organization) -> None:
    there = Match.objects.filter(company=company)
    profile = CompanyProfile.objects.filter(organization=company).first()
    if profile is None or not profile.is_listed:
        there.delete()
        return
    best = scoring.score(_asked(profile=profile.pk))
    held = there.filter(is_best_of_request=True).exclude(request__in=[row.request_id for row in best])
    requests = set(held.values_list("request", flat=True))
    others = _compared(requests, lambda some: _asked(requests=some, these=[profile.pk]))
    _store(best, others, "is_best_of_company")
    gone = requests - {row.request_id for row in others}
    only_here = Q(is_best_of_request=False) & ~Q(request__in=[row.request_id for row in best])
    there.filter(only_here | Q(request__in=gone)).delete()


def _asked(**pairs: Any) -> Asked:
    return Asked(named_only=False, listed_only=True, limit=MOST_STORED, **pairs)


def _compared(keys: Collection[int], asked: Callable[[Collection[int]], Asked]) -> list[Scored]:
    """What the other side counts among its best is compared anew too; what can no longer be is left out."""
    every = sorted(keys)
    portions = (every[start : start + MOST_STORED] for start in range(0, len(every), MOST_STORED))
    return [row for some in portions for row in scoring.score(asked(some))]


def company_changed(company: Organization) -> None:
    """Have the workers read the company again and bring its matches up to date, once the transaction is through."""
    _is_due(company, read_of="changed")


def own_requests_changed(*companies: Organization) -> None:
    """The same without reading: what a company has open is part of how it answers others. Each once and in one order,
    in which they are read, too: two that hold the same companies wait for each other."""
    profiles = CompanyProfile.objects.filter(organization__in=companies).select_related("organization").order_by("pk")
    for profile in profiles.only("organization"):
        _is_due(profile.organization)


def request_changed(request: PartnerRequest) -> None:
    """Have the workers bring its matches up to date, once the transaction is through."""
    from partners import tasks  # noqa: PLC0415 -- tasks import this module

    PartnerRequest.objects.filter(pk=request.pk).update(match_is_due=True)
    transaction.on_commit(partial(tasks.ask, tasks.refresh_request, request.pk))


def own_profile_changed(company: Organization) -> None:
    """What a company speaks and excludes is part of what its open requests ask. Called by the workers before they store
    its own matches, outside of any transaction: whoever publishes a request holds it while she marks its company."""
    PartnerRequest.objects.open().filter(company=company).update(match_is_due=True)  # type: ignore[attr-defined]


def _is_due(company: Organization, **changes: str) -> None:
    from partners import tasks  # noqa: PLC0415 -- tasks import this module

    CompanyProfile.objects.filter(organization=company).update(match_is_due=True, **changes)
    transaction.on_commit(partial(tasks.ask, tasks.refresh_company, company.pk))


@dataclass
class Sweep:
    """What a sweep came to: whether there is more, and what failed."""

    has_more: bool = False
    failed: list[Exception] = field(default_factory=list)

    def go(self, rows: QuerySet, work: Callable[[Any], object], limit: int) -> None:
        """Do up to ``limit`` of them; those that fail, each time anew, do not hold up the ones behind them."""
        done, failed_before = 0, len(self.failed)
        for row in rows[: limit + MOST_FAILED]:
            if done == limit:
                self.has_more = True
                return
            if len(self.failed) - failed_before == MOST_FAILED:
                return
            with self._noting():
                work(row)
                done += 1

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001 -- whoever sweeps raises it in the end
            self.failed.append(error)


def refresh_due(limit: int = 100) -> Sweep:
    """Read up to ``limit`` companies and requests that nobody has read yet, and store the matches of as many that
    changed since theirs were stored, or that a version before this one has stored."""
    sweep = Sweep()
    sweep.go(freshening.unread_requests(), lambda key: freshening.read_requests([key]), limit)
    sweep.go(freshening.unread_companies(), lambda key: freshening.read_companies([key]), limit)
    companies = Organization.objects.filter(profile__match_is_due=True).order_by("profile__pk")
    sweep.go(companies, bring_up_company, limit)
    of_before = Match.objects.filter(shown_score=None).order_by("company").values("company").distinct()
    sweep.go(Organization.objects.filter(pk__in=of_before[: limit + MOST_FAILED]), refresh_company, limit)
    # Closed ones too: theirs go.
    requests = PartnerRequest.objects.exclude(status=PartnerRequest.Status.DRAFT).filter(match_is_due=True)
    sweep.go(requests.order_by("pk").only("pk"), partial(refresh, only_if_due=True), limit)
    return sweep


def _store(best: Collection[Scored], others: Collection[Scored], side: str) -> None:
    now = timezone.now()
    ours = {(row.request_id, row.company_id) for row in best}
    # In one order everywhere: two refreshes that meet wait for each other instead of locking each other out.
    ordered = sorted([*best, *others], key=lambda row: (row.request_id, row.company_id))
    Match.objects.bulk_create(
        [_match(row, now, **{side: (row.request_id, row.company_id) in ours}) for row in ordered],
        update_conflicts=True,
        unique_fields=["request", "company"],
        update_fields=["score", "shown_score", "reasons", "computed_at", side],
        batch_size=500,
    )


def _match(row: Scored, now: datetime, **side: bool) -> Match:
    reasons = explaining.reasons_of(row.found)
    return Match(
        request_id=row.request_id,
        company_id=row.company_id,
        score=row.score,
        shown_score=explaining.shown_score(row.score, reasons),
        reasons=[reason.as_json() for reason in reasons],
        computed_at=now,
        **side,
    )
