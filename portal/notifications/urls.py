from django.urls import path

from portal.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="inbox"),
    path("<uuid:uid>/open/", views.notification_open, name="open"),
    path("mark-all-read/", views.notification_mark_all_read, name="mark-all-read"),
    path("preferences/", views.preference_edit, name="preferences"),
    path("unsubscribe/<str:token>/", views.subscription_end, name="unsubscribe"),
    path("resubscribe/<str:token>/", views.subscription_resume, name="resubscribe"),
]
