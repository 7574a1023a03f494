"""Clusters and mentoring on a person's desk: who asks to join or to learn, and who invites."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from partners import permissions
from partners.models import ClusterLink, ClusterMember, Mentorship, PartnerRequest
from portal.accounts.models import Membership
from portal.accounts.permissions import chamber_ids, company_ids, memberships
from portal.desk import Waiting

#: At most this many of a kind; the pages behind them have the rest.
MOST = 20


def waiting_for(user: Any) -> list[Waiting]:
    """Companies that ask to join her cluster, what her company is invited to or asked to lead, links, and questions
    to her mentors."""
    return [*_members(user), *_links(user), *_mentees(user)]


def _members(user: Any) -> list[Waiting]:
    leads = company_ids(user) | chamber_ids(user)
    managed = [m.organization_id for m in memberships(user) if m.role == Membership.Role.MANAGER]
    asks = Q(cluster__lead__in=leads, status=ClusterMember.Status.ASKED)
    invites = Q(company__in=managed, status=ClusterMember.Status.INVITED)
    leads_on = Q(company__in=managed, status=ClusterMember.Status.ACTIVE, cluster__lead_offered_to=F("company"))
    rows = ClusterMember.objects.filter(asks | invites | leads_on).select_related("cluster", "company")
    return [
        Waiting(title=_title(row), url=row.get_absolute_url(), since=_since(row), kind=_("Cluster"))
        for row in rows.order_by("at", "pk")[:MOST]
    ]


def _title(member: ClusterMember) -> str:
    names = {"company": member.company.name, "cluster": member.cluster.name}
    if member.status == ClusterMember.Status.ASKED:
        return _("%(company)s asks to join “%(cluster)s”") % names
    if member.status == ClusterMember.Status.ACTIVE:
        return _("%(company)s is asked to lead “%(cluster)s”") % names
    return _("%(company)s is invited to “%(cluster)s”") % names


def _since(member: ClusterMember) -> datetime:
    is_member = member.status == ClusterMember.Status.ACTIVE
    return (member.cluster.lead_offered_at if is_member else None) or member.at


def _links(user: Any) -> list[Waiting]:
    leads = company_ids(user) | chamber_ids(user)
    asked = Q(wider__lead__in=leads, asked_by_wider=False) | Q(cluster__lead__in=leads, asked_by_wider=True)
    rows = ClusterLink.objects.filter(asked, status=ClusterLink.Status.ASKED).select_related("wider", "cluster")
    return [
        Waiting(
            title=_("“%(cluster)s” would become part of “%(wider)s”")
            % {"cluster": row.cluster.name, "wider": row.wider.name},
            url=row.get_absolute_url(),
            since=row.at,
            kind=_("Cluster"),
        )
        for row in rows.order_by("at", "pk")[:MOST]
    ]


def _mentees(user: Any) -> list[Waiting]:
    own = PartnerRequest.objects.of(user)
    rows = Mentorship.objects.unanswered().filter(offer__in=own.values("pk")).for_rows().order_by("asked_at", "pk")
    return [
        Waiting(
            title=_("%(company)s asks for a place: “%(title)s”")
            % {"company": row.mentee.name, "title": row.offer.title},
            url=row.get_absolute_url(),
            since=row.asked_at,
            due_at=row.answer_due_at,
            kind=_("Mentorship"),
        )
        for row in rows[:MOST]
        if permissions.can_answer_mentorship(user, row)
    ]
