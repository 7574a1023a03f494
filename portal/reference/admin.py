from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from portal import pagecache
from portal.reference.models import Agreement, Economy, Sector, Topic


class VocabularyAdmin(TranslationAdmin):
    """The vocabulary stands on public pages: a change here ends the kept ones."""

    def log_addition(self, request, obj, message):
        pagecache.changed()
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        pagecache.changed()
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        pagecache.changed()
        return super().log_deletions(request, queryset)


@admin.register(Economy)
class EconomyAdmin(VocabularyAdmin):
    list_display = ("name", "code", "is_apec_member", "is_focus", "default_time_zone", "order")
    list_filter = ("is_focus", "is_apec_member")
    search_fields = ("code", "name_en", "name_zh_hant", "name_es", "name_fr")


@admin.register(Agreement)
class AgreementAdmin(VocabularyAdmin):
    list_display = ("title", "slug", "kind", "in_force_on", "order")
    list_filter = ("kind",)
    search_fields = ("slug", "title_en", "title_zh_hant", "title_es", "title_fr")
    filter_horizontal = ("parties",)


@admin.register(Topic)
class TopicAdmin(VocabularyAdmin):
    list_display = ("label", "slug", "order")
    search_fields = ("slug", "label_en", "label_zh_hant", "label_es", "label_fr")


@admin.register(Sector)
class SectorAdmin(VocabularyAdmin):
    list_display = ("label", "slug", "parent", "order")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    search_fields = ("slug", "label_en", "label_zh_hant", "label_es", "label_fr")
