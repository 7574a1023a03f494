from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from portal.reference.models import Agreement, Economy, Sector, Topic


@admin.register(Economy)
class EconomyAdmin(TranslationAdmin):
    list_display = ("name", "code", "is_apec_member", "is_focus", "default_time_zone", "order")
    list_filter = ("is_focus", "is_apec_member")
    search_fields = ("code", "name_en", "name_zh_hant", "name_es", "name_fr")


@admin.register(Agreement)
class AgreementAdmin(TranslationAdmin):
    list_display = ("title", "slug", "kind", "in_force_on", "order")
    list_filter = ("kind",)
    search_fields = ("slug", "title_en", "title_zh_hant", "title_es", "title_fr")
    filter_horizontal = ("parties",)


@admin.register(Topic)
class TopicAdmin(TranslationAdmin):
    list_display = ("label", "slug", "order")
    search_fields = ("slug", "label_en", "label_zh_hant", "label_es", "label_fr")


@admin.register(Sector)
class SectorAdmin(TranslationAdmin):
    list_display = ("label", "slug", "parent", "order")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    search_fields = ("slug", "label_en", "label_zh_hant", "label_es", "label_fr")
