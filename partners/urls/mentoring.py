from django.urls import path

from partners.views import mentoring

urlpatterns = [
    path("opportunities/mentors/", mentoring.mentor_list, name="mentor-list"),
    path("opportunities/mentorships/", mentoring.mentorship_list, name="mentorship-list"),
    path("opportunities/mentorships/<int:pk>/", mentoring.mentorship_detail, name="mentorship-detail"),
    path("opportunities/mentorships/<int:pk>/accept/", mentoring.mentorship_accept, name="mentorship-accept"),
    path("opportunities/mentorships/<int:pk>/decline/", mentoring.mentorship_decline, name="mentorship-decline"),
    path("opportunities/mentorships/<int:pk>/withdraw/", mentoring.mentorship_withdraw, name="mentorship-withdraw"),
    path("opportunities/mentorships/<int:pk>/end/", mentoring.mentorship_end, name="mentorship-end"),
    path("opportunities/<slug:slug>/place/", mentoring.mentorship_ask, name="mentorship-ask"),
    path("opportunities/<slug:slug>/pause/", mentoring.mentor_pause, name="mentor-pause"),
    path("opportunities/<slug:slug>/resume/", mentoring.mentor_resume, name="mentor-resume"),
    path("opportunities/<slug:slug>/places/", mentoring.mentor_places, name="mentor-places"),
]
