"""Handing the lead of a cluster to a member."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners import cluster_leads, permissions
from partners.models import Cluster, ClusterMember
from partners.views.clusters import find
from portal.web import go, require


@login_required
@require_POST
def lead_offer(request: HttpRequest, pk: int) -> HttpResponse:
    members = ClusterMember.objects.visible_to(request.user).select_related("cluster__lead", "company")
    member = get_object_or_404(members, pk=pk)
    require(permissions.can_offer_lead(request.user, member))
    done = _("The company is asked. Until it agrees, you lead the cluster.")
    return _do(request, member.cluster, done, lambda: cluster_leads.offer(member, by=request.user))


@login_required
@require_POST
def lead_take(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = find(request, slug)
    require(permissions.can_take_lead(request.user, cluster))
    done = _("Your company leads the cluster now.")
    return _do(request, cluster, done, lambda: cluster_leads.take(cluster, by=request.user))


@login_required
@require_POST
def lead_refuse(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = find(request, slug)
    require(permissions.can_take_lead(request.user, cluster))
    done = _("Your answer is sent, politely.")
    return _do(request, cluster, done, lambda: cluster_leads.refuse(cluster, by=request.user))


@login_required
@require_POST
def lead_take_back(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = find(request, slug)
    require(permissions.can_lead(request.user, cluster))
    done = _("The question is taken back. You go on leading the cluster.")
    return _do(request, cluster, done, lambda: cluster_leads.take_back(cluster, by=request.user))


def _do(request: HttpRequest, cluster: Cluster, done: str, verb: Callable[[], Cluster]) -> HttpResponse:
    try:
        verb()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, cluster)
