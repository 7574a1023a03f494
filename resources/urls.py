from django.urls import path

from resources import views

app_name = "resources"
# Paths of one word that are not a resource stand in publishing.RESERVED.
urlpatterns = [
    path("", views.resource_list, name="resource-list"),
    path("manage/", views.resource_manage, name="resource-manage"),
    path("manage/new/", views.resource_draft, name="resource-draft"),
    path("<slug:slug>/", views.resource_detail, name="resource-detail"),
    path("<slug:slug>/edit/", views.resource_revise, name="resource-revise"),
    path("<slug:slug>/submit/", views.resource_submit, name="resource-submit"),
    path("<slug:slug>/publish/", views.resource_publish, name="resource-publish"),
    path("<slug:slug>/send-back/", views.resource_send_back, name="resource-send-back"),
    path("<slug:slug>/withdraw/", views.resource_withdraw, name="resource-withdraw"),
    path("<slug:slug>/reopen/", views.resource_reopen, name="resource-reopen"),
]
