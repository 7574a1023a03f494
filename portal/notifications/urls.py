from django.urls import path

from portal.notifications import following_views, views

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="inbox"),
    path("<uuid:uid>/open/", views.notification_open, name="open"),
    path("mark-all-read/", views.notification_mark_all_read, name="mark-all-read"),
    path("preferences/", views.preference_edit, name="preferences"),
    path("unsubscribe/<str:token>/", views.subscription_end, name="unsubscribe"),
    path("resubscribe/<str:token>/", views.subscription_resume, name="resubscribe"),
    path("follow/<slug:kind>/", following_views.follow, name="follow"),
    path("follow-asked/", following_views.follow_asked, name="follow-asked"),
    path("follow-confirm/<str:token>/", following_views.follow_confirm, name="follow-confirm"),
    path("follow-stop/<str:token>/", following_views.follow_stop, name="follow-stop"),
    path("following/", following_views.following, name="following"),
    path("following/<int:pk>/end/", following_views.follow_end, name="follow-end"),
]
