"""Clusters: founded, joined by request or invitation, left; and the requests that members share with them."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from partners import sides
from partners.models import ChamberMember, Cluster, ClusterMember, PartnerRequest
from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

Status = ClusterMember.Status

#: How many clusters one organization may lead.
MOST_LED = 10
#: How many companies one cluster may have invited that have not answered: each of them got mail.
MOST_INVITED = 50
#: After a no, so long the same question is not put again.
REST = timedelta(days=90)


@transaction.atomic
def create(*, lead: Organization, by: User, **fields: Any) -> Cluster:
    """Found a cluster; a firm that leads one is its first member.

    ``fields`` are those of :class:`Cluster`; ``sectors`` is a list.
    Raises ``ValidationError``: ``kind`` when ``lead`` is neither a firm nor a verified chamber or cluster body,
    ``most_led`` when it leads ``MOST_LED`` already, and what the model refuses.
    """
    lead = Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=lead.pk)
    is_firm = lead.kind == Organization.Kind.SME
    if not is_firm and not (lead.kind == Organization.Kind.CHAMBER and lead.is_verified):
        raise ValidationError(_("A company, a verified chamber or a cluster body leads a cluster."), code="kind")
    require_may_lead_more(lead)
    sectors = fields.pop("sectors", ())
    cluster = Cluster(lead=lead, slug=_slug(fields.get("name", "")), **fields)
    cluster.full_clean()
    cluster.save()
    cluster.sectors.set(sectors)
    record(by, "created", cluster)
    if is_firm:
        _enter(cluster, lead, status=Status.ACTIVE, by=by)
    return cluster


def require_may_lead_more(lead: Organization) -> None:
    """Raise ``ValidationError(code="most_led")`` when it leads as many as one may. Right only while its row is held."""
    if Cluster.objects.filter(lead=lead).count() >= MOST_LED:
        raise ValidationError(
            _("One organization leads at most %(most)s clusters."), code="most_led", params={"most": MOST_LED}
        )


@transaction.atomic
def revise(cluster: Cluster, *, by: User, **fields: Any) -> Cluster:
    """Change what the cluster says of itself; return it fresh. ``fields`` as for :func:`create`."""
    cluster = lock(cluster)
    sectors = fields.pop("sectors", None)
    for name, value in fields.items():
        setattr(cluster, name, value)
    cluster.changed_at = timezone.now()
    cluster.full_clean()
    cluster.save(update_fields=[*fields, "changed_at"])
    if sectors is not None:
        cluster.sectors.set(sectors)
    record(by, "revised", cluster)
    return cluster


@transaction.atomic
def ask(cluster: Cluster, *, company: Organization, by: User, contribution: str = "") -> ClusterMember:
    """A company asks to join, and the lead is told; one that was invited is a member at once.

    Raises ``ValidationError``: ``closed`` when the cluster takes no requests, ``kind`` when ``company`` is no firm,
    ``already`` when it has asked or is a member, ``declined_lately`` within ``REST`` of a no.
    """
    cluster = lock(cluster)
    standing = _standing(cluster, company)
    if standing is not None and standing.status == Status.INVITED:
        return agree(standing, by=by)
    if not cluster.is_open:
        raise ValidationError(_("This cluster invites its members; it takes no requests."), code="closed")
    _require_free(cluster, company, standing)
    member = _enter(cluster, company, status=Status.ASKED, by=by, contribution=contribution)
    notify(sides.people_of([cluster.lead]), "partners/cluster_asked", about=member)
    return member


@transaction.atomic
def invite(cluster: Cluster, *, company: Organization, by: User) -> ClusterMember:
    """The lead invites a company, whose people are told; one that has asked is a member at once.

    So is a firm that the leading chamber registered and answers for, while nobody of it is on the portal.
    Raises ``ValidationError``: ``kind``, ``already``, ``declined_lately`` as :func:`ask`, ``nobody`` when nobody of
    the company could answer, ``most_invited`` when ``MOST_INVITED`` have not answered.
    """
    cluster = lock(cluster)
    standing = _standing(cluster, company)
    if standing is not None and standing.status == Status.ASKED:
        return agree(standing, by=by)
    _require_free(cluster, company, standing)
    if not Membership.objects.active().filter(organization=company, user__is_active=True).exists():
        if not _answers_for(cluster.lead, company):
            raise ValidationError(_("Nobody of this company is on the portal to answer."), code="nobody")
        return _enter(cluster, company, status=Status.ACTIVE, by=by)
    if cluster.members.filter(status=Status.INVITED).count() >= MOST_INVITED:
        raise ValidationError(
            _("%(most)s invitations have no answer yet. Wait for some before you send more."),
            code="most_invited",
            params={"most": MOST_INVITED},
        )
    member = _enter(cluster, company, status=Status.INVITED, by=by)
    notify(sides.people_of([company]), "partners/cluster_invited", about=member)
    return member


@transaction.atomic
def agree(member: ClusterMember, *, by: User) -> ClusterMember:
    """The side that was asked says yes: the company is a member from now on, and whoever began it is told.

    Of two simultaneous answers one wins; the other raises ``ValidationError(code="illegal_move")``.
    """
    began = _began(member)
    member = move(member, Status.ACTIVE, by=by, verb="agreed", since=timezone.now())
    notify(sides.people_of([began]), "partners/cluster_agreed", about=member)
    return member


@transaction.atomic
def refuse(member: ClusterMember, *, by: User) -> ClusterMember:
    """The side that was asked says no, politely; whoever began it is told."""
    began = _began(member)
    member = move(member, Status.DECLINED, by=by, verb="refused", since=timezone.now())
    notify(sides.people_of([began]), "partners/cluster_refused", about=member)
    return member


@transaction.atomic
def end(member: ClusterMember, *, by: User) -> ClusterMember:
    """Either side ends it, or takes back what has no answer; the company's shared requests leave with it.

    Raises ``ValidationError(code="lead")`` for the firm that leads the cluster.
    """
    was_member = lock(member).status == Status.ACTIVE
    # Asked only now: it may have taken the lead a moment ago.
    if Cluster.objects.filter(pk=member.cluster_id, lead=member.company_id).exists():
        raise ValidationError(_("The company that leads a cluster stays its member."), code="lead")
    member = move(member, Status.ENDED, by=by, verb="ended")
    offered = Cluster.objects.filter(pk=member.cluster_id, lead_offered_to=member.company_id)
    offered.update(lead_offered_to=None, lead_offered_at=None)
    for request in PartnerRequest.objects.filter(company=member.company, cluster=member.cluster).order_by("pk"):
        unshare(request, by=by)
    if was_member:
        others = sides.people_of([member.company, member.cluster.lead]).exclude(pk=by.pk)
        notify(others, "partners/cluster_ended", about=member)
    return member


@transaction.atomic
def share(request: PartnerRequest, *, cluster: Cluster, by: User) -> PartnerRequest:
    """Put a request under the cluster's roof. Its text stays as it was read and confirmed.

    Raises ``ValidationError``: ``not_a_member`` when the request's company is none, ``closed`` when it is over.
    """
    # The membership first: leaving takes its row before those of the requests, too.
    members = ClusterMember.objects.active().filter(cluster=cluster, company=request.company_id)
    if not members.select_for_update(of=("self",)).exists():
        raise ValidationError(_("The company is not a member of this cluster."), code="not_a_member")
    request = lock(request)
    if request.status in {PartnerRequest.Status.CLOSED, PartnerRequest.Status.EXPIRED}:
        raise ValidationError(_("This request is no longer open."), code="closed")
    request.cluster = cluster
    request.save(update_fields=["cluster"])
    record(by, "shared", request)
    return request


@transaction.atomic
def unshare(request: PartnerRequest, *, by: User) -> PartnerRequest:
    """Take a request out of its cluster; it goes on as the company's own."""
    request = lock(request)
    if request.cluster_id is not None:
        request.cluster = None
        request.save(update_fields=["cluster"])
        record(by, "unshared", request)
    return request


def _standing(cluster: Cluster, company: Organization) -> ClusterMember | None:
    """What is open or agreed between the two. The cluster is locked, so it stays so."""
    kept = [Status.ASKED, Status.INVITED, Status.ACTIVE]
    return cluster.members.filter(company=company, status__in=kept).first()


def _require_free(cluster: Cluster, company: Organization, standing: ClusterMember | None) -> None:
    if company.kind != Organization.Kind.SME:
        raise ValidationError(_("Only a company can be a member of a cluster."), code="kind")
    if standing is not None:
        raise ValidationError(
            _("This company is a member already, or its membership waits for an answer."), code="already"
        )
    lately = cluster.members.filter(company=company, status=Status.DECLINED, since__gt=timezone.now() - REST)
    if lately.exists():
        raise ValidationError(
            _("The answer was no a short while ago. Ask again after %(days)s days."),
            code="declined_lately",
            params={"days": REST.days},
        )


def _enter(cluster: Cluster, company: Organization, *, status: str, by: User, contribution: str = "") -> ClusterMember:
    member = ClusterMember(
        cluster=cluster, company=company, contribution=contribution, status=status, by=by,
        since=timezone.now() if status == Status.ACTIVE else None,
    )  # fmt: skip
    member.full_clean()
    member.save()
    record(by, {Status.ASKED: "asked", Status.INVITED: "invited", Status.ACTIVE: "entered"}[Status(status)], member)
    return member


def _began(member: ClusterMember) -> Organization:
    """The side that put the question."""
    return member.company if member.status == Status.ASKED else member.cluster.lead


def _answers_for(chamber: Organization, company: Organization) -> bool:
    wards = ChamberMember.objects.active().filter(is_registered_by_chamber=True)
    return wards.filter(chamber=chamber, company=company).exists()


def _slug(name: str) -> str:
    """A short name for addresses; names in other scripts leave only the random part."""
    return f"{slugify(name)[:50]}-{get_random_string(6, 'abcdefghjkmnpqrstuvwxyz23456789')}".strip("-")
