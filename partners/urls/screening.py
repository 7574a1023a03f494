from django.urls import path

from partners.views import screening

urlpatterns = [
    path("screening/", screening.screening_list, name="screening-list"),
    path("screening/<int:pk>/", screening.screening_detail, name="screening-detail"),
    path("screening/<int:pk>/reopen/", screening.screening_reopen, name="screening-reopen"),
]
