from django.urls import path

from partners.views import cluster_leads as leads
from partners.views import cluster_links, clusters

urlpatterns = [
    path("directory/clusters/", clusters.cluster_list, name="cluster-list"),
    path("directory/clusters/new/", clusters.cluster_create, name="cluster-create"),
    path("directory/clusters/members/<int:pk>/agree/", clusters.cluster_member_agree, name="cluster-member-agree"),
    path("directory/clusters/members/<int:pk>/refuse/", clusters.cluster_member_refuse, name="cluster-member-refuse"),
    path("directory/clusters/members/<int:pk>/end/", clusters.cluster_member_end, name="cluster-member-end"),
    path("directory/clusters/members/<int:pk>/offer-lead/", leads.lead_offer, name="cluster-lead-offer"),
    path("directory/clusters/links/<int:pk>/agree/", cluster_links.link_agree, name="cluster-link-agree"),
    path("directory/clusters/links/<int:pk>/refuse/", cluster_links.link_refuse, name="cluster-link-refuse"),
    path("directory/clusters/links/<int:pk>/end/", cluster_links.link_end, name="cluster-link-end"),
    path("directory/clusters/<slug:slug>/", clusters.cluster_detail, name="cluster-detail"),
    path("directory/clusters/<slug:slug>/lead/take/", leads.lead_take, name="cluster-lead-take"),
    path("directory/clusters/<slug:slug>/lead/refuse/", leads.lead_refuse, name="cluster-lead-refuse"),
    path("directory/clusters/<slug:slug>/lead/take-back/", leads.lead_take_back, name="cluster-lead-take-back"),
    path("directory/clusters/<slug:slug>/edit/", clusters.cluster_edit, name="cluster-edit"),
    path("directory/clusters/<slug:slug>/join/", clusters.cluster_join, name="cluster-join"),
    path("directory/clusters/<slug:slug>/invite/", cluster_links.cluster_invite, name="cluster-invite"),
    path("directory/clusters/<slug:slug>/link/", cluster_links.cluster_link, name="cluster-link"),
    path("opportunities/<slug:slug>/share/", cluster_links.request_share, name="request-share"),
    path("opportunities/<slug:slug>/unshare/", cluster_links.request_unshare, name="request-unshare"),
]
