from django.urls import path

from dialogues.views import calendars

#: Addresses that begin with no dialogue's name.
overall = [
    path("calendars/", calendars.calendar_list, name="calendar-list"),
    path("calendars/all.ics", calendars.all_feed, name="all-feed"),
    path("calendars/economies/<slug:code>.ics", calendars.economy_feed, name="economy-feed"),
    path("calendars/mine/begin/", calendars.personal_begin, name="personal-begin"),
    path("calendars/mine/end/", calendars.personal_end, name="personal-end"),
    path("calendars/mine/<str:token>.ics", calendars.personal_feed, name="personal-feed"),
]

urlpatterns = [
    path("<slug:slug>/calendar.ics", calendars.dialogue_feed, name="dialogue-feed"),
]
