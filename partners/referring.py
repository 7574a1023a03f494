"""A chamber hands a published request to a chamber abroad, which looks for partners among its own members.

The request stays what it is: a company that is not named in it is not named to the other chamber either.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import sides
from partners.models import PartnerRequest, Referral
from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

Status = Referral.Status

#: Chambers that may have one request at the same time: who is asked should know that it matters.
MOST_OPEN = 10


@transaction.atomic
def refer(
    request: PartnerRequest, *, from_chamber: Organization, to_chamber: Organization, by: User, note: str = ""
) -> Referral:
    """Ask a chamber of another economy to look for partners; its people are told, and the request's company.

    Raises ``ValidationError``: ``closed`` when the request is not open; ``not_yours`` when ``from_chamber`` does not
    answer for it; ``wrong_chamber`` for one that is not verified, or of the same economy; ``already`` when it has the
    request; ``too_many`` beyond ``MOST_OPEN``.
    """
    request = lock(request)  # of two clicks the second sees the first one's referral
    if not request.is_open:
        raise ValidationError(_("This request is no longer open."), code="closed")
    if request.chamber_id != from_chamber.pk or not from_chamber.is_verified:
        raise ValidationError(_("Only the chamber that answers for a request refers it."), code="not_yours")
    is_chamber = to_chamber.kind == Organization.Kind.CHAMBER and to_chamber.is_verified
    if not is_chamber or to_chamber.economy_id == from_chamber.economy_id:
        raise ValidationError(_("Choose a verified chamber of another economy."), code="wrong_chamber")
    open_ones = request.referrals.filter(status__in=[Status.SENT, Status.ACCEPTED])
    if open_ones.filter(to_chamber=to_chamber).exists():
        raise ValidationError(_("This chamber has the request already."), code="already")
    if open_ones.count() >= MOST_OPEN:
        raise ValidationError(
            _("%(count)d chambers have this request now. Close a referral first."),
            code="too_many",
            params={"count": MOST_OPEN},
        )
    referral = Referral(
        request=request, from_chamber=from_chamber, to_chamber=to_chamber, note=note.strip(), sent_by=by
    )
    referral.full_clean()
    referral.save()
    record(by, "sent", referral)
    notify(sides.people_of([to_chamber]), "partners/referral_received", about=referral)
    notify(sides.people_of([request.company]), "partners/referral_sent", about=referral)
    return referral


@transaction.atomic
def accept(referral: Referral, *, by: User, answer: str = "") -> Referral:
    """Take it up. The chamber that sent it and the request's company are told.

    Raises ``ValidationError(code="closed")`` when the request is no longer open.
    """
    if not lock(referral.request).is_open:
        raise ValidationError(_("This request is no longer open."), code="closed")
    return _answer(referral, Status.ACCEPTED, "partners/referral_accepted", by=by, answer=answer)


@transaction.atomic
def decline(referral: Referral, *, by: User, answer: str = "") -> Referral:
    """Say no, with a word if one likes; the same people are told."""
    return _answer(referral, Status.DECLINED, "partners/referral_declined", by=by, answer=answer)


@transaction.atomic
def close(referral: Referral, *, by: User | None) -> Referral:
    """End it: either chamber, or the portal when the request is closed. Both chambers and the company are told."""
    referral = move(referral, Status.CLOSED, by=by, answered_at=referral.answered_at or timezone.now())
    people = sides.people_of([referral.to_chamber, referral.from_chamber, referral.request.company])
    others = people.exclude(pk=by.pk) if by else people
    notify(others, "partners/referral_closed", about=referral)
    return referral


def close_over(limit: int = 200) -> int:
    """Close the referrals of requests that were closed; return how many. An expired request may still be renewed.

    Runs as often as one likes, also in parallel: each row is taken once.
    """
    with transaction.atomic():
        over = Referral.objects.filter(
            status__in=[Status.SENT, Status.ACCEPTED], request__status=PartnerRequest.Status.CLOSED
        )
        rows = list(over.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:limit])
        for row in rows:
            close(row, by=None)
    return len(rows)


def chambers_abroad(request: PartnerRequest, chamber: Organization) -> list[Organization]:
    """The verified chambers that may be asked, those where partners are wanted first, without those that have it."""
    have_it = request.referrals.filter(status__in=[Status.SENT, Status.ACCEPTED]).values("to_chamber")
    abroad = Organization.objects.chambers().exclude(economy=chamber.economy_id).exclude(pk__in=have_it)
    wanted = {economy.pk for economy in request.target_economies.all()}
    found = abroad.select_related("economy").order_by("economy__order", "economy", "slug")
    return sorted(found, key=lambda body: body.economy_id not in wanted)


def _answer(referral: Referral, to: str, kind: str, *, by: User, answer: str) -> Referral:
    referral = move(referral, to, by=by, answered_at=timezone.now(), answer=answer.strip())
    people = sides.people_of([referral.from_chamber, referral.request.company])
    notify(people.exclude(pk=by.pk), kind, about=referral)
    return referral
