from django.urls import path

from partners.views import stories

urlpatterns = [
    path("opportunities/stories/", stories.story_list, name="story-list"),
    path("opportunities/stories/<slug:slug>/", stories.story_detail, name="story-detail"),
]
