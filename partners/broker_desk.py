"""What chambers hand to each other, to their firms and to candidates, on the desk of who has to answer."""

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import claiming
from partners.models import CandidateInvitation, Dismissal, ExpressionOfInterest, FirmImport, PartnerRequest, Referral
from portal.accounts.models import User
from portal.accounts.permissions import chamber_ids, company_ids
from portal.desk import Waiting

#: At most this many of a kind; the lists behind them have the rest.
MOST = 20


def waiting_for(user: User) -> list[Waiting]:
    """For chambers: requests handed to them, people of firms they entered, files to load. For companies: what a
    chamber recommends and they have not answered."""
    found = []
    if chamber_ids(user):
        found += [*_referrals(user), *_claims(user), *_files(user)]
    if company_ids(user):
        found += _invitations(user)
    return found


def _referrals(user: User) -> list[Waiting]:
    sent = Referral.objects.filter(to_chamber__in=chamber_ids(user), status=Referral.Status.SENT)
    sent = sent.filter(request__in=PartnerRequest.objects.open()).select_related("request", "from_chamber")
    return [
        Waiting(
            title=_("Answer %(chamber)s, which hands you “%(title)s”")
            % {"chamber": referral.from_chamber, "title": referral.request.title},
            url=referral.get_absolute_url(),
            since=referral.sent_at,
            kind=_("Referral"),
        )
        for referral in sent.order_by("sent_at", "pk")[:MOST]
    ]


def _claims(user: User) -> list[Waiting]:
    return [
        Waiting(
            title=_("Answer %(person)s, who asks to join %(name)s")
            % {"person": claim.user.full_name, "name": claim.organization},
            url=reverse("partners:claim-list"),
            since=claim.created_at,
            kind=_("Member firm"),
        )
        for claim in claiming.claims_for(user)[:MOST]
    ]


def _files(user: User) -> list[Waiting]:
    ready = FirmImport.objects.visible_to(user).filter(uploaded_by=user, status=FirmImport.Status.CHECKED)
    return [
        Waiting(
            title=_("Load “%(name)s” or give it up") % {"name": run.filename},
            url=run.get_absolute_url(),
            since=run.worked_at or run.uploaded_at,
            kind=_("File"),
        )
        for run in ready.defer("errors", "summary").order_by("uploaded_at", "pk")[:MOST]
    ]


def _invitations(user: User) -> list[Waiting]:
    here = {"request": OuterRef("request"), "company": OuterRef("company")}
    answered = Exists(Dismissal.objects.filter(**here)) | Exists(ExpressionOfInterest.objects.filter(**here))
    invited = CandidateInvitation.objects.filter(company__in=company_ids(user)).filter(~answered)
    open_ones = invited.filter(request__in=PartnerRequest.objects.open()).select_related("request", "chamber")
    return [
        Waiting(
            title=_("See what %(chamber)s recommends: “%(title)s”")
            % {"chamber": invitation.chamber, "title": invitation.request.title},
            url=reverse("partners:invitation-detail", args=[invitation.pk]),
            since=invitation.at,
            kind=_("Recommended by a chamber"),
        )
        for invitation in open_ones.order_by("at", "pk")[:MOST]
    ]
