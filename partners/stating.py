"""The conditions of a request: suggested from its text, then confirmed, changed or dropped by its poster."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import conditions, confirming, facets
from partners.models import Condition, PartnerRequest
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock

#: More than this nobody reads, and no company meets.
MOST = 30


@dataclass(frozen=True)
class Stated:
    """A condition as its poster states it; ``amount`` for capacities only."""

    kind: str
    value: str
    is_required: bool
    amount: Decimal | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.value}"


def suggested(request: PartnerRequest) -> list[conditions.Suggested]:
    """What the text seems to ask, without what its poster has confirmed or dropped; reads the text anew each time."""
    known = {f"{one.kind}:{one.value}" for one in request.conditions.all() if one.is_confirmed}
    known.update(request.dropped_conditions)
    return [one for one in read(request) if f"{one.kind}:{one.value}" not in known]


def read(request: PartnerRequest) -> list[conditions.Suggested]:
    """Everything the text seems to ask, each with the words it was read from."""
    return conditions.read_request(
        request.title, request.teaser, request.description, request.language, type=request.type
    )[:MOST]


@transaction.atomic
def state(request: PartnerRequest, *, stated: Iterable[Stated], by: User) -> PartnerRequest:
    """Make these the conditions of the draft, all confirmed; what the text suggests beside them is dropped.

    The text counts as changed: who has confirmed it has to look again. Returns the fresh request.
    Raises ``ValidationError``: ``illegal_move`` when it is no draft, ``too_many`` above ``MOST``.
    """
    request = _draft(request)
    wanted = {one.key: one for one in stated}
    if len(wanted) > MOST:
        raise ValidationError(_("Keep to %(most)s conditions.") % {"most": MOST}, code="too_many")
    request.conditions.all().delete()
    Condition.objects.bulk_create(
        Condition(
            request=request,
            kind=one.kind,
            value=one.value,
            amount=one.amount,
            is_required=one.is_required,
            is_confirmed=True,
        )
        for one in wanted.values()
    )
    read_there = {f"{one.kind}:{one.value}" for one in read(request)}
    request.dropped_conditions = sorted(read_there - wanted.keys())
    return _kept(request, by, "stated")


@transaction.atomic
def read_again(request: PartnerRequest, *, by: User) -> PartnerRequest:
    """Forget what was dropped, so that the whole text is suggested again; confirmed conditions stay.

    Raises ``ValidationError(code="illegal_move")`` when it is no draft.
    """
    request = _draft(request)
    if not request.dropped_conditions:
        return request
    request.dropped_conditions = []
    return _kept(request, by, "read_again")


def _draft(request: PartnerRequest) -> PartnerRequest:
    request = lock(request)
    if request.status != PartnerRequest.Status.DRAFT:
        raise ValidationError(_("Only a draft can be changed."), code="illegal_move")
    return request


def _kept(request: PartnerRequest, by: User, verb: str) -> PartnerRequest:
    request.changed_at = timezone.now()
    request.save(update_fields=["dropped_conditions", "changed_at"])
    facets.keep(PartnerRequest, [request.pk])
    confirming.forget_open(request)
    record(by, verb, request)
    return request
