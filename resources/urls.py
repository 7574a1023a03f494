from django.urls import path

from resources.views import collecting, coverage, finding, keeping, reading, reporting, reviewing

app_name = "resources"
# Paths of one word that are not a resource stand in publishing.RESERVED.
urlpatterns = [
    path("", finding.resource_list, name="resource-list"),
    path("suggest/", finding.resource_suggest, name="resource-suggest"),
    path("manage/", keeping.resource_manage, name="resource-manage"),
    path("manage/new/", keeping.resource_draft, name="resource-draft"),
    path("manage/reviews/", reviewing.review_list, name="review-list"),
    path("manage/reviews/confirm/", reviewing.review_confirm, name="review-confirm"),
    path("coverage/", coverage.coverage_overview, name="coverage-overview"),
    path("coverage/<slug:slug>/", coverage.coverage_matrix, name="coverage-matrix"),
    path("coverage/<slug:slug>/coverage.csv", coverage.coverage_table, name="coverage-table"),
    path(
        "coverage/<slug:slug>/<slug:economy>/<slug:topic>/<slug:language>/",
        coverage.coverage_cell,
        name="coverage-cell",
    ),
    path("reports/", reporting.report_list, name="report-list"),
    path("reports/<int:pk>/handled/", reporting.report_handle, name="report-handle"),
    path("lists/", collecting.collection_list, name="collection-list"),
    path("lists/<int:pk>/", collecting.collection_detail, name="collection-detail"),
    path("lists/<int:pk>/edit/", collecting.collection_edit, name="collection-edit"),
    path("lists/<int:pk>/delete/", collecting.collection_delete, name="collection-delete"),
    path("lists/<int:pk>/share/", collecting.collection_share, name="collection-share"),
    path("lists/<int:pk>/<int:item_pk>/move/", collecting.collection_item_move, name="collection-item-move"),
    path("lists/<int:pk>/<int:item_pk>/note/", collecting.collection_item_note, name="collection-item-note"),
    path("lists/<int:pk>/<int:item_pk>/remove/", collecting.collection_item_remove, name="collection-item-remove"),
    path("shared/<str:token>/", collecting.collection_shared, name="collection-shared"),
    path("<slug:slug>/", reading.resource_detail, name="resource-detail"),
    path("<slug:slug>/edit/", keeping.resource_revise, name="resource-revise"),
    path("<slug:slug>/lists/", collecting.resource_lists, name="resource-lists"),
    path("<slug:slug>/keep/", collecting.resource_keep, name="resource-keep"),
    path("<slug:slug>/report/", reporting.resource_report, name="resource-report"),
    path("<slug:slug>/confirm/", reviewing.resource_confirm, name="resource-confirm"),
    path("<slug:slug>/submit/", keeping.resource_submit, name="resource-submit"),
    path("<slug:slug>/publish/", keeping.resource_publish, name="resource-publish"),
    path("<slug:slug>/send-back/", keeping.resource_send_back, name="resource-send-back"),
    path("<slug:slug>/withdraw/", keeping.resource_withdraw, name="resource-withdraw"),
    path("<slug:slug>/reopen/", keeping.resource_reopen, name="resource-reopen"),
]
