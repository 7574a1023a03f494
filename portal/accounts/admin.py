"""A window for administrators. Verification and membership go by the verbs, which check, log and tell people."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from portal.accounts.models import Invitation, Membership, Organization, User

# The admin's own login form knows neither the second factor nor the rate limits.
admin.site.login = secure_admin_login(admin.site.login)


class ReadOnly(admin.ModelAdmin):
    """To look, not to touch: what is changed behind the verbs' back leaves no trace and tells nobody."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Who may sign in, and who administers. Passwords and addresses stay with their owners."""

    list_display = ["full_name", "email", "language", "is_active", "is_staff", "joined_at"]
    list_filter = ["is_active", "is_staff", "purpose", "language"]
    search_fields = ["full_name", "email"]
    ordering = ["-joined_at"]
    fields = ["full_name", "email", "language", "time_zone", "purpose", "is_active", "is_staff", "joined_at"]
    readonly_fields = ["full_name", "email", "language", "time_zone", "purpose", "joined_at"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Organization)
class OrganizationAdmin(ReadOnly):
    list_display = ["name", "kind", "economy", "status", "verified_at", "created_at"]
    list_filter = ["kind", "status", "economy"]
    list_select_related = ["economy"]
    search_fields = ["name_en", "name_zh_hant", "name_es", "name_fr"]
    ordering = ["-created_at"]


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ["user", "organization", "role", "status", "created_at"]
    list_filter = ["status", "role"]
    list_select_related = ["user", "organization"]
    ordering = ["-created_at"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """Without the token: whoever reads it here could hand it on."""

    list_display = ["email", "organization", "role", "status", "created_at", "expires_at"]
    list_filter = ["status"]
    list_select_related = ["organization"]
    ordering = ["-created_at"]
