from django.urls import path
from django.urls.resolvers import URLPattern

from portal.notifications import mailing_views as views

_ABOUT = "write/<slug:audience>/<int:pk>/"
_ONE = _ABOUT + "<uuid:uid>/"

urlpatterns: list[URLPattern] = [
    path("messages/<uuid:uid>/", views.message_detail, name="message"),
    path(_ABOUT, views.mailing_list, name="mailing-list"),
    path(_ABOUT + "new/", views.mailing_new, name="mailing-new"),
    path(_ONE, views.mailing_detail, name="mailing"),
    path(_ONE + "edit/", views.mailing_edit, name="mailing-edit"),
    path(_ONE + "sample/<slug:language>/", views.mailing_sample, name="mailing-sample"),
    path(_ONE + "try/<slug:language>/", views.mailing_try, name="mailing-try"),
    path(_ONE + "send/", views.mailing_send, name="mailing-send"),
    path(_ONE + "halt/", views.mailing_halt, name="mailing-halt"),
    path(_ONE + "resume/", views.mailing_resume, name="mailing-resume"),
    path(_ONE + "discard/", views.mailing_discard, name="mailing-discard"),
]
