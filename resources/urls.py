from django.urls import path

from resources.views import finding, keeping, reading

app_name = "resources"
# Paths of one word that are not a resource stand in publishing.RESERVED.
urlpatterns = [
    path("", finding.resource_list, name="resource-list"),
    path("manage/", keeping.resource_manage, name="resource-manage"),
    path("manage/new/", keeping.resource_draft, name="resource-draft"),
    path("<slug:slug>/", reading.resource_detail, name="resource-detail"),
    path("<slug:slug>/edit/", keeping.resource_revise, name="resource-revise"),
    path("<slug:slug>/submit/", keeping.resource_submit, name="resource-submit"),
    path("<slug:slug>/publish/", keeping.resource_publish, name="resource-publish"),
    path("<slug:slug>/send-back/", keeping.resource_send_back, name="resource-send-back"),
    path("<slug:slug>/withdraw/", keeping.resource_withdraw, name="resource-withdraw"),
    path("<slug:slug>/reopen/", keeping.resource_reopen, name="resource-reopen"),
]
