from django.urls import path

from portal.focal import views

app_name = "focal"
urlpatterns = [
    path("", views.point_list, name="point-list"),
    path("mine/", views.point_mine, name="point-mine"),
    path("mine/confirm/", views.point_confirm_several, name="point-confirm-several"),
    path("confirm/<str:token>/", views.point_confirm_by_link, name="point-confirm-by-link"),
    path("of/<slug:slug>/new/", views.point_add, name="point-add"),
    path("<int:pk>/", views.point_detail, name="point-detail"),
    path("<int:pk>/edit/", views.point_edit, name="point-edit"),
    path("<int:pk>/confirm/", views.point_confirm, name="point-confirm"),
    path("<int:pk>/take-out/", views.point_take_out, name="point-take-out"),
]
