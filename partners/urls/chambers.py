from django.urls import path

from partners.views import chambers

urlpatterns = [
    path("opportunities/chamber/", chambers.chamber_desk, name="chamber-desk"),
    path("opportunities/chamber/members/", chambers.member_list, name="member-list"),
    path("opportunities/chamber/members/new/", chambers.firm_register, name="firm-register"),
    path("directory/companies/<slug:slug>/ask/", chambers.membership_ask, name="membership-ask"),
    path("directory/memberships/<int:pk>/agree/", chambers.membership_agree, name="membership-agree"),
    path("directory/memberships/<int:pk>/refuse/", chambers.membership_refuse, name="membership-refuse"),
    path("directory/memberships/<int:pk>/end/", chambers.membership_end, name="membership-end"),
]
