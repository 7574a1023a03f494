"""Other ways out: a person's own feed, and an organization's own system."""

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from portal.sealed import SealedText


class PersonalFeed(models.Model):
    """The secret address of a person's own feed names ``generation``; raising it makes the old address useless."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_feed", verbose_name=_("person")
    )
    generation = models.PositiveIntegerField(default=1, editable=False)
    is_on = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("address made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("personal feed")
        verbose_name_plural = _("personal feeds")

    def __str__(self):
        return str(self.user_id)


class WebhookQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of her organizations."""
        return self.filter(organization__in=organization_ids(user))


class Webhook(models.Model):
    """An address of an organization's own system that is told of what it follows, signed with a shared secret.

    After a rotation both secrets sign until ``old_secret_until``. It stops by itself when nothing was taken for days.
    """

    class Status(models.TextChoices):
        ON = "on", pgettext_lazy("webhook", "On")
        OFF = "off", pgettext_lazy("webhook", "Off")
        FAILING = "failing", pgettext_lazy("webhook", "Stopped after failures")

    MOVES = {
        Status.ON: {Status.OFF, Status.FAILING},
        Status.OFF: {Status.ON},
        Status.FAILING: {Status.ON, Status.OFF},
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="webhooks", verbose_name=_("organization")
    )
    url = models.URLField(_("address"), max_length=500)
    secret = SealedText(editable=False)
    old_secret = SealedText(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    status = models.CharField(_("state"), max_length=7, choices=Status, default=Status.ON)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "url"], name="webhook_once")]

    # Without the address, which may hold a secret: activity logs keep this label.
    def __str__(self):
        return str(self.organization)

    def get_absolute_url(self):
        return reverse("notifications:webhook-detail", args=[self.uid])

    @property
    def host(self) -> str:
        """The name of the system it posts to."""
        return urlsplit(self.url).netloc

    @property
    def signs_twice(self) -> bool:
        """Whether the secret before the last rotation still signs too."""
        return bool(self.old_secret and self.old_secret_until and self.old_secret_until > timezone.now())


class WebhookDeliveryQuerySet(models.QuerySet):
    def due(self):
        """What is still owed and may be tried now."""
        now = timezone.now()
        return self.filter(status=WebhookDelivery.Status.PENDING, due_at__lte=now).order_by("due_at", "pk")


class WebhookDelivery(models.Model):
    """One event for one webhook: what is posted, and what came back. The log that its organization reads."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("delivery", "Pending")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")

    #: The event that somebody sends by a button to see whether it arrives: tried once.
    TEST = "webhook.test"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    event = models.CharField(_("event"), max_length=80)
    #: Same webhook and key: the same event, told once.
    key = models.CharField(max_length=200)
    body = models.JSONField(_("content"))
    status = models.CharField(_("delivery"), max_length=7, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    answer_status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery to a webhook")
        verbose_name_plural = _("deliveries to webhooks")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "key"], name="webhook_told_once")]
        indexes = [models.Index(fields=["due_at", "id"], condition=models.Q(status="pending"), name="webhook_due")]

    def __str__(self):
        return f"{self.event} {self.uid}"

    @property
    def is_test(self) -> bool:
        return self.event == self.TEST
