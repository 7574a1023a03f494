from django.urls import path

from portal.notifications import address_views, deliverability_views, following_views, views
from portal.notifications.mailing_urls import urlpatterns as mailing_urls
from portal.notifications.webhook_urls import urlpatterns as webhook_urls

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="inbox"),
    path("<uuid:uid>/open/", views.notification_open, name="open"),
    path("mark-all-read/", views.notification_mark_all_read, name="mark-all-read"),
    path("feed/<str:token>/", views.personal_feed, name="personal-feed"),
    path("feed-begin/", views.personal_begin, name="personal-begin"),
    path("feed-end/", views.personal_end, name="personal-end"),
    path("address-works-again/", deliverability_views.address_works_again, name="address-works-again"),
    path("preferences/", views.preference_edit, name="preferences"),
    path("unsubscribe/<str:token>/", views.subscription_end, name="unsubscribe"),
    path("unsubscribe-all/<str:token>/", views.subscription_end_all, name="unsubscribe-all"),
    path("resubscribe/<str:token>/", views.subscription_resume, name="resubscribe"),
    path("follow/<slug:kind>/", following_views.follow, name="follow"),
    path("follow-asked/", following_views.follow_asked, name="follow-asked"),
    path("follow-confirm/<str:token>/", following_views.follow_confirm, name="follow-confirm"),
    path("follow-stop/<str:token>/", following_views.follow_stop, name="follow-stop"),
    path("address/", address_views.address_ask, name="address-ask"),
    path("address-asked/", address_views.address_asked, name="address-asked"),
    path("address/<str:token>/", address_views.address_detail, name="address"),
    path("address/<str:token>/reader/", address_views.address_reader, name="address-reader"),
    path("address/<str:token>/<int:pk>/rhythm/", address_views.address_rhythm, name="address-rhythm"),
    path("address/<str:token>/<int:pk>/end/", address_views.address_end, name="address-end"),
    path("following/", following_views.following, name="following"),
    *mailing_urls,
    path("following/<int:pk>/rhythm/", following_views.follow_rhythm, name="follow-rhythm"),
    path("following/<int:pk>/end/", following_views.follow_end, name="follow-end"),
    *webhook_urls,
]
