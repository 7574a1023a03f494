"""Clusters of clusters: one belongs to a wider one when both leads agree, and never to itself by a detour."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from partners import sides
from partners.models import Cluster, ClusterLink
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

Status = ClusterLink.Status

#: Any number, the same for every change of links: two that touch four clusters could close a circle together.
_LOCK = 0x434C5553

_ABOVE = """
WITH RECURSIVE found(id) AS (
    SELECT wider_id FROM partners_clusterlink WHERE cluster_id = %s AND status = 'active'
    UNION
    SELECT link.wider_id FROM partners_clusterlink link JOIN found ON link.cluster_id = found.id
    WHERE link.status = 'active'
)
SELECT id FROM found
"""
_BELOW = """
WITH RECURSIVE found(id) AS (
    SELECT %s::bigint
    UNION
    SELECT link.cluster_id FROM partners_clusterlink link
    JOIN found ON link.wider_id = found.id
    JOIN partners_cluster cluster ON cluster.id = link.cluster_id AND cluster.is_public
    WHERE link.status = 'active'
)
SELECT id FROM found
"""


def above(cluster: Cluster) -> set[int]:
    """The ids of every cluster that this one belongs to, however far up."""
    return _ids(_ABOVE, cluster)


def below(cluster: Cluster) -> set[int]:
    """The ids of this cluster and of every public one that belongs to it, however far down."""
    return _ids(_BELOW, cluster)


@transaction.atomic
def propose(cluster: Cluster, *, wider: Cluster, by: User, asked_by_wider: bool = False) -> ClusterLink:
    """Propose that ``cluster`` belongs to ``wider``; the other lead is told. One lead of both needs no answer.

    Raises ``ValidationError``: ``already`` when it does or was proposed, ``circle`` when ``wider`` already belongs
    to ``cluster``, or is the same.
    """
    _one_at_a_time()
    if ClusterLink.objects.filter(wider=wider, cluster=cluster, status__in=[Status.ASKED, Status.ACTIVE]).exists():
        raise ValidationError(_("This link is there already, or waits for an answer."), code="already")
    _require_no_circle(cluster, wider)
    own = cluster.lead_id == wider.lead_id
    link = ClusterLink(
        cluster=cluster, wider=wider, asked_by_wider=asked_by_wider, status=Status.ACTIVE if own else Status.ASKED
    )
    link.full_clean()
    link.save()
    record(by, "linked" if own else "asked", link)
    if not own:
        notify(sides.people_of([asked(link).lead]), "partners/cluster_link_asked", about=link)
    return link


@transaction.atomic
def agree(link: ClusterLink, *, by: User) -> ClusterLink:
    """The other lead says yes; the one who proposed it is told.

    Raises ``ValidationError``: ``circle`` when the clusters were linked the other way round meanwhile,
    ``illegal_move`` when it has its answer.
    """
    _one_at_a_time()
    if lock(link).status == Status.ASKED:
        _require_no_circle(link.cluster, link.wider)
    link = move(link, Status.ACTIVE, by=by, verb="agreed")
    notify(sides.people_of([asking(link).lead]), "partners/cluster_link_agreed", about=link)
    return link


@transaction.atomic
def refuse(link: ClusterLink, *, by: User) -> ClusterLink:
    """The other lead says no; the one who proposed it sees that on the cluster's page."""
    return move(link, Status.DECLINED, by=by, verb="refused")


@transaction.atomic
def end(link: ClusterLink, *, by: User) -> ClusterLink:
    """Either lead ends it, or takes back what has no answer."""
    return move(link, Status.ENDED, by=by, verb="ended")


def asking(link: ClusterLink) -> Cluster:
    """The cluster whose lead proposed it."""
    return link.wider if link.asked_by_wider else link.cluster


def asked(link: ClusterLink) -> Cluster:
    """The cluster whose lead decides."""
    return link.cluster if link.asked_by_wider else link.wider


def _require_no_circle(cluster: Cluster, wider: Cluster) -> None:
    if wider.pk == cluster.pk or cluster.pk in above(wider):
        raise ValidationError(
            _("“%(wider)s” already belongs to “%(cluster)s”; a cluster cannot belong to itself by a detour."),
            code="circle",
            params={"wider": wider.name, "cluster": cluster.name},
        )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _ids(query: str, cluster: Cluster) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, [cluster.pk])
        return {pk for (pk,) in cursor.fetchall()}
