from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners import cluster_links, clusters, permissions
from partners.cluster_forms import FindForm, LinkForm, ShareForm
from partners.models import ChamberMember, Cluster, ClusterLink, ClusterMember, CompanyProfile, PartnerRequest
from partners.views.clusters import find
from portal.accounts.permissions import chamber_ids
from portal.search.text import search
from portal.web import go, require, show

#: Companies offered for an invitation at once; more words find others.
MOST_FOUND = 20


@login_required
@require_http_methods(["GET", "POST"])
def cluster_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Find companies in the directory and invite them; a chamber begins with its own member firms."""
    cluster = find(request, slug)
    require(permissions.can_lead(request.user, cluster))
    form = FindForm(request.GET)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    if request.method == "POST":
        profiles = CompanyProfile.objects.visible_to(request.user).select_related("organization")
        profile = get_object_or_404(profiles, organization__slug=request.POST.get("company", ""))
        done = _("%(company)s is invited. Its manager decides.") % {"company": profile.organization.name}
        return _do(request, cluster, done, clusters.invite, cluster, company=profile.organization)
    context = {"cluster": cluster, "form": form, "words": words, "found": _to_invite(request, cluster, words)}
    return show(request, "partners/cluster_invite.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def cluster_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose that my cluster belongs to another, or the other way round."""
    cluster = find(request, slug)
    require(permissions.can_lead(request.user, cluster))
    form = LinkForm(request.POST or None, cluster=cluster, user=request.user)
    if form.is_valid():
        other, is_down = form.cleaned_data["other"], form.cleaned_data["way"] == LinkForm.DOWN
        inner, wider = (other, cluster) if is_down else (cluster, other)
        try:
            cluster_links.propose(inner, wider=wider, by=request.user, asked_by_wider=is_down)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("It is proposed. The other cluster's lead decides."))
            return go(request, cluster)
    return show(request, "partners/cluster_link.html", {"form": form, "cluster": cluster})


@login_required
@require_POST
def link_agree(request: HttpRequest, pk: int) -> HttpResponse:
    link = _find_link(request, pk)
    require(permissions.can_answer_link(request.user, link))
    return _do(request, link, _("The two clusters are linked now."), cluster_links.agree, link)


@login_required
@require_POST
def link_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    link = _find_link(request, pk)
    require(permissions.can_answer_link(request.user, link))
    return _do(request, link, _("The clusters stay apart."), cluster_links.refuse, link)


@login_required
@require_POST
def link_end(request: HttpRequest, pk: int) -> HttpResponse:
    link = _find_link(request, pk)
    require(permissions.can_end_link(request.user, link))
    return _do(request, link, _("The link is ended."), cluster_links.end, link)


@login_required
@require_POST
def request_share(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a request of ours under the roof of one of its company's clusters."""
    shared = _find_request(request, slug)
    require(permissions.can_share(request.user, shared))
    form = ShareForm(request.POST, shared=shared)
    if not form.is_valid():
        messages.error(request, _("Choose a cluster that the company is a member of."))
        return go(request, shared)
    done = _("The request stands under the cluster's roof now.")
    return _do(request, shared, done, clusters.share, shared, cluster=form.cleaned_data["cluster"])


@login_required
@require_POST
def request_unshare(request: HttpRequest, slug: str) -> HttpResponse:
    shared = _find_request(request, slug)
    require(permissions.can_share(request.user, shared))
    return _do(request, shared, _("It is the company's own request again."), clusters.unshare, shared)


def _to_invite(request: HttpRequest, cluster: Cluster, words: str) -> list[CompanyProfile]:
    """Companies that are not in it and have no open question; without words the member firms of my chamber."""
    standing = cluster.members.exclude(status__in=[ClusterMember.Status.DECLINED, ClusterMember.Status.ENDED])
    free = CompanyProfile.objects.visible_to(request.user).exclude(organization__in=standing.values("company"))
    if words:
        return list(search(free, words).for_rows()[:MOST_FOUND])
    members = ChamberMember.objects.active().filter(chamber__in=chamber_ids(request.user) & {cluster.lead_id})
    return list(free.filter(organization__in=members.values("company")).for_rows().order_by("pk")[:MOST_FOUND])


def _find_link(request: HttpRequest, pk: int) -> ClusterLink:
    links = ClusterLink.objects.visible_to(request.user)
    return get_object_or_404(links.select_related("wider__lead", "cluster__lead"), pk=pk)


def _find_request(request: HttpRequest, slug: str) -> PartnerRequest:
    visible = PartnerRequest.objects.visible_to(request.user).select_related("company", "chamber")
    return get_object_or_404(visible, slug=slug)


def _do(request: HttpRequest, after: Any, done: str, verb: Callable[..., Any], *args: Any, **details: Any) -> Any:
    """Do one verb and show ``after`` again: changed, or with why not."""
    try:
        verb(*args, by=request.user, **details)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    if isinstance(after, ClusterLink):
        after = after.cluster if permissions.can_lead(request.user, after.cluster) else after.wider
    return go(request, after)
