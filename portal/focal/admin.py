from django.contrib import admin

from portal.accounts.admin import ReadOnly
from portal.focal.models import FocalPoint


@admin.register(FocalPoint)
class FocalPointAdmin(ReadOnly):
    """To look: administrators edit and confirm an office on its page, where it leaves a trace."""

    list_display = ["office", "organization", "economy", "is_active", "is_confirmed", "confirmed_at"]
    list_filter = ["is_active", "is_confirmed", "economy", "topics"]
    list_select_related = ["organization", "economy"]
    search_fields = ["office_en", "office_zh_hant", "office_es", "office_fr"]
    ordering = ["confirmed_at"]
