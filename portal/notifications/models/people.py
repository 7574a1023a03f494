"""Who gets messages, and what of them she wants."""

from dataclasses import dataclass
from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts import zones
from portal.languages import Language


class Category(models.TextChoices):
    """What people switch on and off. A notification's category is the first part of its kind."""

    DIALOGUES = "dialogues", _("Meetings and dialogues")
    PARTNERS = "partners", _("Partner opportunities and introductions")
    RESOURCES = "resources", _("Guides and resources")
    ACCOUNTS = "accounts", _("Your account and organizations")


#: Mail about one's own account cannot be switched off.
ALWAYS_MAILED = {Category.ACCOUNTS}


class Rhythm(models.TextChoices):
    """How the mails of something come; the inbox and the personal feed have it at once either way."""

    IMMEDIATELY = "immediately", pgettext_lazy("frequency", "Immediately")
    DAILY = "daily", pgettext_lazy("frequency", "Once a day")
    WEEKLY = "weekly", pgettext_lazy("frequency", "Once a week")


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


class Preference(models.Model):
    """Whether a person wants mail of a category, and how often; without a row she does, immediately."""

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
    rhythm = models.CharField(_("how often"), max_length=12, choices=Rhythm, default=Rhythm.IMMEDIATELY)
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


class Rest(models.Model):
    """When a person's mails come: the hour of her digest, and the hours in which nothing comes that can wait.

    Hours are on her own clock (``User.time_zone``). Without a row: digests from 8 o'clock, no quiet hours.
    """

    DIGEST_HOUR = 8

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rest", verbose_name=_("person"))
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the digest"), default=DIGEST_HOUR, validators=[MaxValueValidator(23)]
    )
    quiet_from = models.TimeField(_("no mail from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("hours of mail")
        verbose_name_plural = _("hours of mail")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=models.F("quiet_until"))),
                name="rest_from_until",
            ),
        ]

    def __str__(self):
        return str(self.user_id)

    def is_quiet_at(self, clock: time) -> bool:
        """Whether nothing that can wait comes at this time of her clock; the hours may run over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until


class DeliverabilityQuerySet(models.QuerySet):
    def of(self, address):
        """What is known of one address, whatever its case; by the index."""
        return self.alias(lowered=Lower("address")).filter(lowered=Lower(Value(address)))


class Deliverability(models.Model):
    """What mail servers said of an address: whether it takes mail at all, and whether its owner complained.

    By address, because a bounce knows no account. An address that bounces for good gets no more mail until its owner
    says that it works again; after a complaint nothing but what she asks for herself.
    """

    class State(models.TextChoices):
        WORKS = "works", pgettext_lazy("address", "Takes mail")
        BOUNCES = "bounces", pgettext_lazy("address", "Does not take mail")
        COMPLAINED = "complained", pgettext_lazy("address", "Marked our mail as spam")

    #: Temporary bounces in a row that count like a permanent one.
    SOFT_BOUNCES = 5

    address = models.EmailField(_("e-mail address"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WORKS)
    soft_bounces = models.PositiveSmallIntegerField(_("temporary failures in a row"), default=0)
    said = models.CharField(_("what the server said"), max_length=500, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = DeliverabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("deliverability of an address")
        verbose_name_plural = _("deliverability of addresses")
        constraints = [models.UniqueConstraint(Lower("address"), name="deliverability_once")]

    def __str__(self):
        # Without the address: activity logs keep this label.
        return str(self.get_state_display())
