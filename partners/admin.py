from django.contrib import admin

from partners.models import (
    CandidateInvitation,
    ChamberMember,
    Cluster,
    ClusterMember,
    CompanyProfile,
    Disclosure,
    ExpressionOfInterest,
    FirmImport,
    Introduction,
    Match,
    Mentorship,
    PartnerRequest,
    Referral,
    ScreeningList,
    Vouch,
)
from portal import pagecache


class OnPublicPages(admin.ModelAdmin):
    """What stands on public pages: a change here ends the kept ones."""

    def log_addition(self, request, obj, message):
        pagecache.changed(pagecache.PARTNERS)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        pagecache.changed(pagecache.PARTNERS)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        pagecache.changed(pagecache.PARTNERS)
        return super().log_deletions(request, queryset)


@admin.register(CompanyProfile)
class CompanyProfileAdmin(OnPublicPages):
    list_display = ["organization", "language", "is_listed", "is_sample", "changed_at"]
    list_filter = ["is_listed", "is_sample", "language", "size"]
    raw_id_fields = ["organization", "contact"]


@admin.register(ChamberMember)
class ChamberMemberAdmin(admin.ModelAdmin):
    list_display = ["chamber", "company", "status", "since"]
    list_filter = ["status"]
    raw_id_fields = ["chamber", "company", "asked_by"]


@admin.register(PartnerRequest)
class PartnerRequestAdmin(OnPublicPages):
    list_display = ["title", "type", "status", "closes_on", "is_sample"]
    list_filter = ["status", "type", "is_sample"]
    raw_id_fields = ["company", "chamber", "posted_by"]
    # A state is changed by its verb, which tells whom it concerns.
    readonly_fields = ["status"]


class ReadOnlyAdmin(admin.ModelAdmin):
    """What the two sides did is looked at here, never done here."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(ScreeningList)
class ScreeningListAdmin(ReadOnlyAdmin):
    """Brought in by a command; the names it has are not for anybody else."""

    list_display = ["name", "entries", "imported_at", "imported_by"]


@admin.register(Match)
class MatchAdmin(ReadOnlyAdmin):
    list_display = ["request", "company", "score", "computed_at"]


@admin.register(ExpressionOfInterest)
class ExpressionOfInterestAdmin(ReadOnlyAdmin):
    list_display = ["request", "company", "status", "sent_at", "answer_due_at"]
    list_filter = ["status"]
    # Who wrote what is between the two sides.
    fields = ["request", "company", "sent_for", "status", "sent_at", "answer_due_at", "answered_at", "decline_reason"]


@admin.register(Introduction)
class IntroductionAdmin(ReadOnlyAdmin):
    list_display = ["interest", "accepted_at"]
    # The contact persons belong to the two sides, not to the administrators.
    fields = ["interest", "accepted_at"]


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnlyAdmin):
    list_display = ["rung", "owner", "to_organization", "at"]
    fields = ["rung", "owner", "to_organization", "request", "at"]


@admin.register(Vouch)
class VouchAdmin(ReadOnlyAdmin):
    list_display = ["chamber", "company", "checked_on", "expires_on", "withdrawn_at"]
    # Who checked is for the chamber and the firm.
    fields = ["chamber", "company", "checks", "checked_on", "expires_on", "at", "withdrawn_at"]


@admin.register(Referral)
class ReferralAdmin(ReadOnlyAdmin):
    list_display = ["request", "from_chamber", "to_chamber", "status", "sent_at"]
    list_filter = ["status"]
    fields = ["request", "from_chamber", "to_chamber", "status", "sent_at", "answered_at"]


@admin.register(CandidateInvitation)
class CandidateInvitationAdmin(ReadOnlyAdmin):
    list_display = ["request", "company", "chamber", "at"]
    fields = ["request", "company", "chamber", "at"]


@admin.register(FirmImport)
class FirmImportAdmin(ReadOnlyAdmin):
    list_display = ["filename", "kind", "chamber", "status", "rows", "uploaded_at"]
    list_filter = ["status", "kind"]
    # The rows and their errors are the chamber's.
    fields = ["filename", "kind", "chamber", "status", "rows", "done", "uploaded_by", "uploaded_at"]


@admin.register(Cluster)
class ClusterAdmin(OnPublicPages):
    """An administrator corrects a page, and names another lead where the last one is gone."""

    list_display = ["name", "economy", "lead", "is_public", "is_sample"]
    list_filter = ["is_public", "is_sample", "economy"]
    raw_id_fields = ["lead"]


@admin.register(ClusterMember)
class ClusterMemberAdmin(ReadOnlyAdmin):
    list_display = ["cluster", "company", "status", "since"]
    list_filter = ["status"]


@admin.register(Mentorship)
class MentorshipAdmin(ReadOnlyAdmin):
    list_display = ["offer", "status", "asked_at", "ended_at"]
    list_filter = ["status"]
    # What the company wants to learn is for the two sides.
    fields = ["offer", "status", "asked_at", "answered_at", "ended_at"]
