"""What was promised, what arrived, and what did not: for administrators."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.admin import ReadOnly
from portal.notifications import deliverability
from portal.notifications.models import Deliverability, Mailing, Notification, Webhook, WebhookDelivery
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


@admin.register(Webhook)
class WebhookAdmin(ReadOnly):
    """Without addresses and secrets: they are the organization's own."""

    list_display = ["uid", "organization", "host", "status", "failing_since", "created_at"]
    list_filter = ["status"]
    search_fields = ["=uid", "organization__name"]
    ordering = ["-created_at"]
    fields = ["uid", "organization", "host", "status", "failing_since", "created_by", "created_at"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly):
    list_display = ["uid", "webhook", "event", "status", "attempts", "answer_status", "last_error", "due_at"]
    list_filter = ["status", "event"]
    list_select_related = ["webhook__organization"]
    search_fields = ["=uid", "=webhook__uid"]
    ordering = ["-created_at"]
    fields = [*list_display, "created_at", "sent_at"]


@admin.register(Mailing)
class MailingAdmin(ReadOnly):
    """What went to many, and whether it was halted; not what it says."""

    list_display = ["uid", "kind", "status", "created_by", "created_at", "released_by", "released_at"]
    list_filter = ["status", "kind"]
    search_fields = ["=uid"]
    ordering = ["-created_at"]
    list_select_related = ["created_by", "released_by"]
    fields = ["uid", "kind", "status", "created_by", "created_at", "released_by", "released_at"]


@admin.register(Deliverability)
class DeliverabilityAdmin(ReadOnly):
    """Found by the whole address alone: nobody browses who took part in what."""

    list_display = ["address", "state", "soft_bounces", "said", "changed_at"]
    list_filter = ["state"]
    search_fields = ["=address"]
    ordering = ["-changed_at"]
    actions = ["let_work_again"]

    @admin.action(description=_("Send mail to these addresses again"))
    def let_work_again(self, request, queryset):
        for row in queryset:
            deliverability.works_again(row.address, by=request.user)
        messages.success(request, _("Mail goes there again."))
