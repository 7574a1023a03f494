from django.urls import path
from django.urls.resolvers import URLPattern

from dialogues.views import answering, attendance, inviting, registration, registration_setting, undelivered

SESSION = "<slug:slug>/sessions/<int:pk>"

urlpatterns: list[URLPattern] = [
    path("invitations/<str:token>/", answering.invitation_answer, name="invitation-answer"),
    path("invitations/<str:token>/pass-on/", answering.invitation_pass_on, name="invitation-pass-on"),
    path("invitations/<str:token>/check-in/", answering.invitation_check_in, name="invitation-check-in"),
    path(f"{SESSION}/place/", registration.place_detail, name="place-detail"),
    path(f"{SESSION}/place/answer/", registration.place_answer, name="place-answer"),
    path(f"{SESSION}/place/check-in/", registration.place_check_in, name="place-check-in"),
    path(f"{SESSION}/registration/", registration_setting.registration_set, name="registration-set"),
    path(f"{SESSION}/registration/questions/new/", registration_setting.question_add, name="question-add"),
    path(
        f"{SESSION}/registration/questions/<int:row_pk>/", registration_setting.question_revise, name="question-revise"
    ),
    path(
        f"{SESSION}/registration/questions/<int:row_pk>/move/", registration_setting.question_move, name="question-move"
    ),
    path(
        f"{SESSION}/registration/questions/<int:row_pk>/remove/",
        registration_setting.question_remove,
        name="question-remove",
    ),
    path(f"{SESSION}/invitations/", inviting.invitation_list, name="invitation-list"),
    path(f"{SESSION}/invitations/organization/", inviting.invitation_organization, name="invitation-organization"),
    path(f"{SESSION}/invitations/<int:row_pk>/again/", inviting.invitation_again, name="invitation-again"),
    path(f"{SESSION}/invitations/<int:row_pk>/withdraw/", inviting.invitation_withdraw, name="invitation-withdraw"),
    path(f"{SESSION}/not-delivered/", undelivered.undelivered_list, name="undelivered-list"),
    path(f"{SESSION}/not-delivered/again/", undelivered.undelivered_again, name="undelivered-again"),
    path(f"{SESSION}/people/", attendance.people_list, name="people-list"),
    path(f"{SESSION}/people/people.csv", attendance.people_table, name="people-table"),
    path(f"{SESSION}/people/<int:row_pk>/attended/", attendance.person_attended, name="person-attended"),
    path(f"{SESSION}/people/<int:row_pk>/cancel/", attendance.person_cancel, name="person-cancel"),
]
