"""A chamber tells a company that a request would suit it. One mail, no promise, nobody's contact; a no is polite."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import dismissing, sides
from partners.models import (
    CandidateInvitation,
    ChamberMember,
    CompanyProfile,
    Dismissal,
    ExpressionOfInterest,
    PartnerRequest,
    Referral,
)
from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.outbox import notify

#: Invitations to one request, of all its chambers together.
MOST_INVITED = 30

#: Why a company cannot be invited, by code.
OBSTACLES = {
    "closed": _("This request is no longer open."),
    "own": _("It is the request's own company."),
    "not_visible": _("This company is neither in the directory nor a member of your chamber."),
    "interested": _("The company has expressed interest already."),
    "dismissed": _("The company has said that the request does not suit it."),
    "already": _("The company is invited already."),
    "nobody": _("Nobody of this company reads mail on the portal."),
    "not_yours": _("Your chamber does not answer for this request, and nobody handed it to you."),
    "too_many": _("%(count)d companies are invited already. Wait for their answers."),
}


@dataclass(frozen=True)
class Known:
    """What happened between a request and some companies: who was invited when, has come forward or said no, and why a
    chamber cannot invite one, as codes of ``OBSTACLES``."""

    invited: Mapping[int, datetime]
    interested: Collection[int]
    dismissed: Collection[int]
    obstacles: Mapping[int, str]


def known(
    request: PartnerRequest,
    chamber: Organization,
    companies: Collection[int],
    *,
    members: Collection[int],
    invitations: Collection[CandidateInvitation],
) -> Known:
    """``members``: the chamber's member firms, as :func:`members_of` has them; ``invitations``: all to the request."""
    every = set(companies)
    dates = {invitation.company_id: invitation.at for invitation in invitations}
    forward = _ids(interested(request).filter(company__in=every))
    dismissed = _ids(Dismissal.objects.filter(request=request, company__in=every))
    rules: list[tuple[str, set[int]]] = [
        ("closed", set() if request.is_open else every),
        ("not_yours", set() if may_invite(request, chamber) else every),
        ("own", {request.company_id}),
        ("already", set(dates)),
        ("interested", forward),
        ("dismissed", dismissed),
        ("not_visible", every - _within_reach(request, chamber, every, members)),
        ("nobody", every - _with_people(every)),
    ]
    found: dict[int, str] = {}
    for code, ids in rules:
        for company in ids & every:
            found.setdefault(company, code)
    return Known(dates, forward, dismissed, found)


def obstacles(request: PartnerRequest, chamber: Organization, companies: Collection[int]) -> Mapping[int, str]:
    """Why ``chamber`` cannot invite these companies, as codes of ``OBSTACLES``; those it may invite are left out."""
    invitations = request.candidate_invitations.all()
    return known(request, chamber, companies, members=members_of(chamber), invitations=invitations).obstacles


def may_invite(request: PartnerRequest, chamber: Organization) -> bool:
    """Whether the chamber answers for the request, or has taken it up from a chamber that does."""
    return (
        request.chamber_id == chamber.pk or Referral.objects.open().filter(request=request, to_chamber=chamber).exists()
    )


def members_of(chamber: Organization) -> set[int]:
    """The ids of a chamber's member firms."""
    return set(ChamberMember.objects.active().filter(chamber=chamber).values_list("company", flat=True))


@transaction.atomic
def invite(
    request: PartnerRequest,
    *,
    company: Organization,
    chamber: Organization,
    by: User,
    note: str = "",
    reasons: list[dict[str, Any]] | None = None,
) -> CandidateInvitation:
    """Tell the company's people of the request, with the reasons why it suits them (as codes) and the chamber's note.

    A chamber that was handed the request invites its own members alone. Raises ``ValidationError`` with a code of
    ``OBSTACLES``.
    """
    request = lock(request)  # of two clicks the second sees the first one's invitation
    if code := obstacles(request, chamber, [company.pk]).get(company.pk):
        raise ValidationError(OBSTACLES[code], code=code)
    if request.candidate_invitations.count() >= MOST_INVITED:
        raise ValidationError(OBSTACLES["too_many"], code="too_many", params={"count": MOST_INVITED})
    invitation = CandidateInvitation(request=request, company=company, chamber=chamber, note=note.strip(), by=by)
    invitation.full_clean()
    invitation.save()
    record(by, "candidate_invited", invitation)
    notify(
        sides.people_of([company]),
        "partners/candidate_invited",
        about=invitation,
        url=reverse("partners:invitation-detail", args=[invitation.pk]),
        reasons=reasons or [],
    )
    return invitation


@transaction.atomic
def decline(invitation: CandidateInvitation, *, reason: str, by: User) -> CandidateInvitation:
    """Say no for the invited company, with one of the fixed reasons: it is shown this request no more, what it is shown
    next follows from the reason, and the chamber that invited it is told, without the reason.

    Raises ``ValidationError(code="reason")`` for another reason.
    """
    dismissing.dismiss(invitation.request, company=invitation.company, reason=reason, by=by)
    record(by, "declined", invitation)
    notify(sides.people_of([invitation.chamber]), "partners/candidate_declined", about=invitation)
    return invitation


def said_no(invitation: CandidateInvitation) -> Dismissal | None:
    """The company's no to the request, if it gave one."""
    return Dismissal.objects.filter(request=invitation.request_id, company=invitation.company_id).first()


def interested(request: PartnerRequest) -> QuerySet[ExpressionOfInterest]:
    """Who has come forward, and waits or was accepted or declined."""
    gone = [ExpressionOfInterest.Status.WITHDRAWN, ExpressionOfInterest.Status.EXPIRED]
    return ExpressionOfInterest.objects.filter(request=request).exclude(status__in=gone)


def _within_reach(
    request: PartnerRequest, chamber: Organization, companies: Collection[int], members: Collection[int]
) -> set[int]:
    if request.chamber_id != chamber.pk:
        return set(members)
    return set(members) | _ids(CompanyProfile.objects.listed().filter(organization__in=companies), "organization")


def _with_people(companies: Collection[int]) -> set[int]:
    people = Membership.objects.active().filter(organization__in=companies, user__is_active=True)
    return _ids(people, "organization")


def _ids(rows: QuerySet[Any], name: str = "company") -> set[int]:
    return set(rows.values_list(name, flat=True))
