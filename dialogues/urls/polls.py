from django.urls import path
from django.urls.resolvers import URLPattern

from dialogues.views import polls

SESSION = "<slug:slug>/sessions/<int:pk>/"
POLL = SESSION + "poll/<int:poll_pk>/"

urlpatterns: list[URLPattern] = [
    # Her link is her permission.
    path("polls/<str:token>/", polls.poll_answer, name="poll-answer"),
    path(SESSION + "poll/", polls.poll_create, name="poll-create"),
    path(POLL, polls.poll_detail, name="poll-detail"),
    path(POLL + "choose/<int:slot_pk>/", polls.poll_choose, name="poll-choose"),
    path(POLL + "invite/", polls.poll_invite, name="poll-invite"),
    path(POLL + "deadline/", polls.poll_deadline, name="poll-deadline"),
    path(POLL + "withdraw/", polls.poll_withdraw, name="poll-withdraw"),
    path(POLL + "people/<int:invitee_pk>/again/", polls.poll_invite_again, name="poll-invite-again"),
    path(POLL + "people/<int:invitee_pk>/remove/", polls.poll_take_off, name="poll-take-off"),
    path(SESSION + "zone/", polls.session_zone, name="session-zone"),
]
