from django.urls import path, re_path

from dialogues.views import public_texts, threads, triage

#: These do not begin with a dialogue's name.
overall = [
    path("issues/queue/", triage.issue_queue, name="issue-queue"),
    re_path(r"^issues/(?P<reference>[A-Z0-9]+-[0-9]{4}-[0-9]{3,6})/$", threads.issue_by_reference, name="issue-number"),
]

ISSUE = "<slug:slug>/issues/<int:pk>/"
urlpatterns = [
    path(ISSUE, threads.issue_detail, name="issue-detail"),
    path(f"{ISSUE}acknowledge/", triage.issue_acknowledge, name="issue-acknowledge"),
    path(f"{ISSUE}answer/", triage.issue_answer, name="issue-answer"),
    path(f"{ISSUE}decline/", triage.issue_decline, name="issue-decline"),
    path(f"{ISSUE}resolve/", triage.issue_resolve, name="issue-resolve"),
    path(f"{ISSUE}agenda/", triage.issue_agenda, name="issue-agenda"),
    path(f"{ISSUE}agenda/<int:item_pk>/take-off/", triage.issue_off_agenda, name="issue-off-agenda"),
    path(f"{ISSUE}refer/", triage.issue_refer, name="issue-refer"),
    path(f"{ISSUE}merge/", triage.issue_merge, name="issue-merge"),
    path(f"{ISSUE}reopen/", triage.issue_reopen, name="issue-reopen"),
    path(f"{ISSUE}public-text/", public_texts.issue_text, name="issue-text"),
    path(f"{ISSUE}public-text/approve/", public_texts.issue_text_approve, name="issue-text-approve"),
    path(f"{ISSUE}public-text/send-back/", public_texts.issue_text_send_back, name="issue-text-send-back"),
    path(f"{ISSUE}public-text/discard/", public_texts.issue_text_discard, name="issue-text-discard"),
    path(f"{ISSUE}public-text/take-down/", public_texts.issue_text_take_down, name="issue-text-take-down"),
]
