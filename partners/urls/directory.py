from django.urls import path

from partners.views import companies, profiles

urlpatterns = [
    path("directory/", companies.company_list, name="company-list"),
    path("directory/organizations/", companies.organization_list, name="organization-list"),
    path("directory/companies/<slug:slug>/", companies.company_detail, name="company-detail"),
    path("directory/companies/<slug:slug>/edit/", companies.profile_edit, name="profile-edit"),
    path("directory/companies/<slug:slug>/confirm/", profiles.profile_confirm, name="profile-confirm"),
    path("directory/companies/<slug:slug>/reading/", profiles.profile_reading, name="profile-reading"),
]
