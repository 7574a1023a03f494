"""Messages to many: what an official writes, and whether it goes."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization
from portal.languages import Language


class MailingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that have reached her. Who writes them finds them by what they are about
        (portal/notifications/audiences.py)."""
        if not user.is_authenticated:
            return self.none()
        # There is one row for each person.
        return self.filter(rows__recipient=user, rows__subject__gt="")

    def of(self, obj):
        """Those about one object, the newest first."""
        return self.filter(about_type=ContentType.objects.get_for_model(obj), about_id=obj.pk)


class Mailing(models.Model):
    """One message to many that an official looks at before it goes: how many get it, in which languages. It can be
    halted while it goes: what has not left stays here."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("mailing", "Not sent yet")
        GOING = "going", pgettext_lazy("mailing", "Sent off")
        HALTED = "halted", pgettext_lazy("mailing", "Halted")
        DISCARDED = "discarded", pgettext_lazy("mailing", "Discarded")

    MOVES = {
        Status.DRAFT: {Status.GOING, Status.DISCARDED},
        Status.GOING: {Status.HALTED},
        Status.HALTED: {Status.GOING, Status.DISCARDED},
        Status.DISCARDED: set(),
    }

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=80)
    about_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    about_id = models.BigIntegerField()
    about = GenericForeignKey("about_type", "about_id")
    #: Which of those who have to do with the object get it; codes of its audience.
    parts = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("who gets it"))
    #: Whose language has no text reads this one.
    fallback = models.CharField(_("for the other languages"), max_length=7, choices=Language, default=Language.EN)
    #: In whose name it is written.
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("in the name of")
    )
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.DRAFT)
    #: Of the draft; whoever looked at an older one did not look at this.
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("prepared by")
    )
    created_at = models.DateTimeField(_("prepared"), default=timezone.now, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="released_mailings",
        verbose_name=_("sent off by"),
    )
    released_at = models.DateTimeField(_("sent off"), null=True, blank=True)

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["about_type", "about_id", "-created_at"], name="mailing_about"),
            models.Index(
                fields=["released_by", "released_at"], condition=Q(released_at__isnull=False), name="mailing_released"
            ),
        ]

    def __str__(self):
        return self.kind


class MailingText(models.Model):
    """What a mailing says in one language: ``subject`` in one line, ``body`` in plain Markdown."""

    LONGEST_SUBJECT = 150
    LONGEST = 10_000

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="texts", verbose_name=_("mailing"))
    language = models.CharField(_("language"), max_length=7, choices=Language)
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    body = models.TextField(_("text"), max_length=LONGEST)

    class Meta:
        verbose_name = _("text of a mailing")
        verbose_name_plural = _("texts of mailings")
        constraints = [models.UniqueConstraint(fields=["mailing", "language"], name="mailing_text_once")]

    def __str__(self):
        return self.subject
