from django.urls import path

from portal.notifications import webhook_views

urlpatterns = [
    path("webhooks/of/<slug:slug>/", webhook_views.webhook_list, name="webhook-list"),
    path("webhooks/of/<slug:slug>/new/", webhook_views.webhook_create, name="webhook-create"),
    path("webhooks/<uuid:uid>/", webhook_views.webhook_detail, name="webhook-detail"),
    path("webhooks/<uuid:uid>/address/", webhook_views.webhook_edit, name="webhook-edit"),
    path("webhooks/<uuid:uid>/test/", webhook_views.webhook_test, name="webhook-test"),
    path("webhooks/<uuid:uid>/secret/", webhook_views.webhook_rotate, name="webhook-rotate"),
    path("webhooks/<uuid:uid>/end-old-secret/", webhook_views.webhook_end_old_secret, name="webhook-end-old-secret"),
    path("webhooks/<uuid:uid>/off/", webhook_views.webhook_off, name="webhook-off"),
    path("webhooks/<uuid:uid>/on/", webhook_views.webhook_on, name="webhook-on"),
    path("webhooks/<uuid:uid>/follows/<int:pk>/end/", webhook_views.webhook_follow_end, name="webhook-follow-end"),
    path("webhooks/<uuid:uid>/sent/<uuid:delivery>/", webhook_views.webhook_send_again, name="webhook-send-again"),
    path("follow/<slug:kind>/for-a-system/", webhook_views.webhook_follow, name="webhook-follow"),
]
