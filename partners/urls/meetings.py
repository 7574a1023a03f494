from collections.abc import Callable

from django.http import HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern

from partners.views import board, meetings, stories


def both_ways(route: str, view: Callable[..., HttpResponse], name: str) -> list[URLPattern]:
    """A page of an introduction: for who has signed in, and by the personal link in a mail."""
    return [
        path(f"opportunities/introductions/<int:pk>/{route}", view, name=name),
        path(f"opportunities/introductions/by-link/<str:token>/{route}", view, name=f"{name}-by-link"),
    ]


urlpatterns = [
    *both_ways("", meetings.introduction_detail, "introduction-detail"),
    *both_ways("propose/", meetings.slots_propose, "slots-propose"),
    *both_ways("slots/<int:slot_pk>/accept/", meetings.slot_accept, "slot-accept"),
    *both_ways("place/", meetings.meeting_place, "meeting-place"),
    *both_ways("cancel/", meetings.meeting_cancel, "meeting-cancel"),
    *both_ways("meeting.ics", meetings.meeting_file, "meeting-file"),
    *both_ways("outcome/", meetings.outcome_report, "outcome-report"),
    *both_ways("story/", stories.story, "story"),
    *both_ways("story/write/", stories.story_save, "story-save"),
    *both_ways("story/agree/", stories.story_agree, "story-agree"),
    *both_ways("story/withdraw/", stories.story_withdraw, "story-withdraw"),
    path("opportunities/chamber/introductions/", board.introduction_board, name="introduction-board"),
    path("opportunities/chamber/introductions/all.csv", board.introduction_table, name="introduction-table"),
    path("opportunities/chamber/introductions/<int:pk>/report/", board.stage_report, name="stage-report"),
]
