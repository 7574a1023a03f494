"""What pages of other parts show of clusters and mentoring: what a request or a company has to do with them."""

from typing import Any, NamedTuple

from django import template

from partners import mentoring, permissions
from partners.cluster_forms import ShareForm
from partners.mentoring_forms import PlacesForm
from partners.models import Cluster, ClusterMember, Mentorship, PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import company_ids, organization_ids

register = template.Library()


class Sharing(NamedTuple):
    """Under which cluster the reader sees a request, and what its own side may do about that."""

    cluster: Cluster | None
    may_share: bool
    form: ShareForm | None


class Mentor(NamedTuple):
    """How a mentorship offer stands: its places, what the reader has asked for, and what she may do."""

    places: int
    taken: int
    free: int
    own: list[Mentorship]
    may_ask: bool
    may_keep: bool
    form: PlacesForm | None


@register.filter
def mentorship_tone(mentorship: Mentorship) -> str:
    """The tone of a mentorship's state."""
    return {"asked": "waiting", "active": "good"}.get(mentorship.status, "neutral")


@register.simple_tag
def cluster_sharing(user: Any, found: PartnerRequest) -> Sharing:
    """Of an unnamed company the cluster is shown to its own side and to the cluster's members alone: they are so few
    that it would name the company."""
    may_share = permissions.can_share(user, found)
    is_mine = permissions.answers_for(user, found)
    cluster = None
    if found.cluster_id:
        cluster = Cluster.objects.visible_to(user).filter(pk=found.cluster_id).first()
        if cluster and found.is_anonymous and not is_mine and not _is_inside(user, cluster):
            cluster = None
    form = ShareForm(shared=found) if may_share and not found.cluster_id else None
    if form is not None and not form.fields["cluster"].queryset.exists():
        form = None
    return Sharing(cluster, may_share, form)


@register.simple_tag
def clusters_of(user: Any, company: Organization) -> list[Cluster]:
    """The clusters in which the reader sees this company by name."""
    seen = ClusterMember.objects.visible_to(user).active().filter(company=company)
    return list(Cluster.objects.visible_to(user).filter(pk__in=seen.values("cluster")).order_by("name", "pk"))


@register.simple_tag
def mentor_of(user: Any, found: PartnerRequest) -> Mentor | None:
    """How a mentorship offer stands; nothing for other requests."""
    if found.type != PartnerRequest.Type.MENTORSHIP_OFFER:
        return None
    offer = mentoring.with_places(PartnerRequest.objects.filter(pk=found.pk)).get()
    taken, free = offer.places_taken, offer.places_free  # type: ignore[attr-defined]
    standing = [Mentorship.Status.ASKED, Mentorship.Status.ACTIVE]
    own = list(found.mentorships.filter(mentee__in=company_ids(user), status__in=standing))
    may_ask = permissions.can_ask_mentor(user, found) and bool(free) and not found.paused_at and not own
    may_keep = permissions.can_keep_places(user, found)
    form = PlacesForm(initial={"places": offer.places or 1}) if may_keep else None
    return Mentor(offer.places or 1, taken, free, own, may_ask, may_keep, form)


def _is_inside(user: Any, cluster: Cluster) -> bool:
    if permissions.can_lead(user, cluster):
        return True
    return cluster.members.active().filter(company__in=organization_ids(user)).exists()
