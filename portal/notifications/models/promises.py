"""Promises: the outbox row that is also the mail, the inbox entry and the entry of the personal feed."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import User
from portal.languages import Language
from portal.notifications.models.mailing import MailingText
from portal.notifications.models.people import ALWAYS_MAILED, Address, Category, Rhythm, is_one_person


class Queue(models.IntegerChoices):
    """What goes first. What somebody must have before a meeting never waits behind a digest."""

    CRITICAL = 1, pgettext_lazy("mail", "Urgent")
    ORDINARY = 2, pgettext_lazy("mail", "Ordinary")
    BULK = 3, pgettext_lazy("mail", "To many")


class NotificationQuerySet(models.QuerySet):
    def due(self):
        """Promises whose mail is still owed and may be tried now, the urgent first."""
        pending = self.filter(status=Notification.Status.PENDING, due_at__lte=timezone.now())
        return pending.order_by("queue", "due_at", "pk")

    def undelivered(self):
        """What did not reach its recipient by mail, for good."""
        return self.filter(status__in=[Notification.Status.FAILED, Notification.Status.BOUNCED])

    def waiting_for_digest(self):
        return self.filter(status=Notification.Status.WAITING)

    def visible_to(self, user):
        """A person's own inbox: what has been delivered to her, newest first."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(recipient=user).exclude(subject="").order_by("-created_at", "-pk")

    def unread(self):
        return self.filter(read_at=None)


class Notification(models.Model):
    """One promise to one recipient about one object: the outbox row, the mail and the inbox entry."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("delivery", "Pending")
        WAITING = "waiting", pgettext_lazy("delivery", "For the next digest")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        MUTED = "muted", pgettext_lazy("delivery", "Inbox only")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        BOUNCED = "bounced", pgettext_lazy("delivery", "Bounced")
        REPLACED = "replaced", pgettext_lazy("delivery", "Taken over by a later message")
        HELD = "held", pgettext_lazy("delivery", "Held back")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        db_index=False,  # a longer index begins with it
        verbose_name=_("recipient"),
    )
    # Instead of a recipient, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    address_name = models.CharField(_("name"), max_length=150, blank=True)
    address_language = models.CharField(_("language"), max_length=7, choices=Language, blank=True)
    address_time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    kind = models.CharField(_("kind"), max_length=80)
    # Not checked by the database: thousands of rows of one statement all name the same one, and ``about_id`` is free.
    about_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    about_id = models.BigIntegerField()
    about = GenericForeignKey("about_type", "about_id")
    # Same recipient, kind and key: the same promise, made once.
    key = models.CharField(max_length=200)
    context = models.JSONField(default=dict, blank=True)
    # The iCalendar part as promised; a later change is a later promise with a higher SEQUENCE.
    calendar_method = models.CharField(max_length=10, blank=True)
    calendar_body = models.TextField(blank=True)

    status = models.CharField(_("delivery"), max_length=8, choices=Status, default=Status.PENDING)
    queue = models.PositiveSmallIntegerField(_("urgency"), choices=Queue, default=Queue.ORDINARY)
    #: How the mail goes, by the subscription that found it; the person's own choice of a category is asked later.
    rhythm = models.CharField(_("how often"), max_length=12, choices=Rhythm, default=Rhythm.IMMEDIATELY)
    #: The digest that holds it, once there is one.
    digest = models.ForeignKey(
        "notifications.Digest",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="items",
        db_index=False,
        verbose_name=_("digest"),
    )
    #: The mailing that it is part of, where one was looked at before it went.
    mailing = models.ForeignKey(
        "notifications.Mailing",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="rows",
        db_index=False,
        verbose_name=_("mailing"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    #: What a mail provider calls this mail; its later word on a bounce names it so.
    provider_id = models.CharField(
        _("the provider's name of it"), max_length=200, blank=True, default="", db_default=""
    )
    # Rendered at delivery in the recipient's language, for the inbox.
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    url = models.CharField(_("address"), max_length=500, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.CheckConstraint(condition=is_one_person("recipient"), name="notification_to_one_person"),
            models.UniqueConstraint(fields=["recipient", "kind", "key"], name="notification_promised_once"),
            models.UniqueConstraint(
                Lower("address"), "kind", "key", condition=~Q(address=""), name="notification_promised_address_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False), name="notification_sent_when"
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "due_at", "id"], condition=Q(status="pending"), name="notification_due_first"
            ),
            models.Index(fields=["recipient", "rhythm"], condition=Q(status="waiting"), name="notification_waiting"),
            models.Index(
                Lower("address"), condition=Q(status="waiting") & ~Q(address=""), name="notification_waiting_bare"
            ),
            models.Index(
                fields=["about_type", "about_id"],
                condition=Q(status__in=["failed", "bounced"]),
                name="notification_undelivered",
            ),
            models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
            models.Index(fields=["about_type", "about_id"], name="notification_about"),
            # Most rows are in neither: each index less makes a promise to thousands quicker.
            models.Index(fields=["digest"], condition=Q(digest__isnull=False), name="notification_in_digest"),
            models.Index(fields=["mailing"], condition=Q(mailing__isnull=False), name="notification_in_mailing"),
            models.Index(fields=["recipient"], condition=Q(read_at=None) & ~Q(subject=""), name="notification_unread"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="notification_at_provider"),
        ]

    def __str__(self):
        return f"{self.kind} {self.uid}"

    @property
    def addressee(self) -> User | Address:
        """Who gets it: the user, or the bare address."""
        if self.recipient is not None:
            return self.recipient
        return Address(self.address, self.address_language, self.address_time_zone or "UTC", self.address_name)

    @cached_property
    def mailing_texts(self) -> list[MailingText]:
        """What its mailing says in each language, or the draft that it shows its writer; nothing when it is part of
        none. One query, asked once."""
        mailing = self.mailing_id or self.context.get("trial_of")
        texts = MailingText.objects.filter(mailing=mailing) if mailing else MailingText.objects.none()
        return list(texts.select_related("mailing__created_by", "mailing__organization").order_by("pk"))

    @property
    def category(self) -> str:
        return self.kind.partition("/")[0]

    @property
    def category_label(self) -> str:
        return str(Category(self.category).label)

    @property
    def is_optional(self) -> bool:
        """Whether its mails can be switched off."""
        return self.category not in ALWAYS_MAILED


class Digest(models.Model):
    """One person's mail of a morning with everything that waited for it. Planned once a day and person, and as a row
    it survives a crash; which messages are in it is decided when it is sent."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("delivery", "Pending")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        EMPTY = "empty", pgettext_lazy("delivery", "Nothing to send")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        BOUNCED = "bounced", pgettext_lazy("delivery", "Bounced")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="digests",
        verbose_name=_("recipient"),
    )
    # Instead of a recipient, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    #: The recipient's own calendar day: of one day there is one digest, however often the clock is asked.
    local_on = models.DateField(_("day"))
    status = models.CharField(_("delivery"), max_length=8, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    #: As of a notification.
    provider_id = models.CharField(
        _("the provider's name of it"), max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        constraints = [
            models.CheckConstraint(condition=is_one_person("recipient"), name="digest_to_one_person"),
            models.UniqueConstraint(fields=["recipient", "local_on"], name="digest_once_a_day"),
            models.UniqueConstraint(
                Lower("address"), "local_on", condition=~Q(address=""), name="digest_to_address_once_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(status="pending"), name="digest_due"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="digest_at_provider"),
        ]

    def __str__(self):
        return f"{self.local_on} {self.uid}"
