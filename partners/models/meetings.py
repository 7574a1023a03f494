import uuid

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.disclosures import Consent
from partners.models.interests import ExpressionOfInterest, Introduction, Rung
from portal.accounts.models import Organization
from portal.accounts.zones import validate_time_zone
from portal.languages import Language


class SlotProposal(models.Model):
    """A time that one side proposes for the first meeting; up to three stand at once, one is accepted."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposed time", "Proposed")
        ACCEPTED = "accepted", pgettext_lazy("proposed time", "Accepted")
        DROPPED = "dropped", pgettext_lazy("proposed time", "No longer proposed")

    MOVES = {Status.OPEN: {Status.ACCEPTED, Status.DROPPED}, Status.ACCEPTED: set(), Status.DROPPED: set()}

    introduction = models.ForeignKey(Introduction, models.CASCADE, related_name="slots", verbose_name=_("introduction"))
    side = models.CharField(_("proposed by"), max_length=10, choices=Consent.Side)
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=30, validators=[MinValueValidator(15), MaxValueValidator(240)]
    )
    #: The proposer's own zone, in which she chose the time.
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("proposed time")
        verbose_name_plural = _("proposed times")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["introduction", "starts_at"], condition=Q(status="open"), name="slot_proposed_once"
            ),
        ]

    def __str__(self):
        return f"{self.introduction_id} {self.starts_at}"


def meeting_uid() -> str:
    return f"{uuid.uuid4()}@meeting"


class PartnerMeeting(models.Model):
    """The first meeting of the two sides: one calendar entry for life, changed by rising sequence numbers."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("meeting", "Planned")
        CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")

    MOVES = {Status.PLANNED: {Status.CANCELLED}, Status.CANCELLED: {Status.PLANNED}}

    introduction = models.OneToOneField(
        Introduction, models.CASCADE, related_name="meeting", verbose_name=_("introduction")
    )
    uid = models.CharField(max_length=80, unique=True, default=meeting_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place or link"), max_length=500, blank=True)
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.PLANNED)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("first meeting")
        verbose_name_plural = _("first meetings")
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_in_order")]

    def __str__(self):
        return f"{self.introduction_id} {self.starts_at}"


class Stage(models.TextChoices):
    """How far an introduction came, as on a chamber's board."""

    INTRODUCED = "introduced", pgettext_lazy("outcome", "Introduced")
    MET = "met", pgettext_lazy("outcome", "Met")
    NEGOTIATING = "negotiating", pgettext_lazy("outcome", "Negotiating")
    AGREEMENT = "agreement", pgettext_lazy("outcome", "Agreement")
    ALLIANCE = "alliance", pgettext_lazy("outcome", "Alliance")
    NO_FIT = "no_fit", pgettext_lazy("outcome", "No fit")


class FollowUp(models.Model):
    """One side is asked what became of an introduction: after 30, 90 and 180 days. Answered by a personal link."""

    introduction = models.ForeignKey(
        Introduction, models.CASCADE, related_name="follow_ups", verbose_name=_("introduction")
    )
    side = models.CharField(_("side"), max_length=10, choices=Consent.Side)
    days = models.PositiveSmallIntegerField(_("days after the introduction"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [
            models.UniqueConstraint(fields=["introduction", "side", "days"], name="follow_up_once"),
            models.CheckConstraint(condition=Q(days__in=[30, 90, 180]), name="follow_up_days"),
        ]

    def __str__(self):
        return f"{self.introduction_id} {self.side} {self.days}"


class OutcomeReport(models.Model):
    """What one side says became of an introduction. Confirmed is what both sides say (partners/outcomes.py).

    A report never changes; the latest of a side counts.
    """

    class Value(models.TextChoices):
        """Value bands of an agreement, in US dollars; nobody is asked for a figure."""

        UNDER_10K = "under_10k", _("under 10,000 US dollars")
        UNDER_100K = "under_100k", _("10,000 to 100,000 US dollars")
        UNDER_1M = "under_1m", _("100,000 to 1 million US dollars")
        OVER_1M = "over_1m", _("over 1 million US dollars")

    introduction = models.ForeignKey(
        Introduction, models.CASCADE, related_name="reports", verbose_name=_("introduction")
    )
    side = models.CharField(_("side"), max_length=10, choices=Consent.Side)
    stage = models.CharField(_("how far"), max_length=11, choices=Stage)
    value = models.CharField(_("worth"), max_length=10, choices=Value, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    #: Empty for an answer by a personal link.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reported by"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("report of an outcome")
        verbose_name_plural = _("reports of outcomes")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["introduction", "side", "-at", "-id"], name="outcome_latest")]

    def __str__(self):
        return f"{self.introduction_id} {self.side} {self.stage}"


def story_slug() -> str:
    return f"story-{get_random_string(8, 'abcdefghjkmnpqrstuvwxyz23456789')}"


class SuccessStoryQuerySet(models.QuerySet):
    def told(self):
        """Public: published, and both sides' consent to be known to the other still stands."""
        standing = ExpressionOfInterest.objects.on_rung(Rung.COMPANY)
        return self.filter(status=SuccessStory.Status.PUBLISHED, introduction__interest__in=standing)

    def visible_to(self, user):
        """Public ones are for everybody; the others for those who see the introduction, while both sides' consent
        stands: the text names both firms."""
        if not user.is_authenticated:
            return self.told()
        standing = ExpressionOfInterest.objects.on_rung(Rung.COMPANY)
        theirs = Introduction.objects.visible_to(user).filter(interest__in=standing)
        return self.filter(Q(pk__in=self.told().values("pk")) | Q(introduction__in=theirs))


class SuccessStory(models.Model):
    """A confirmed outcome told in public, with the consent of both sides."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("success story", "Draft")
        PUBLISHED = "published", pgettext_lazy("success story", "Published")
        WITHDRAWN = "withdrawn", pgettext_lazy("success story", "Withdrawn")

    MOVES = {
        Status.DRAFT: {Status.PUBLISHED, Status.WITHDRAWN},
        Status.PUBLISHED: {Status.WITHDRAWN},
        Status.WITHDRAWN: {Status.DRAFT},
    }

    introduction = models.OneToOneField(
        Introduction, models.CASCADE, related_name="story", verbose_name=_("introduction")
    )
    slug = models.SlugField(
        _("short name in addresses"), max_length=60, unique=True, default=story_slug, editable=False
    )
    language = models.CharField(_("written in"), max_length=7, choices=Language)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), max_length=5000, validators=[MaxLengthValidator(5000)])
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.DRAFT)
    written_for = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", verbose_name=_("written by the organization")
    )
    # A consent is to the text as it stands: changing it takes both back.
    request_agreed_at = models.DateTimeField(_("agreed by who posted the request"), null=True, blank=True)
    interested_agreed_at = models.DateTimeField(_("agreed by who was interested"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = SuccessStoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("success story")
        verbose_name_plural = _("success stories")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(request_agreed_at__isnull=False, interested_agreed_at__isnull=False, published_at__isnull=False),
                name="story_with_consent",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("partners:story-detail", args=[self.slug])
