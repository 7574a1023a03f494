from django.contrib import admin

from dialogues.models import (
    AgendaItem,
    Commitment,
    Decision,
    Dialogue,
    Indicator,
    IndicatorValue,
    Initiative,
    Minutes,
    Registration,
    Session,
)
from portal.reference.admin import Codes


@admin.register(Dialogue)
class DialogueAdmin(Codes, admin.ModelAdmin):
    list_display = ["slug", "title", "agreement"]
    filter_horizontal = ["parties"]


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    """Descriptions may be mended here; state and time are changed by the verbs, which tell people."""

    list_display = ["title", "dialogue", "number", "status", "starts_at"]
    list_filter = ["dialogue", "status"]
    filter_horizontal = ["convening_bodies"]
    readonly_fields = [
        "status", "zone", "starts_local", "ends_local", "starts_at", "ends_at", "uid", "sequence", "announced_at",
        "cancelled_because", "created_at", "changed_at", "capacity", "registration_opens_at", "registration_closes_at",
    ]  # fmt: skip


@admin.register(Minutes)
class MinutesAdmin(admin.ModelAdmin):
    list_display = ["session", "version", "status", "published_at"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):
    """To look at. Places are given and given back by the verbs, which count them and let the next one move up.

    One is deleted only with its person's account; ``registration.fill_free_places`` then gives it to who waits.
    """

    list_display = ["session", "name", "role", "status"]
    list_filter = ["status"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(AgendaItem)
class AgendaItemAdmin(admin.ModelAdmin):
    list_display = ["session", "order", "title", "kind", "visibility"]


@admin.register(Commitment)
class CommitmentAdmin(admin.ModelAdmin):
    """A typing error may be mended here; state and day are changed by the verbs, with their reasons."""

    list_display = ["text", "owner", "due_on", "status"]
    readonly_fields = ["status", "due_on", "first_due_on", "dropped_because", "finished_at", "published_at"]

    def has_add_permission(self, request):
        return False


@admin.register(Initiative)
class InitiativeAdmin(admin.ModelAdmin):
    list_display = ["name", "session", "status"]
    readonly_fields = ["status"]


@admin.register(IndicatorValue)
class IndicatorValueAdmin(admin.ModelAdmin):
    list_display = ["indicator", "year", "period_label", "value", "economy", "agreement", "reliability"]
    list_filter = ["reliability"]


admin.site.register([Decision, Indicator])
