from django.urls import path
from django.urls.resolvers import URLPattern

from dialogues.views import commitments, history, indicators, initiatives, scoreboard

urlpatterns: list[URLPattern] = [
    path("<slug:slug>/history/", history.session_history, name="session-history"),
    path("<slug:slug>/scoreboard/", scoreboard.dialogue_scoreboard, name="dialogue-scoreboard"),
    path("<slug:slug>/scoreboard.csv", scoreboard.scoreboard_table, name="scoreboard-table"),
    path("<slug:slug>/commitments/", commitments.commitment_list, name="commitment-list"),
    path("<slug:slug>/commitments.csv", scoreboard.commitment_table, name="commitment-table"),
    path("<slug:slug>/commitments/<int:pk>/", commitments.commitment_detail, name="commitment-detail"),
    path("<slug:slug>/commitments/<int:pk>/report/", commitments.commitment_report, name="commitment-report"),
    path("<slug:slug>/commitments/<int:pk>/due/", commitments.commitment_due, name="commitment-due"),
    path("<slug:slug>/commitments/<int:pk>/drop/", commitments.commitment_drop, name="commitment-drop"),
    path("<slug:slug>/commitments/<int:pk>/lead/", commitments.commitment_lead, name="commitment-lead"),
    path("<slug:slug>/initiatives/", initiatives.initiative_list, name="initiative-list"),
    path("<slug:slug>/initiatives/<int:pk>/edit/", initiatives.initiative_revise, name="initiative-revise"),
    path("<slug:slug>/initiatives/<int:pk>/state/", initiatives.initiative_status, name="initiative-status"),
    path("<slug:slug>/sessions/<int:pk>/initiatives/new/", initiatives.initiative_add, name="initiative-add"),
    path("<slug:slug>/indicators/", indicators.indicator_list, name="indicator-list"),
    path("<slug:slug>/indicators.csv", indicators.indicator_table, name="indicator-table"),
    path("<slug:slug>/indicators/new/", indicators.figure_add, name="figure-add"),
    path("<slug:slug>/indicators/<int:pk>/remove/", indicators.figure_take_off, name="figure-take-off"),
]
