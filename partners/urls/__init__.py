"""The addresses of partnering, by area. Fixed words come before the short names of requests."""

from partners.urls import chambers, clusters, directory, interests, meetings, mentoring, requests, screening, stories

app_name = "partners"
urlpatterns = [
    *chambers.urlpatterns,
    *interests.urlpatterns,
    *meetings.urlpatterns,
    *mentoring.urlpatterns,
    *stories.urlpatterns,
    *clusters.urlpatterns,
    *screening.urlpatterns,
    *directory.urlpatterns,
    *requests.urlpatterns,
]
