from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import clusters, permissions
from partners.cluster_filters import ClusterFilter
from partners.cluster_forms import ClusterForm, JoinForm
from partners.cluster_links import below
from partners.joint_capability import joint_capability
from partners.models import Cluster, ClusterLink, ClusterMember, PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, is_manager_of, memberships, organization_ids
from portal.pagecache import kept_for_visitors
from portal.web import go, require, show

PER_PAGE = 20
MEMBERS_PER_PAGE = 30
#: Of a cluster's shared requests the page shows the newest.
MOST_REQUESTS = 20


@require_GET
@kept_for_visitors
def cluster_list(request: HttpRequest) -> HttpResponse:
    """The public clusters and my own, narrowed by the filters in the address."""
    visible = Cluster.objects.visible_to(request.user).order_by("name", "pk")
    found = ClusterFilter(request.GET, queryset=visible)
    members = Count("members", filter=Q(members__status=ClusterMember.Status.ACTIVE))
    rows = found.qs.select_related("economy", "lead").prefetch_related("sectors").annotate(member_count=members)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page, "may_found": permissions.can_found_cluster(request.user)}
    return show(request, "partners/cluster_list.html", context, fragments=["results"])


@require_GET
@kept_for_visitors
def cluster_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return page_of(request, find(request, slug))


@login_required
@require_http_methods(["GET", "POST"])
def cluster_create(request: HttpRequest) -> HttpResponse:
    require(permissions.can_found_cluster(request.user))
    form = ClusterForm(request.POST or None, leads=_leads(request))
    if form.is_valid():
        try:
            made = clusters.create(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The cluster is there. Invite its members next."))
            return go(request, made)
    return show(request, "partners/cluster_edit.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def cluster_edit(request: HttpRequest, slug: str) -> HttpResponse:
    cluster = find(request, slug)
    require(permissions.can_lead(request.user, cluster))
    form = ClusterForm(request.POST or None, leads=[], cluster=cluster)
    if form.is_valid():
        try:
            saved = clusters.revise(cluster, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your changes are kept."))
            return go(request, saved)
    return show(request, "partners/cluster_edit.html", {"form": form, "cluster": cluster})


@login_required
@require_http_methods(["GET", "POST"])
def cluster_join(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask on behalf of one of my companies; where it was invited, this is its yes."""
    cluster = find(request, slug)
    require(permissions.can_join(request.user, cluster))
    form = JoinForm(request.POST or None, companies=_free_companies(request, cluster))
    if form.is_valid():
        try:
            member = clusters.ask(cluster, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            is_in = member.status == ClusterMember.Status.ACTIVE
            messages.success(
                request,
                _("Your company is a member now.") if is_in else _("The lead has your question and will answer."),
            )
            return go(request, cluster)
    return show(request, "partners/cluster_join.html", {"form": form, "cluster": cluster})


@login_required
@require_POST
def cluster_member_agree(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find_member(request, pk)
    require(permissions.can_answer_cluster_member(request.user, member))
    return _do(request, member, clusters.agree, _("It is agreed: the company is a member now."))


@login_required
@require_POST
def cluster_member_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find_member(request, pk)
    require(permissions.can_answer_cluster_member(request.user, member))
    return _do(request, member, clusters.refuse, _("Your answer is sent, politely."))


@login_required
@require_POST
def cluster_member_end(request: HttpRequest, pk: int) -> HttpResponse:
    member = _find_member(request, pk)
    require(permissions.can_end_cluster_member(request.user, member))
    return _do(request, member, clusters.end, _("It is ended."))


def find(request: HttpRequest, slug: str) -> Cluster:
    visible = Cluster.objects.visible_to(request.user).select_related("economy", "lead", "lead_offered_to")
    return get_object_or_404(visible.prefetch_related("sectors"), slug=slug)


def page_of(request: HttpRequest, cluster: Cluster, *, status: int = 200, **forms: object) -> HttpResponse:
    """The cluster's page; with ``forms``, one of its forms again, with what is wrong in it."""
    user = request.user
    is_lead = permissions.can_lead(user, cluster)
    members = cluster.members.active()
    own = set(members.filter(company__in=organization_ids(user)).values_list("company", flat=True))
    named = ClusterMember.objects.visible_to(user).active().filter(cluster=cluster).for_rows()
    page = Paginator(named.order_by("since", "pk"), MEMBERS_PER_PAGE).get_page(request.GET.get("page"))
    parts = below(cluster)
    may_join = permissions.can_join(user, cluster) and bool(_free_companies(request, cluster))
    context = {
        "cluster": cluster,
        "capability": joint_capability(parts),
        "page": page,
        "unnamed_count": members.count() - page.paginator.count,
        "is_lead": is_lead,
        "is_member": bool(own),
        "may_take_lead": permissions.can_take_lead(user, cluster),
        "may_join": may_join and cluster.is_open,
        "rows": [
            (member, permissions.can_end_cluster_member(user, member), permissions.can_offer_lead(user, member))
            for member in page
        ],
        "waiting": _waiting(request, cluster),
        "links": _links(request, cluster),
        "part_count": len(parts) - 1,
        "requests": _shared(request, cluster, is_inside=is_lead or bool(own)),
        **forms,
    }
    return show(request, "partners/cluster_detail.html", context, status=status)


def _waiting(request: HttpRequest, cluster: Cluster) -> list[tuple[ClusterMember, bool, bool]]:
    """Questions and invitations without an answer that the reader is a side of; may she answer, may she end it."""
    open_ones = [ClusterMember.Status.ASKED, ClusterMember.Status.INVITED]
    rows = ClusterMember.objects.visible_to(request.user).filter(cluster=cluster, status__in=open_ones).for_rows()
    may_answer, may_end = permissions.can_answer_cluster_member, permissions.can_end_cluster_member
    return [(row, may_answer(request.user, row), may_end(request.user, row)) for row in rows.order_by("at", "pk")]


def _links(request: HttpRequest, cluster: Cluster) -> list[tuple[ClusterLink, Cluster, bool, bool]]:
    """Each standing link, the cluster at its other end, may the reader answer it, may she end it."""
    standing = [ClusterLink.Status.ASKED, ClusterLink.Status.ACTIVE]
    rows = (
        ClusterLink.objects.visible_to(request.user)
        .filter(Q(wider=cluster) | Q(cluster=cluster), status__in=standing)
        .select_related("wider__economy", "wider__lead", "cluster__economy", "cluster__lead")
        .order_by("status", "pk")
    )
    may_answer, may_end = permissions.can_answer_link, permissions.can_end_link
    return [
        (
            row,
            row.cluster if row.wider_id == cluster.pk else row.wider,
            may_answer(request.user, row),
            may_end(request.user, row),
        )
        for row in rows
    ]


def _shared(request: HttpRequest, cluster: Cluster, *, is_inside: bool) -> list[PartnerRequest]:
    """The open requests under its roof. Outside, one that hides its company stays away: the members are so few that
    its economy would name it."""
    rows = PartnerRequest.objects.visible_to(request.user).open().filter(cluster=cluster)
    if not is_inside:
        rows = rows.filter(shows_company=True)
    return list(rows.for_rows().order_by("-published_at", "-pk")[:MOST_REQUESTS])


def _leads(request: HttpRequest) -> list[Organization]:
    """For which of my organizations I may found one."""
    ids = company_ids(request.user) | chamber_ids(request.user)
    return [m.organization for m in memberships(request.user) if m.organization_id in ids]


def _free_companies(request: HttpRequest, cluster: Cluster) -> list[Organization]:
    """The companies I manage that are neither in it nor wait for its lead."""
    kept = [ClusterMember.Status.ASKED, ClusterMember.Status.ACTIVE]
    taken = set(cluster.members.filter(status__in=kept).values_list("company", flat=True))
    mine = [m.organization for m in memberships(request.user) if m.organization_id in company_ids(request.user)]
    return [company for company in mine if company.pk not in taken and is_manager_of(request.user, company)]


def _find_member(request: HttpRequest, pk: int) -> ClusterMember:
    members = ClusterMember.objects.visible_to(request.user).select_related("cluster__lead", "company")
    return get_object_or_404(members, pk=pk)


def _do(request: HttpRequest, member: ClusterMember, verb: Callable[..., ClusterMember], done: str) -> HttpResponse:
    try:
        verb(member, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    if Cluster.objects.visible_to(request.user).filter(pk=member.cluster_id).exists():
        return go(request, member.cluster)
    return go(request, "partners:cluster-list")
