from django.urls import path

from dialogues.urls import threads
from dialogues.views import endorsing, filing, issues

#: These do not begin with a dialogue's name.
overall = [
    path("issues/", issues.issue_list, name="issue-list"),
    path("issues/mine/", issues.issue_mine, name="issue-mine"),
    *threads.overall,
]

urlpatterns = [
    path("<slug:slug>/issues/", issues.dialogue_issues, name="dialogue-issues"),
    path("<slug:slug>/issues/new/", filing.issue_new, name="issue-new"),
    path("<slug:slug>/issues/<int:pk>/similar/", filing.issue_similar, name="issue-similar"),
    path("<slug:slug>/issues/<int:pk>/write/<slug:step>/", filing.issue_write, name="issue-write"),
    path("<slug:slug>/issues/<int:pk>/check/", filing.issue_check, name="issue-check"),
    path("<slug:slug>/issues/<int:pk>/submitted/", filing.issue_submitted, name="issue-submitted"),
    path("<slug:slug>/issues/<int:pk>/withdraw/", filing.issue_withdraw, name="issue-withdraw"),
    path("<slug:slug>/issues/<int:pk>/endorse/", endorsing.issue_endorse, name="issue-endorse"),
    path(
        "<slug:slug>/issues/<int:pk>/endorse/<int:row_pk>/take-back/",
        endorsing.endorsement_take_back,
        name="endorsement-take-back",
    ),
    path("<slug:slug>/issues/<int:pk>/follow/", endorsing.issue_follow, name="issue-follow"),
    path("<slug:slug>/issues/<int:pk>/unfollow/", endorsing.issue_unfollow, name="issue-unfollow"),
    *threads.urlpatterns,
]
