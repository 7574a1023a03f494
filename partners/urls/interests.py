from django.urls import path

from partners.views import interests

urlpatterns = [
    path("opportunities/interests/", interests.interest_list, name="interest-list"),
    path("opportunities/interests/<int:pk>/", interests.interest_detail, name="interest-detail"),
    path("opportunities/interests/<int:pk>/accept/", interests.interest_accept, name="interest-accept"),
    path("opportunities/interests/<int:pk>/decline/", interests.interest_decline, name="interest-decline"),
    path("opportunities/interests/<int:pk>/withdraw/", interests.interest_withdraw, name="interest-withdraw"),
    path("opportunities/interests/<int:pk>/share/<slug:rung>/", interests.interest_share, name="interest-share"),
    path("opportunities/interests/<int:pk>/unshare/<slug:rung>/", interests.interest_unshare, name="interest-unshare"),
    path("opportunities/chamber/interests/", interests.member_interests, name="member-interests"),
    path("opportunities/<slug:slug>/show-again/", interests.request_show_again, name="request-show-again"),
    path("opportunities/disclosures/", interests.disclosure_list, name="disclosure-list"),
]
