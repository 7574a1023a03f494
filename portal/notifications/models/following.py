"""What people follow, stored once however many of them do, and the news that are matched with it."""

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.languages import Language
from portal.notifications.models.people import Rhythm
from portal.search.standing import StandingQueries


class Criteria(StandingQueries):
    """What people follow, stored once however many of them do: a kind of thing, codes and words.

    ``codes`` are written as the things themselves hold them (``"economy:US"``), sorted; within one facet they are
    alternatives, between facets all must hold. ``keys`` is what new things look up (portal/notifications/matching.py).
    """

    kind = models.CharField(_("kind"), max_length=20)
    codes = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("codes"))
    words = models.CharField(_("words"), max_length=300, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    keys = ArrayField(models.CharField(max_length=120), default=list, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    #: Since two codes became one it is the same as this one, and nobody follows it any more.
    became = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="+")

    class Meta:
        verbose_name = _("followed search")
        verbose_name_plural = _("followed searches")
        indexes = [GinIndex(fields=["keys"], name="criteria_keys")]

    def __str__(self):
        return " ".join([self.kind, *self.codes, self.words]).strip()


def _has_one_subscriber() -> Q:
    """An account, an address or a webhook; nobody any more once an address was erased."""
    user, bare, webhook = Q(user__isnull=False), ~Q(address=""), Q(webhook__isnull=False)
    erased = Q(erased_at__isnull=False, ended_at__isnull=False)
    return (user & ~bare & ~webhook) | (~user & bare & ~webhook) | (~user & ~bare & webhook) | (erased & ~user & ~bare)


class SubscriptionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Hers alone."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def live(self):
        return self.filter(ended_at=None)


class Subscription(models.Model):
    """One person, one bare address or one organization's webhook follows one :class:`Criteria`.

    It ends with a reason and is never deleted; following again is a new row. Somebody without an account has confirmed
    the address before there is a row; of an ended one the address is erased after 28 days, the row stays for the count.
    """

    #: GOV.UK's email-alert-api keeps the addresses of ended subscriptions as long.
    ERASED_AFTER = timedelta(days=28)

    class EndReason(models.TextChoices):
        PAGE = "page", _("Ended in the portal")
        LINK = "link", _("Ended by the link in a mail")
        ALL = "all", _("Every mail was ended at once")
        BOUNCED = "bounced", _("The address does not take mail")
        COMPLAINED = "complained", _("Our mail was marked as spam")
        CONVERTED = "converted", _("Taken over into an account")
        MERGED = "merged", _("Two searches became the same")
        CODE_GONE = "code_gone", _("What it asked for is no longer on the portal")

    criteria = models.ForeignKey(Criteria, models.PROTECT, related_name="subscriptions", verbose_name=_("criteria"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("person"),
    )
    # Instead of a user, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    # Instead of a person: an organization's own system is told.
    webhook = models.ForeignKey(
        "notifications.Webhook",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("webhook"),
    )
    language = models.CharField(_("language"), max_length=7, choices=Language)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    frequency = models.CharField(_("how often"), max_length=12, choices=Rhythm, default=Rhythm.IMMEDIATELY)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_reason = models.CharField(_("why it ended"), max_length=10, choices=EndReason, blank=True)
    erased_at = models.DateTimeField(_("address erased"), null=True, blank=True, editable=False)
    #: What goes on in place of an ended one: taken over into an account, or merged with another. Old links mean it.
    successor = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="predecessors",
        verbose_name=_("goes on as"),
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(condition=_has_one_subscriber(), name="subscription_of_one"),
            models.UniqueConstraint(
                fields=["webhook", "criteria"], condition=Q(ended_at=None), name="subscription_webhook_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_reason="") | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="subscription_ended_why",
            ),
            models.UniqueConstraint(fields=["user", "criteria"], condition=Q(ended_at=None), name="subscription_once"),
            models.UniqueConstraint(
                Lower("address"),
                "criteria",
                condition=Q(ended_at=None) & ~Q(address=""),
                name="subscription_address_once",
            ),
        ]
        indexes = [
            models.Index(fields=["criteria"], condition=Q(ended_at=None), name="subscription_live"),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False, erased_at=None) & ~Q(address=""),
                name="subscription_to_erase",
            ),
        ]

    def __str__(self):
        # Without the person: activity logs keep this label.
        return str(self.criteria)


class NewsQuerySet(models.QuerySet):
    def due(self):
        """What is still to be matched; what failed before comes last."""
        return self.filter(matched_at=None, attempts__lt=News.ATTEMPTS).order_by("attempts", "pk")


class News(models.Model):
    """One thing that went public and is to be matched with what people follow. The row outlives a crash."""

    #: After so many failures somebody has to look at it.
    ATTEMPTS = 8

    about_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    about_id = models.BigIntegerField()
    about = GenericForeignKey("about_type", "about_id")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    matched_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["attempts", "id"], condition=Q(matched_at=None), name="news_due")]

    def __str__(self):
        return f"{self.about_type_id} {self.about_id}"
