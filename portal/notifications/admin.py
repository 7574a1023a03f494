"""What was promised, what arrived, and what did not: for administrators."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.admin import ReadOnly
from portal.notifications.models import Notification
from portal.notifications.outbox import promise_again


@admin.register(Notification)
class NotificationAdmin(ReadOnly):
    list_display = ["uid", "kind", "status", "attempts", "last_error", "created_at", "due_at", "sent_at"]
    list_filter = ["status", "kind"]
    search_fields = ["=uid", "=recipient__email", "=address"]
    ordering = ["-created_at"]
    actions = ["send_again"]
    # Neither the text of a mail nor a calendar: an administrator looks after the delivery, not into the letters.
    fields = [
        "uid",
        "kind",
        "status",
        "attempts",
        "last_error",
        "created_at",
        "due_at",
        "sent_at",
    ]

    @admin.action(description=_("Send again what failed or bounced"))
    def send_again(self, request, queryset):
        count = promise_again(queryset, by=request.user)
        text = ngettext("%(count)d mail is owed again.", "%(count)d mails are owed again.", count)
        messages.success(request, text % {"count": count})
