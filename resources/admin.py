from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from resources import indexing
from resources.models import Resource, Translation


class TranslationInline(admin.TabularInline):
    model = Translation
    extra = 0


@admin.register(Resource)
class ResourceAdmin(TranslationAdmin):
    """For administrators' repairs; officials work on the portal's own pages, whose verbs keep log and mail."""

    list_display = ("title", "kind", "publisher", "status", "reviewed_on", "review_due_on", "link_status")
    list_filter = ("status", "kind", "economies", "topics", "link_status")
    list_select_related = ("publisher",)
    search_fields = ("slug", "title_en", "title_zh_hant", "title_es", "title_fr", "url")
    raw_id_fields = ("publisher", "author", "changed_by")
    readonly_fields = ("created_at", "changed_at", "status")
    date_hierarchy = "published_at"
    inlines = (TranslationInline,)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        indexing.refresh(form.instance)
