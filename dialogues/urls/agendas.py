from django.urls import path

from dialogues.views import agenda, readiness, room, settings

_SESSION = "<slug:slug>/sessions/<int:pk>/"

urlpatterns = [
    path("<slug:slug>/settings/", settings.dialogue_settings, name="dialogue-settings"),
    path("<slug:slug>/settings/hours/<slug:economy>/", settings.delegation_hours, name="delegation-hours"),
    path("<slug:slug>/settings/hours/<slug:economy>/forget/", settings.hours_forget, name="hours-forget"),
    path("<slug:slug>/sessions/next/", settings.session_prepare, name="session-prepare"),
    path(_SESSION + "agenda/order/", agenda.agenda_reorder, name="agenda-reorder"),
    path(_SESSION + "agenda/issues/<int:issue_pk>/", agenda.agenda_issue_add, name="agenda-issue-add"),
    path(_SESSION + "agenda/left-open/", agenda.agenda_left_open, name="agenda-left-open"),
    path(_SESSION + "parties/<slug:economy>/", readiness.party_confirm, name="party-confirm"),
    path(_SESSION + "readiness/", readiness.session_readiness, name="session-readiness"),
    path(_SESSION + "room/", room.session_room, name="session-room"),
    path(_SESSION + "room/item/", room.item_call, name="item-call"),
    path(_SESSION + "channels/", room.session_channels, name="session-channels"),
]
