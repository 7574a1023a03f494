from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from portal import pagecache
from portal.reference import renaming
from portal.reference.models import Agreement, CodeChange, Economy, Sector, Topic


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


class Codes:
    """Mixed into an admin whose slugs are codes that addresses, things and what people follow name: they go along with
    every change."""

    def save_model(self, request, obj, form, change):
        to = obj.slug if change and "slug" in form.changed_data else ""
        if to:
            obj.slug = form.initial["slug"]
        super().save_model(request, obj, form, change)
        if to:
            obj.slug = renaming.rename(obj, to=to, by=request.user).slug

    def delete_model(self, request, obj):
        renaming.give_up(obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            renaming.give_up(obj, by=request.user)


class CodesAdmin(Codes, VocabularyAdmin):
    """Of rows that can become one."""

    actions = ("merge",)

    @admin.action(description=_("Merge into the topmost of those chosen"), permissions=["delete"])
    def merge(self, request, queryset):
        first, *others = queryset
        try:
            for other in others:
                renaming.merge(other, into=first, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("What named the others names “%(name)s” now.") % {"name": first})


@admin.register(CodeChange)
class CodeChangeAdmin(admin.ModelAdmin):
    """Read alone: what was renamed, merged or given up, by whom."""

    list_display = ("facet", "old", "new", "is_merge", "by", "at")
    list_filter = ("facet", "is_merge")
    list_select_related = ("by",)
    search_fields = ("=old", "=new")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Economy)
class EconomyAdmin(VocabularyAdmin):
    list_display = ("name", "code", "is_apec_member", "is_focus", "default_time_zone", "order")
    list_filter = ("is_focus", "is_apec_member")
    search_fields = ("code", "name_en", "name_zh_hant", "name_es", "name_fr")


@admin.register(Agreement)
class AgreementAdmin(CodesAdmin):
    list_display = ("title", "slug", "kind", "in_force_on", "order")
    list_filter = ("kind",)
    search_fields = ("slug", "title_en", "title_zh_hant", "title_es", "title_fr")
    filter_horizontal = ("parties",)


@admin.register(Topic)
class TopicAdmin(CodesAdmin):
    list_display = ("label", "slug", "order")
    search_fields = ("slug", "label_en", "label_zh_hant", "label_es", "label_fr")


@admin.register(Sector)
class SectorAdmin(CodesAdmin):
    list_display = ("label", "slug", "parent", "order")
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    search_fields = ("slug", "label_en", "label_zh_hant", "label_es", "label_fr")
