from django.urls import path

from partners.views import interests

urlpatterns = [
    path("opportunities/interests/", interests.interest_list, name="interest-list"),
    path("opportunities/interests/<int:pk>/", interests.interest_detail, name="interest-detail"),
    path("opportunities/interests/<int:pk>/accept/", interests.interest_accept, name="interest-accept"),
    path("opportunities/interests/<int:pk>/decline/", interests.interest_decline, name="interest-decline"),
    path("opportunities/interests/<int:pk>/withdraw/", interests.interest_withdraw, name="interest-withdraw"),
    path("opportunities/disclosures/", interests.disclosure_list, name="disclosure-list"),
]
