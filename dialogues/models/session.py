import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.dialogue import Dialogue
from dialogues.models.registration import Registration
from dialogues.models.vocabulary import LanguagesField, Reliability
from dialogues.models.walltime import WallTimeField
from portal.accounts.models import Organization
from portal.accounts.permissions import delegation
from portal.accounts.zones import validate_time_zone
from portal.languages import Language
from portal.reference.models import Economy, Topic
from portal.search.text import SearchVectors


def calendar_uid() -> str:
    return f"session-{uuid.uuid4()}"


def _public() -> Q:
    """Open to all and announced: a draft that was cancelled before anybody heard of it stays unheard of."""
    cancelled = Q(status=Session.Status.CANCELLED)
    drafts = Q(status__in=[Session.Status.DRAFT, Session.Status.POLLING])
    return Q(is_public=True) & ~drafts & (~cancelled | Q(announced_at__isnull=False))


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Announced public sessions for all; the others for the officials of the Parties and who is registered."""
        public = _public()
        if not user.is_authenticated:
            return self.filter(public)
        # By Exists, not by joins: one row per session, whatever number of Parties she acts for.
        mine = Dialogue.parties.through.objects.filter(dialogue=OuterRef("dialogue"), economy__in=delegation(user))
        # A delegate came as an official: her place opens nothing once she has left her agency.
        places = Registration.objects.open().exclude(role=Registration.Role.DELEGATE)
        registered = places.filter(session=OuterRef("pk"), user=user)
        return self.filter(public | Exists(mine) | Exists(registered))

    def public(self):
        """What strangers' calendars may carry: announced, and open to all."""
        return self.filter(_public())

    def drafts(self):
        return self.filter(status__in=[Session.Status.DRAFT, Session.Status.POLLING])

    def upcoming(self):
        """In the calendar and not over, the next one first."""
        return self.filter(
            status__in=[Session.Status.SCHEDULED, Session.Status.IN_PROGRESS], ends_at__gte=timezone.now()
        ).order_by("starts_at")

    def past(self):
        """Over, cancelled, or left without a note that it was held; the latest first, undated ones by number."""
        over = Q(status__in=[Session.Status.HELD, Session.Status.CLOSED, Session.Status.CANCELLED])
        left = Q(status__in=[Session.Status.SCHEDULED, Session.Status.IN_PROGRESS], ends_at__lt=timezone.now())
        return self.filter(over | left).order_by(
            F("number").desc(nulls_last=True), F("starts_on").desc(nulls_last=True), "-pk"
        )

    def with_dialogue(self):
        """What a page about a session names: dialogue, agreement, Parties, host."""
        return self.select_related("dialogue__agreement", "host").prefetch_related("dialogue__parties")


class Session(SearchVectors):
    """One meeting of a dialogue, from draft to closed."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("session", "Draft")
        POLLING = "polling", pgettext_lazy("session", "Finding a date")
        SCHEDULED = "scheduled", pgettext_lazy("session", "Scheduled")
        IN_PROGRESS = "in_progress", pgettext_lazy("session", "In progress")
        HELD = "held", pgettext_lazy("session", "Held")
        CLOSED = "closed", pgettext_lazy("session", "Closed")
        CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")

    MOVES = {
        Status.DRAFT: {Status.POLLING, Status.SCHEDULED, Status.CANCELLED},
        Status.POLLING: {Status.DRAFT, Status.SCHEDULED, Status.CANCELLED},
        # scheduled → scheduled is the verb reschedule.
        Status.SCHEDULED: {Status.SCHEDULED, Status.IN_PROGRESS, Status.HELD, Status.CANCELLED},
        Status.IN_PROGRESS: {Status.HELD},
        Status.HELD: {Status.CLOSED},
        Status.CLOSED: set(),
        Status.CANCELLED: set(),
    }

    class Format(models.TextChoices):
        IN_PERSON = "in_person", pgettext_lazy("session", "In person")
        VIRTUAL = "virtual", pgettext_lazy("session", "Online")
        HYBRID = "hybrid", pgettext_lazy("session", "In person and online")

    class Precision(models.TextChoices):
        """What is known of the date of a session that was loaded from a source."""

        EXACT = "exact", _("The day is known")
        WINDOW = "window", _("Within these days")
        MONTH = "month", _("The month is known")
        UNKNOWN = "unknown", _("Date not confirmed")

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="sessions", verbose_name=_("dialogue"))
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    slug = models.SlugField(_("name in the catalogue"), max_length=80, unique=True, null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.DRAFT)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.HYBRID)
    host = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="hosted_sessions", verbose_name=_("host")
    )
    is_public = models.BooleanField(
        _("open to the public"),
        default=True,
        help_text=_("Anyone may read about it and register. Otherwise only officials of the Parties may."),
    )

    # The clock on the wall of the room is what people agreed on; the moments in UTC follow from it.
    zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])
    starts_local = WallTimeField(_("starts (local clock)"), null=True, blank=True)
    ends_local = WallTimeField(_("ends (local clock)"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    date_precision = models.CharField(_("what is known of the date"), max_length=8, choices=Precision, default="exact")
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    venue = models.CharField(_("place"), max_length=250, blank=True)
    join_url = models.URLField(
        _("link to join online"),
        max_length=500,
        blank=True,
        help_text=_("Shown only to people whose registration is confirmed and to officials of the Parties."),
    )
    working_languages = LanguagesField(verbose_name=_("working languages"))
    convening_bodies = models.ManyToManyField(
        Organization, blank=True, related_name="convened_sessions", verbose_name=_("convened by")
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="sessions", verbose_name=_("topics"))
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, help_text=_("Leave empty for no limit."))
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    #: What the room shows as being talked about now; the clock decides while it is empty.
    current_item = models.ForeignKey(
        "dialogues.AgendaItem", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("current item")
    )
    local_hosts = ArrayField(models.CharField(max_length=200), verbose_name=_("local hosts"), default=list, blank=True)

    # iCalendar: one UID for life; SEQUENCE rises with each change that goes to calendars (RFC 5545, 3.8.7.4).
    uid = models.CharField(max_length=80, unique=True, default=calendar_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)

    cancelled_because = models.TextField(_("why it was cancelled"), blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    sources = ArrayField(models.CharField(max_length=500), verbose_name=_("all sources"), default=list, blank=True)
    reliability = models.CharField(_("reliability"), max_length=24, choices=Reliability, blank=True)
    host_is_inferred = models.BooleanField(_("host concluded, not stated"), default=False)
    notes = models.TextField(_("notes on the sources"), blank=True)
    participation = models.JSONField(_("participation"), default=list, blank=True)

    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    # Written by dialogues/alerting.py when it goes into the calendar: what those who follow sessions are matched by.
    facets = ArrayField(models.CharField(max_length=80), default=list, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "number"], name="session_number_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) | Q(starts_at=None, ends_at=None),
                name="session_ends_after_start",
                violation_error_message=_("The session must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")) | Q(ends_on=None), name="session_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["scheduled", "in_progress"])
                | (Q(starts_at__isnull=False, starts_local__isnull=False, ends_local__isnull=False) & ~Q(zone="")),
                name="session_scheduled_has_time",
                violation_error_message=_("A scheduled session needs a start, an end and a time zone."),
            ),
            models.CheckConstraint(
                condition=Q(registration_closes_at__gt=F("registration_opens_at"))
                | Q(registration_opens_at=None)
                | Q(registration_closes_at=None),
                name="session_registration_in_order",
                violation_error_message=_("Registration must close after it opens."),
            ),
        ]
        indexes = [models.Index(fields=["dialogue", "status", "starts_at"], name="session_upcoming")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("dialogues:session-detail", args=[self.dialogue.slug, self.pk])

    def may(self, status: str) -> bool:
        """Whether its state lets it go there now; whether the user may is asked in permissions."""
        return status in self.MOVES[self.status]

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it starts and ends (UTC). Raises ``ValueError`` while it has no time."""
        if self.starts_at is None or self.ends_at is None:
            raise ValueError("This session has no time yet.")
        return self.starts_at, self.ends_at

    @property
    def interval(self) -> str:
        """Its time as an ISO 8601 interval in UTC, to tell whether it is still the one somebody saw; else empty."""
        return "/".join(moment.isoformat() for moment in self.moments) if self.starts_at else ""

    @property
    def is_over(self) -> bool:
        if self.status in {self.Status.HELD, self.Status.CLOSED, self.Status.CANCELLED}:
            return True
        return self.ends_at is not None and self.ends_at < timezone.now()

    @property
    def has_begun(self) -> bool:
        return self.starts_at is not None and self.starts_at <= timezone.now()

    @property
    def takes_registrations(self) -> bool:
        """Scheduled and not yet over."""
        return self.status in {self.Status.SCHEDULED, self.Status.IN_PROGRESS} and not self.is_over

    @property
    def registration_has_opened(self) -> bool:
        return self.registration_opens_at is None or self.registration_opens_at <= timezone.now()

    @property
    def takes_minutes(self) -> bool:
        return self.status in {self.Status.IN_PROGRESS, self.Status.HELD}

    @property
    def is_unverified(self) -> bool:
        return self.reliability == Reliability.UNVERIFIED


class InterpretationChannel(models.Model):
    """Where one language of a session can be listened to. Shown as the link to join is."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="channels", verbose_name=_("session"))
    language = models.CharField(_("language"), max_length=7, choices=Language)
    url = models.URLField(_("link"), max_length=500)

    class Meta:
        verbose_name = _("interpretation channel")
        verbose_name_plural = _("interpretation channels")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["session", "language"], name="channel_once")]

    def __str__(self):
        return f"{self.session_id} {self.language}"


class PartyConfirmation(models.Model):
    """A Party says that its delegation will be there."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="confirmations", verbose_name=_("session"))
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="+", verbose_name=_("Party"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("confirmation of a Party")
        verbose_name_plural = _("confirmations of Parties")
        constraints = [models.UniqueConstraint(fields=["session", "economy"], name="party_confirmed_once")]

    def __str__(self):
        return f"{self.session_id} {self.economy_id}"
