from django.urls import path

from portal.accounts.views import finding, organizations, people, profile

urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("welcome/", profile.welcome_step, name="welcome"),
    path("welcome/choose/", profile.welcome_choose, name="welcome-choose"),
    path("welcome/skip/", profile.welcome_skip, name="welcome-skip"),
    path("organizations/", organizations.organization_list, name="organization-list"),
    path("organizations/awaiting/", organizations.organization_awaiting, name="organization-awaiting"),
    path("organizations/find/", finding.organization_find, name="organization-find"),
    path("organizations/new/", organizations.organization_create, name="organization-create"),
    path("organizations/<slug:slug>/", organizations.organization_detail, name="organization-detail"),
    path("organizations/<slug:slug>/edit/", organizations.organization_edit, name="organization-edit"),
    path("organizations/<slug:slug>/verify/", organizations.organization_verify, name="organization-verify"),
    path("organizations/<slug:slug>/refuse/", organizations.organization_refuse, name="organization-refuse"),
    path("organizations/<slug:slug>/reopen/", organizations.organization_reopen, name="organization-reopen"),
    path("organizations/<slug:slug>/ask-again/", organizations.organization_ask_again, name="organization-ask-again"),
    path("organizations/<slug:slug>/people/", people.organization_people, name="organization-people"),
    path("organizations/<slug:slug>/join/", people.organization_join, name="organization-join"),
    path("organizations/<slug:slug>/invite/", people.organization_invite, name="organization-invite"),
    path("invitations/<str:token>/", people.invitation_accept, name="invitation-accept"),
    path("invitations/<int:pk>/withdraw/", people.invitation_withdraw, name="invitation-withdraw"),
    path("memberships/<int:pk>/admit/", people.membership_admit, name="membership-admit"),
    path("memberships/<int:pk>/decline/", people.membership_decline, name="membership-decline"),
    path("memberships/<int:pk>/remove/", people.membership_remove, name="membership-remove"),
    path("memberships/<int:pk>/leave/", people.membership_leave, name="membership-leave"),
    path("memberships/<int:pk>/role/", people.membership_role, name="membership-role"),
]
