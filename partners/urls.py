from django.urls import path

from partners.views import chambers, companies, interests, requests

app_name = "partners"
urlpatterns = [
    path("opportunities/", requests.request_list, name="request-list"),
    path("opportunities/new/", requests.request_draft, name="request-draft"),
    path("opportunities/mine/", requests.request_mine, name="request-mine"),
    path("opportunities/for-my-company/", requests.match_list, name="match-list"),
    path("opportunities/chamber/", chambers.chamber_desk, name="chamber-desk"),
    path("opportunities/chamber/members/", chambers.member_list, name="member-list"),
    path("opportunities/chamber/members/new/", chambers.firm_register, name="firm-register"),
    path("opportunities/interests/", interests.interest_list, name="interest-list"),
    path("opportunities/interests/<int:pk>/", interests.interest_detail, name="interest-detail"),
    path("opportunities/interests/<int:pk>/accept/", interests.interest_accept, name="interest-accept"),
    path("opportunities/interests/<int:pk>/decline/", interests.interest_decline, name="interest-decline"),
    path("opportunities/interests/<int:pk>/withdraw/", interests.interest_withdraw, name="interest-withdraw"),
    path("opportunities/disclosures/", interests.disclosure_list, name="disclosure-list"),
    path("opportunities/<slug:slug>/", requests.request_detail, name="request-detail"),
    path("opportunities/<slug:slug>/edit/", requests.request_revise, name="request-revise"),
    path("opportunities/<slug:slug>/submit/", requests.request_submit, name="request-submit"),
    path("opportunities/<slug:slug>/take-back/", requests.request_take_back, name="request-take-back"),
    path("opportunities/<slug:slug>/publish/", requests.request_publish, name="request-publish"),
    path("opportunities/<slug:slug>/send-back/", requests.request_send_back, name="request-send-back"),
    path("opportunities/<slug:slug>/discard/", requests.request_discard, name="request-discard"),
    path("opportunities/<slug:slug>/close/", requests.request_close, name="request-close"),
    path("opportunities/<slug:slug>/renew/", requests.request_renew, name="request-renew"),
    path("opportunities/<slug:slug>/interest/", interests.interest_express, name="interest-express"),
    path("directory/", companies.company_list, name="company-list"),
    path("directory/organizations/", companies.organization_list, name="organization-list"),
    path("directory/companies/<slug:slug>/", companies.company_detail, name="company-detail"),
    path("directory/companies/<slug:slug>/edit/", companies.profile_edit, name="profile-edit"),
    path("directory/companies/<slug:slug>/ask/", chambers.membership_ask, name="membership-ask"),
    path("directory/memberships/<int:pk>/agree/", chambers.membership_agree, name="membership-agree"),
    path("directory/memberships/<int:pk>/refuse/", chambers.membership_refuse, name="membership-refuse"),
    path("directory/memberships/<int:pk>/end/", chambers.membership_end, name="membership-end"),
]
