from django.urls import path

from partners.views import acting, chambers, firm_imports, referrals, vouches

urlpatterns = [
    path("opportunities/chamber/", chambers.chamber_desk, name="chamber-desk"),
    path("opportunities/chamber/members/", chambers.member_list, name="member-list"),
    path("opportunities/chamber/members/new/", chambers.firm_register, name="firm-register"),
    path("opportunities/chamber/act-for/", acting.chamber_choose, name="chamber-choose"),
    path("opportunities/chamber/members/<int:pk>/vouch/", vouches.vouch_give, name="vouch-give"),
    path("opportunities/chamber/vouches/", vouches.vouch_list, name="vouch-list"),
    path("opportunities/chamber/vouches/<int:pk>/take-back/", vouches.vouch_take_back, name="vouch-take-back"),
    path("opportunities/chamber/<slug:kind>.csv", firm_imports.firm_export, name="firm-export"),
    path("opportunities/chamber/imports/", firm_imports.firm_import_start, name="firm-import-start"),
    path(
        "opportunities/chamber/imports/<slug:kind>-template.csv",
        firm_imports.firm_import_template,
        name="firm-import-template",
    ),
    path("opportunities/chamber/imports/<uuid:uid>/", firm_imports.firm_import, name="firm-import"),
    path("opportunities/chamber/imports/<uuid:uid>/load/", firm_imports.firm_import_load, name="firm-import-load"),
    path(
        "opportunities/chamber/imports/<uuid:uid>/give-up/",
        firm_imports.firm_import_give_up,
        name="firm-import-give-up",
    ),
    path(
        "opportunities/chamber/imports/<uuid:uid>/errors.csv",
        firm_imports.firm_import_errors,
        name="firm-import-errors",
    ),
    path("opportunities/referrals/", referrals.referral_list, name="referral-list"),
    path("opportunities/referrals/<int:pk>/", referrals.referral_detail, name="referral-detail"),
    path("opportunities/referrals/<int:pk>/accept/", referrals.referral_accept, name="referral-accept"),
    path("opportunities/referrals/<int:pk>/decline/", referrals.referral_decline, name="referral-decline"),
    path("opportunities/referrals/<int:pk>/close/", referrals.referral_close, name="referral-close"),
    path("opportunities/<slug:slug>/refer/", referrals.request_refer, name="request-refer"),
    path("directory/companies/<slug:slug>/ask/", chambers.membership_ask, name="membership-ask"),
    path("directory/memberships/<int:pk>/agree/", chambers.membership_agree, name="membership-agree"),
    path("directory/memberships/<int:pk>/refuse/", chambers.membership_refuse, name="membership-refuse"),
    path("directory/memberships/<int:pk>/end/", chambers.membership_end, name="membership-end"),
]
