from django.urls import path

from dialogues.urls import agendas, calendars, documents, issues, polls, registrations
from dialogues.urls import commitments as commitment_urls
from dialogues.urls import minutes as minutes_urls
from dialogues.views import agenda, cases, dialogues, registration, sessions

app_name = "dialogues"

# What does not begin with a dialogue's name stands before what does.
urlpatterns = [
    path("", dialogues.dialogue_list, name="dialogue-list"),
    *issues.overall,
    *calendars.overall,
    path("<slug:slug>/", dialogues.dialogue_detail, name="dialogue-detail"),
    path("<slug:slug>/cases/", cases.case_name, name="case-name"),
    path("<slug:slug>/cases/<int:case_pk>/remove/", cases.case_take_off, name="case-take-off"),
    path("<slug:slug>/sessions/new/", sessions.session_create, name="session-create"),
    path("<slug:slug>/sessions/<int:pk>/", sessions.session_detail, name="session-detail"),
    path("<slug:slug>/sessions/<int:pk>/session.ics", sessions.session_calendar, name="session-calendar"),
    path("<slug:slug>/sessions/<int:pk>/edit/", sessions.session_revise, name="session-revise"),
    path("<slug:slug>/sessions/<int:pk>/schedule/", sessions.session_schedule, name="session-schedule"),
    path("<slug:slug>/sessions/<int:pk>/reschedule/", sessions.session_reschedule, name="session-reschedule"),
    path("<slug:slug>/sessions/<int:pk>/cancel/", sessions.session_cancel, name="session-cancel"),
    path("<slug:slug>/sessions/<int:pk>/start/", sessions.session_start, name="session-start"),
    path("<slug:slug>/sessions/<int:pk>/held/", sessions.session_held, name="session-held"),
    path("<slug:slug>/sessions/<int:pk>/close/", sessions.session_close, name="session-close"),
    path("<slug:slug>/sessions/<int:pk>/agenda/", agenda.agenda_edit, name="agenda-edit"),
    path("<slug:slug>/sessions/<int:pk>/agenda/<int:item_pk>/", agenda.item_revise, name="item-revise"),
    path("<slug:slug>/sessions/<int:pk>/agenda/<int:item_pk>/move/", agenda.item_move, name="item-move"),
    path("<slug:slug>/sessions/<int:pk>/agenda/<int:item_pk>/remove/", agenda.item_remove, name="item-remove"),
    path("<slug:slug>/sessions/<int:pk>/register/", registration.session_register, name="session-register"),
    path("<slug:slug>/sessions/<int:pk>/unregister/", registration.session_unregister, name="session-unregister"),
    *polls.urlpatterns,
    *agendas.urlpatterns,
    *issues.urlpatterns,
    *registrations.urlpatterns,
    *documents.urlpatterns,
    *minutes_urls.urlpatterns,
    *commitment_urls.urlpatterns,
    *calendars.urlpatterns,
]
