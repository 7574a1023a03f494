import uuid
from dataclasses import dataclass

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
from django.utils.translation import pgettext_lazy

from portal.accounts import zones
from portal.accounts.models import User
from portal.languages import Language
from portal.search.standing import StandingQueries


class Category(models.TextChoices):
    """What people switch on and off. A notification's category is the first part of its kind."""

    DIALOGUES = "dialogues", _("Meetings and dialogues")
    PARTNERS = "partners", _("Partner opportunities and introductions")
    RESOURCES = "resources", _("Guides and resources")
    ACCOUNTS = "accounts", _("Your account and organizations")


#: Mail about one's own account cannot be switched off.
ALWAYS_MAILED = {Category.ACCOUNTS}


@dataclass(frozen=True)
class Address:
    """A recipient without an account: an invited colleague, say. Reads like a user in mails and calendars.

    Raises ``ValueError`` for a language or time zone the portal does not know.
    """

    email: str
    language: str
    time_zone: str = "UTC"
    name: str = ""

    def __post_init__(self) -> None:
        if "@" not in self.email:
            raise ValueError(f"Not an e-mail address: {self.email!r}")
        if self.language not in Language.values:
            raise ValueError(f"Not a language of the portal: {self.language!r}")
        if self.time_zone not in zones.known():
            raise ValueError(f"Not a time zone: {self.time_zone!r}")

    @property
    def full_name(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name or self.email


def is_one_person(user: str) -> Q:
    """Either an account or a bare address, never both, never neither."""
    account, bare = Q(**{f"{user}__isnull": False}), ~Q(address="")
    return (account & ~bare) | (~account & bare)


class NotificationQuerySet(models.QuerySet):
    def due(self):
        """Promises whose mail is still owed and may be tried now."""
        return self.filter(status=Notification.Status.PENDING, due_at__lte=timezone.now()).order_by("due_at", "pk")

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
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        MUTED = "muted", pgettext_lazy("delivery", "Inbox only")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        BOUNCED = "bounced", pgettext_lazy("delivery", "Bounced")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name=_("recipient"),
    )
    # Instead of a recipient, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    address_name = models.CharField(_("name"), max_length=150, blank=True)
    address_language = models.CharField(_("language"), max_length=7, choices=Language, blank=True)
    address_time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    kind = models.CharField(_("kind"), max_length=80)
    about_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    about_id = models.BigIntegerField()
    about = GenericForeignKey("about_type", "about_id")
    # Same recipient, kind and key: the same promise, made once.
    key = models.CharField(max_length=200)
    context = models.JSONField(default=dict, blank=True)
    # The iCalendar part as promised; a later change is a later promise with a higher SEQUENCE.
    calendar_method = models.CharField(max_length=10, blank=True)
    calendar_body = models.TextField(blank=True)

    status = models.CharField(_("delivery"), max_length=8, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
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
            models.Index(fields=["due_at", "id"], condition=Q(status="pending"), name="notification_due"),
            models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at=None) & ~Q(subject=""), name="notification_unread"),
        ]

    def __str__(self):
        return f"{self.kind} {self.uid}"

    @property
    def addressee(self) -> User | Address:
        """Who gets it: the user, or the bare address."""
        if self.recipient is not None:
            return self.recipient
        return Address(self.address, self.address_language, self.address_time_zone or "UTC", self.address_name)

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


class Preference(models.Model):
    """Whether a person wants mail of a category; without a row she does."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notification_preferences",
        verbose_name=_("person"),
    )
    # Instead of a user, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    by_mail = models.BooleanField(_("send me mail"), default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")
        constraints = [
            models.CheckConstraint(condition=is_one_person("user"), name="preference_of_one_person"),
            models.UniqueConstraint(fields=["user", "category"], name="preference_once"),
            models.UniqueConstraint(
                Lower("address"), "category", condition=~Q(address=""), name="preference_of_address_once"
            ),
        ]

    def __str__(self):
        # Without the address: activity logs keep this label.
        return str(self.get_category_display())


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

    class Meta:
        verbose_name = _("followed search")
        verbose_name_plural = _("followed searches")
        indexes = [GinIndex(fields=["keys"], name="criteria_keys")]

    def __str__(self):
        return " ".join([self.kind, *self.codes, self.words]).strip()


class SubscriptionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Hers alone."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def live(self):
        return self.filter(ended_at=None)


class Subscription(models.Model):
    """One person follows one :class:`Criteria`. It ends with a reason and is never deleted; following again is a new
    row. Somebody without an account has confirmed the address before there is a row."""

    class Frequency(models.TextChoices):
        IMMEDIATELY = "immediately", pgettext_lazy("frequency", "Immediately")

    class EndReason(models.TextChoices):
        PAGE = "page", _("Ended in the portal")
        LINK = "link", _("Ended by the link in a mail")

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
    language = models.CharField(_("language"), max_length=7, choices=Language)
    frequency = models.CharField(_("how often"), max_length=12, choices=Frequency, default=Frequency.IMMEDIATELY)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_reason = models.CharField(_("why it ended"), max_length=8, choices=EndReason, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(condition=is_one_person("user"), name="subscription_of_one_person"),
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
        indexes = [models.Index(fields=["criteria"], condition=Q(ended_at=None), name="subscription_live")]

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
