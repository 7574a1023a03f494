"""Keeps what matching compares in step with the texts: codes read from them, and their vectors.

What is out of date is known by the digest of the text, whoever changed it, and found by a small index. A task after
commit does it at once; matching itself does what is left, in bounded number, before it compares.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q, QuerySet

from partners import conditions, facets, roles
from partners.models import Capacity, CompanyProfile, Condition, PartnerRequest, ProfileReading, RequestReading
from partners.reading import wording
from portal.search import embedding, searched

logger = logging.getLogger(__name__)

#: Texts that are read and encoded while somebody waits; the rest is left to the workers.
MOST_AT_ONCE = 400
_OUTDATED = ~Q(read_of=F("text_digest"))


def freshen(*requests: PartnerRequest) -> None:
    """Read and encode what is out of date: these requests, and at most ``MOST_AT_ONCE`` companies."""
    keys = [request.pk for request in requests]
    read_requests(list(PartnerRequest.objects.filter(_OUTDATED, pk__in=keys).values_list("pk", flat=True)))
    _read_others(unread_companies(), read_companies)


def freshen_company(profile: CompanyProfile) -> None:
    """Read and encode what is out of date: this company, and at most ``MOST_AT_ONCE`` open requests."""
    read_companies(list(unread_companies().filter(pk=profile.pk)))
    outdated = PartnerRequest.objects.open().filter(_OUTDATED).order_by("pk")  # type: ignore[attr-defined]
    _read_others(outdated.values_list("pk", flat=True), read_requests)


def _read_others(outdated: QuerySet, read: Callable[..., None]) -> None:
    """One that cannot be read keeps nobody from comparing the others."""
    keys = list(outdated[: MOST_AT_ONCE + 1])
    read(keys[:MOST_AT_ONCE], is_forgiving=True)
    if len(keys) > MOST_AT_ONCE:
        _leave_to_workers()


def unread_companies() -> QuerySet:
    """The keys of the profiles whose text was not read yet, or another one."""
    return CompanyProfile.objects.filter(_OUTDATED).order_by("pk").values_list("pk", flat=True)


def unread_requests() -> QuerySet:
    """The same of requests, drafts too: their posters are shown what was read."""
    return PartnerRequest.objects.filter(_OUTDATED).order_by("pk").values_list("pk", flat=True)


def read_companies(keys: Sequence[int], *, is_forgiving: bool = False) -> None:
    """Read these profiles anew, whatever their digest; may run twice and at the same time.

    ``is_forgiving``: those that cannot be read are logged and left as they are; else the first of them raises.
    """
    profiles = CompanyProfile.objects.only(
        "language", "capabilities", "seeks", "certifications", "ownership_tags", "text_digest", "facets"
    )
    _read(profiles, keys, _read_company, is_forgiving=is_forgiving)


def read_requests(keys: Sequence[int], *, is_forgiving: bool = False) -> None:
    """Read these requests anew; what their posters confirmed stays as it is. Otherwise as with companies."""
    _read(PartnerRequest.objects.select_related("company"), keys, _read_request, is_forgiving=is_forgiving)


def _read(rows: QuerySet, keys: Sequence[int], read_one: Callable[[Any], None], *, is_forgiving: bool) -> None:
    for start in range(0, len(keys), embedding.BATCH):
        read = []
        # In one order, as whoever marks several companies does: each is held until the transaction ends.
        for row in rows.filter(pk__in=keys[start : start + embedding.BATCH]).order_by("pk"):
            try:
                read_one(row)
            except SoftTimeLimitExceeded:
                raise
            except Exception:
                if not is_forgiving:
                    raise
                logger.exception("A text could not be read", extra={"of": row._meta.label, "pk": row.pk})
            else:
                read.append(row.pk)
        facets.keep(rows.model, read)
        embedding.embed(searched.of(rows.model), read)


@transaction.atomic
def _read_company(profile: CompanyProfile) -> None:
    read = conditions.read_company(
        profile.capabilities, profile.seeks, profile.language, certifications=profile.certifications
    )
    sides = conditions.side_of(profile.capabilities, profile.language)
    held = set(read.certifications)
    ProfileReading.objects.update_or_create(
        profile=profile,
        defaults={
            "certificates": read.certifications,
            "languages": read.languages,
            "sizes": read.sizes,
            "ownership": read.ownership,
            "markets": read.markets,
            "refuses": read.excluded,
            "lacks": [f"{kind}:{value}" for kind, value in read.lacks if value not in held],
            "roles": roles.roles_in(sides.offers or profile.capabilities),
            "wants": roles.roles_in(read.seeks),
        },
    )
    confirmed = set(profile.capacities.filter(is_confirmed=True).values_list("unit", flat=True))
    profile.capacities.filter(is_confirmed=False).delete()
    Capacity.objects.bulk_create(
        [
            Capacity(profile=profile, unit=one.unit, amount=one.amount)
            for one in read.capacities
            if one.unit not in confirmed
        ],
        ignore_conflicts=True,
    )
    CompanyProfile.objects.filter(pk=profile.pk).update(read_of=profile.text_digest, match_is_due=True)


@transaction.atomic
def _read_request(request: PartnerRequest) -> None:
    start = wording.OFFERS if request.is_offer else wording.SEEKS
    sides = conditions.side_of(request.description, request.language, start=start)
    RequestReading.objects.update_or_create(
        request=request,
        defaults={"roles": roles.roles_in(sides.offers), "wants": roles.roles_in(sides.seeks)},
    )
    _suggest(request)
    PartnerRequest.objects.filter(pk=request.pk).update(read_of=request.text_digest, match_is_due=True)


def _suggest(request: PartnerRequest) -> None:
    """Keep what the text asks beside what its poster has confirmed, without what she has dropped."""
    request.conditions.filter(is_confirmed=False).delete()
    known = {f"{one.kind}:{one.value}" for one in request.conditions.all()} | set(request.dropped_conditions)
    found = conditions.read_request(
        request.title, request.teaser, request.description, request.language, type=request.type
    )
    Condition.objects.bulk_create(
        [
            Condition(request=request, kind=one.kind, value=one.value, amount=one.amount, is_required=one.is_required)
            for one in found
            if f"{one.kind}:{one.value}" not in known
        ],
        ignore_conflicts=True,
    )


def _leave_to_workers() -> None:
    from partners import tasks  # noqa: PLC0415 -- tasks import this module

    tasks.ask(tasks.match_due)
