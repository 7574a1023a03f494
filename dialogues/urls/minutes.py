from django.urls import path
from django.urls.resolvers import URLPattern

from dialogues.views import minutes as minutes_views
from dialogues.views import minutes_agreeing, minutes_writing

_SESSION = "<slug:slug>/sessions/<int:pk>"

urlpatterns: list[URLPattern] = [
    path("minutes/by-link/<str:token>/", minutes_agreeing.minutes_by_link, name="minutes-by-link"),
    path(f"{_SESSION}/minutes/", minutes_views.minutes_detail, name="minutes-detail"),
    path(f"{_SESSION}/minutes/edit/", minutes_writing.minutes_edit, name="minutes-edit"),
    path(f"{_SESSION}/minutes/publish/", minutes_agreeing.minutes_publish, name="minutes-publish"),
    path(f"{_SESSION}/decisions/new/", minutes_writing.decision_add, name="decision-add"),
    path(f"{_SESSION}/decisions/<int:row_pk>/remove/", minutes_writing.decision_remove, name="decision-remove"),
    path(f"{_SESSION}/commitments/new/", minutes_writing.commitment_add, name="commitment-add"),
    path(f"{_SESSION}/commitments/<int:row_pk>/remove/", minutes_writing.commitment_remove, name="commitment-remove"),
    path(f"{_SESSION}/minutes/begin/", minutes_writing.minutes_begin, name="minutes-begin"),
    path(f"{_SESSION}/minutes/autosave/", minutes_writing.minutes_autosave, name="minutes-autosave"),
    path(f"{_SESSION}/minutes/sections/new/", minutes_writing.section_add, name="minutes-section-add"),
    path(f"{_SESSION}/minutes/discard/", minutes_writing.minutes_discard, name="minutes-discard"),
    path(f"{_SESSION}/minutes/circulate/", minutes_agreeing.minutes_circulate, name="minutes-circulate"),
    path(f"{_SESSION}/minutes/comment/", minutes_agreeing.minutes_comment, name="minutes-comment"),
    path(
        f"{_SESSION}/minutes/comments/<int:comment_pk>/", minutes_agreeing.comment_settle, name="minutes-comment-settle"
    ),
    path(f"{_SESSION}/minutes/sign/", minutes_agreeing.minutes_sign, name="minutes-sign"),
    path(f"{_SESSION}/minutes/reopen/", minutes_agreeing.minutes_reopen, name="minutes-reopen"),
    path(f"{_SESSION}/minutes/correct/", minutes_agreeing.minutes_correct, name="minutes-correct"),
    path(f"{_SESSION}/minutes/versions/<int:version>/", minutes_views.minutes_version, name="minutes-version"),
    path(f"{_SESSION}/minutes/compare/", minutes_views.minutes_compare, name="minutes-compare"),
]
