from django.urls import path

from portal.notifications import deliverability_views, following_views, views
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
    path("following/", following_views.following, name="following"),
    path("following/<int:pk>/rhythm/", following_views.follow_rhythm, name="follow-rhythm"),
    path("following/<int:pk>/end/", following_views.follow_end, name="follow-end"),
    *webhook_urls,
]
