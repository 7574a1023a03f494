"""The lead of a cluster goes to one of its members: offered by who leads it, taken by the member's own manager.

Until the member has answered nothing changes. A firm that handed its cluster on stays its member; a chamber never was.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import clusters, sides
from partners.models import Cluster, ClusterMember
from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.outbox import notify

Status = ClusterMember.Status


@transaction.atomic
def offer(member: ClusterMember, *, by: User) -> Cluster:
    """Ask a member whether it leads the cluster from now on; its people are told.

    Raises ``ValidationError``: ``not_a_member``, ``lead`` when it leads the cluster already, ``nobody`` when it has no
    manager on the portal to answer, ``waits`` while another member was asked.
    """
    member = lock(member)
    cluster, company = lock(member.cluster), member.company
    if member.status != Status.ACTIVE:
        raise ValidationError(_("Only a member of the cluster can lead it."), code="not_a_member")
    if company.pk == cluster.lead_id:
        raise ValidationError(_("This company leads the cluster already."), code="lead")
    if cluster.lead_offered_to_id:
        raise ValidationError(_("Another member was asked and has not answered."), code="waits")
    managers = Membership.objects.active().filter(organization=company, role=Membership.Role.MANAGER)
    if not managers.filter(user__is_active=True).exists():
        raise ValidationError(_("This company has no manager on the portal to answer."), code="nobody")
    now = timezone.now()
    cluster = _kept(cluster, lead_offered_to=company, lead_offered_at=now)
    record(by, "lead_offered", cluster)
    notify(
        sides.people_of([company]),
        "partners/cluster_lead_offered",
        about=cluster,
        occasion=now.isoformat(),
        company=str(company),
        lead=str(cluster.lead),
    )
    return cluster


@transaction.atomic
def take(cluster: Cluster, *, by: User) -> Cluster:
    """The member that was asked leads the cluster from now on; who led it and the other members are told.

    Raises ``ValidationError``: ``illegal_move`` when it is not asked any more, ``most_led`` when it leads as many
    clusters as one organization may.
    """
    asked = cluster.lead_offered_to
    if asked is None:
        raise _over()
    # In the order of founding and of leaving: the organization, its membership, the cluster.
    company = Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=asked.pk)
    standing = cluster.members.active().filter(company=company)  # type: ignore[attr-defined]
    is_member = standing.select_for_update(of=("self",)).first() is not None
    cluster = lock(cluster)
    if cluster.lead_offered_to_id != company.pk or not is_member:
        raise _over()
    clusters.require_may_lead_more(company)
    before, since = cluster.lead, cluster.lead_offered_at
    cluster = _kept(cluster, lead=company, lead_offered_to=None, lead_offered_at=None)
    record(by, "lead_taken", cluster)
    others = Organization.objects.filter(cluster_memberships__in=cluster.members.active())  # type: ignore[attr-defined]
    notify(
        sides.people_of([before, *others]).exclude(pk=by.pk),
        "partners/cluster_lead_taken",
        about=cluster,
        occasion=since and since.isoformat(),
        company=str(company),
        before=str(before),
    )
    return cluster


@transaction.atomic
def refuse(cluster: Cluster, *, by: User) -> Cluster:
    """The member that was asked does not want to lead; who leads the cluster is told and goes on.

    Raises ``ValidationError(code="illegal_move")`` when it is not asked any more, though another one may be.
    """
    company = cluster.lead_offered_to
    cluster = lock(cluster)
    if company is None or cluster.lead_offered_to_id != company.pk:
        raise _over()
    since = cluster.lead_offered_at
    cluster = _kept(cluster, lead_offered_to=None, lead_offered_at=None)
    record(by, "lead_refused", cluster)
    notify(
        sides.people_of([cluster.lead]),
        "partners/cluster_lead_refused",
        about=cluster,
        occasion=since and since.isoformat(),
        company=str(company),
    )
    return cluster


@transaction.atomic
def take_back(cluster: Cluster, *, by: User) -> Cluster:
    """Who leads the cluster does not hand it on after all.

    Raises ``ValidationError(code="illegal_move")`` when the member has answered meanwhile.
    """
    cluster = lock(cluster)
    if cluster.lead_offered_to_id is None:
        raise _over()
    cluster = _kept(cluster, lead_offered_to=None, lead_offered_at=None)
    record(by, "lead_offer_taken_back", cluster)
    return cluster


def _kept(cluster: Cluster, **values: object) -> Cluster:
    for name, value in values.items():
        setattr(cluster, name, value)
    cluster.save(update_fields=list(values))
    return cluster


def _over() -> ValidationError:
    return ValidationError(
        _("There is no answer to give any more: the question was taken back or answered."), "illegal_move"
    )
