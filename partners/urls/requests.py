from django.urls import path

from partners.views import attachments, conditions, dismissals, interests, lists, requests, texts

urlpatterns = [
    path("opportunities/", lists.request_list, name="request-list"),
    path("opportunities/feed.atom", lists.request_feed, name="request-feed"),
    path("opportunities/browse/", lists.request_browse, name="request-browse"),
    path("opportunities/texts/<str:token>/", texts.text_by_link, name="text-by-link"),
    path("opportunities/renew/<str:token>/", requests.renew_by_link, name="renew-by-link"),
    path("opportunities/new/", requests.request_draft, name="request-draft"),
    path("opportunities/mine/", requests.request_mine, name="request-mine"),
    path("opportunities/for-my-company/", requests.match_list, name="match-list"),
    path("opportunities/<slug:slug>/", requests.request_detail, name="request-detail"),
    path("opportunities/<slug:slug>/edit/", requests.request_revise, name="request-revise"),
    path("opportunities/<slug:slug>/conditions/", conditions.request_conditions, name="request-conditions"),
    path("opportunities/<slug:slug>/conditions/again/", conditions.conditions_again, name="conditions-again"),
    path("opportunities/<slug:slug>/submit/", requests.request_submit, name="request-submit"),
    path("opportunities/<slug:slug>/take-back/", requests.request_take_back, name="request-take-back"),
    path("opportunities/<slug:slug>/publish/", requests.request_publish, name="request-publish"),
    path("opportunities/<slug:slug>/send-back/", requests.request_send_back, name="request-send-back"),
    path("opportunities/<slug:slug>/discard/", requests.request_discard, name="request-discard"),
    path("opportunities/<slug:slug>/close/", requests.request_close, name="request-close"),
    path("opportunities/<slug:slug>/renew/", requests.request_renew, name="request-renew"),
    path("opportunities/<slug:slug>/text/ask/", texts.text_ask, name="text-ask"),
    path("opportunities/<slug:slug>/text/right/", texts.text_confirm, name="text-confirm"),
    path("opportunities/<slug:slug>/text/change/", texts.text_change, name="text-change"),
    path("opportunities/<slug:slug>/files/", attachments.attachment_add, name="attachment-add"),
    path("opportunities/<slug:slug>/files/<int:pk>/", attachments.attachment_download, name="attachment-download"),
    path("opportunities/<slug:slug>/files/<int:pk>/off/", attachments.attachment_off, name="attachment-off"),
    path("opportunities/<slug:slug>/not-for-us/", dismissals.request_dismiss, name="request-dismiss"),
    path("opportunities/<slug:slug>/for-us-again/", dismissals.request_bring_back, name="request-bring-back"),
    path("opportunities/<slug:slug>/interest/", interests.interest_express, name="interest-express"),
]
