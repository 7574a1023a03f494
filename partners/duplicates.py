"""Requests that say the same: a company's own, and another's open one nearly word for word. Always only a hint."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from pgvector.django import CosineDistance

from partners.models import PartnerRequest, RequestMeaning
from portal.search.meaning import is_ready

Status = PartnerRequest.Status

#: From here on two texts share so much that a reader takes them for one; measured on the sample requests, where the
#: nearest two different ones share 0.32.
OWN_LIKENESS = 0.45
OTHER_LIKENESS = 0.75
#: The same said in other words or in another language: nearer than any two different sample requests of one company.
NEAR_MEANING = 0.12
#: The latest open requests of the same type and sectors that are looked at.
MOST = 200
_LETTERS = 1500


@dataclass(frozen=True)
class Likely:
    """A request that may be the same; ``is_own`` when it is of the same company."""

    request: PartnerRequest
    is_own: bool


def near(
    *, company_id: int, kind: str, title: str, description: str, sectors: Iterable[int], but: int | None = None
) -> list[Likely]:
    """Requests like a text that is about to be kept: the company's own in any state before its end, and others' open
    ones of the same type and sector. ``but`` is the request the text belongs to."""
    text = _pieces(f"{title} {description}")
    own = PartnerRequest.objects.filter(company=company_id).exclude(status__in=[Status.CLOSED, Status.EXPIRED])
    others = PartnerRequest.objects.open().exclude(company=company_id).filter(type=kind, sectors__in=list(sectors))
    found: list[Likely] = []
    for rows, enough, is_own in ((own, OWN_LIKENESS, True), (others, OTHER_LIKENESS, False)):
        latest = (
            rows.exclude(pk__in=[but] if but else [])
            .only("slug", "title", "description", "language", "status")
            .distinct()
        )
        found += [
            Likely(request, is_own)
            for request in latest.order_by("-changed_at", "-pk")[:MOST]
            if _shared(text, _pieces(f"{request.title} {request.description}")) >= enough
        ]
    return found


def of(request: PartnerRequest) -> list[Likely]:
    """Requests like this one, also those of its company that say the same in another language."""
    found = near(
        company_id=request.company_id,
        kind=request.type,
        title=request.title,
        description=request.description,
        sectors=[sector.pk for sector in request.sectors.all()],
        but=request.pk,
    )
    known = {one.request.pk for one in found}
    return [*found, *(Likely(other, is_own=True) for other in _same_meaning(request) if other.pk not in known)]


def _same_meaning(request: PartnerRequest) -> list[PartnerRequest]:
    """The company's other requests whose meaning is as near as a translation's; none where there are no vectors."""
    if not is_ready(RequestMeaning):
        return []
    whole = RequestMeaning.objects.filter(part=WHOLE, vector__isnull=False)
    mine = whole.filter(request=request).values_list("vector", flat=True).first()
    if mine is None:
        return []
    theirs = whole.filter(request__company=request.company_id).exclude(request=request)
    nearby = theirs.annotate(distance=CosineDistance("vector", mine)).filter(distance__lte=NEAR_MEANING)
    rows = PartnerRequest.objects.filter(Q(pk__in=nearby.values("request")), type=request.type)
    return list(rows.exclude(status__in=[Status.CLOSED, Status.EXPIRED]).order_by("-changed_at", "-pk")[:MOST])


#: The part of a request's meaning that is its whole text.
WHOLE = 2


def _pieces(text: str) -> set[str]:
    """Its runs of three characters, without regard to case and spaces: the same measure in every script."""
    plain = " ".join(text.lower().split())[:_LETTERS]
    return {plain[at : at + 3] for at in range(len(plain) - 2)}


def likeness(one: str, other: str) -> float:
    """How much two texts share, from 0 to 1."""
    return _shared(_pieces(one), _pieces(other))


def _shared(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
