from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from resources.models import Resource, Translation


class TranslationInline(admin.TabularInline):
    model = Translation
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Resource)
class ResourceAdmin(TranslationAdmin):
    """A window on every resource. Texts, tags and states change on the portal's own pages alone: their verbs check,
    keep versions and log, tell people and index, none of which a form here could be trusted to do."""

    list_display = ("title", "kind", "publisher", "status", "reviewed_on", "review_due_on", "link_status")
    list_filter = ("status", "kind", "economies", "topics", "link_status")
    list_select_related = ("publisher",)
    search_fields = ("slug", "title_en", "title_zh_hant", "title_es", "title_fr", "url")
    date_hierarchy = "published_at"
    inlines = (TranslationInline,)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Of the list, for its actions; never of one resource in a form."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False
