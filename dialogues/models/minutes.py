from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.agenda import AgendaItem
from dialogues.models.dialogue import Dialogue
from dialogues.models.registration import Registration
from dialogues.models.session import Session
from dialogues.models.vocabulary import Reliability
from portal.accounts.models import Organization
from portal.accounts.permissions import delegation, organization_ids
from portal.languages import Language
from portal.search.text import SearchVectors


def _for_officials(user) -> Exists:
    parties = Dialogue.parties.through.objects
    return Exists(parties.filter(dialogue=OuterRef("session__dialogue"), economy__in=delegation(user)))


class RecordedQuerySet(models.QuerySet):
    """What is written down of a session: minutes, decisions, commitments."""

    def visible_to(self, user):
        """Published ones for all who see the session; before that for officials of the Parties."""
        rows = self.filter(session__in=Session.objects.visible_to(user))
        return rows.filter(Q(published_at__isnull=False) | _for_officials(user))

    def published(self):
        return self.filter(published_at__isnull=False)


class OfAnItemQuerySet(RecordedQuerySet):
    """What is written down under an agenda item: decisions, commitments."""

    def visible_to(self, user):
        """As all that is recorded; what belongs to an item, for those who may see the item."""
        items = AgendaItem.objects.visible_to(user)
        return super().visible_to(user).filter(Q(agenda_item=None) | Q(agenda_item__in=items))


def attends(user, session: str) -> Q:
    """Whether she has a confirmed place in the session named by that column, and was not found missing."""
    places = Registration.objects.confirmed().exclude(attended=False)
    return Q(Exists(places.filter(session=OuterRef(session), user=user)))


class MinutesQuerySet(RecordedQuerySet):
    def visible_to(self, user):
        """As all that is recorded; circulated and agreed ones also for those who attended."""
        rows = self.filter(session__in=Session.objects.visible_to(user))
        shown = Q(published_at__isnull=False)
        if user.is_authenticated:
            read_before = Q(status__in=[Minutes.Status.CIRCULATED, Minutes.Status.AGREED])
            shown = shown | Q(_for_officials(user)) | (read_before & attends(user, "session"))
        return rows.filter(shown)


def no_revisions() -> dict[str, int]:
    return {}


class Minutes(models.Model):
    """The record of a session, one Markdown text per working language.

    A published version never changes: a correction is a new version. Triggers in the database
    hold this too (the app's first migration).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("minutes", "Draft")
        CIRCULATED = "circulated", pgettext_lazy("minutes", "Circulated for comments")
        AGREED = "agreed", pgettext_lazy("minutes", "Agreed")
        PUBLISHED = "published", pgettext_lazy("minutes", "Published")

    MOVES = {
        Status.DRAFT: {Status.CIRCULATED},
        # Back to draft: a comment is taken up.
        Status.CIRCULATED: {Status.DRAFT, Status.AGREED},
        Status.AGREED: {Status.DRAFT, Status.PUBLISHED},
        Status.PUBLISHED: set(),
    }

    session = models.ForeignKey(Session, models.CASCADE, related_name="minutes", verbose_name=_("session"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.DRAFT)
    #: What belongs to no agenda item; the rest is in the sections.
    text = models.TextField(_("text"), blank=True)
    #: Attendees may comment until the end of this day, by the clock of the room.
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    circulated_at = models.DateTimeField(_("circulated"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    #: Of a later version: what it corrects.
    correction = models.TextField(_("what is corrected"), blank=True)
    # Raised by every change of the text, its sections, decisions and commitments: what somebody circulates, signs or
    # publishes is what she read.
    revision = models.PositiveIntegerField(default=0, editable=False)
    #: Language → how often ``text`` was saved in it (see MinutesSection.revisions).
    revisions = models.JSONField(default=no_revisions, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("last saved by")
    )
    changed_at = models.DateTimeField(_("last saved"), default=timezone.now)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = MinutesQuerySet.as_manager()

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        ordering = ["session", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["session", "version"], name="minutes_version_once"),
            models.UniqueConstraint(fields=["session"], condition=~Q(status="published"), name="minutes_one_in_work"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="minutes_published_when"
            ),
        ]

    def __str__(self):
        return _("Minutes of %(session)s") % {"session": self.session}

    def get_absolute_url(self):
        return reverse("dialogues:minutes-detail", args=[self.session.dialogue.slug, self.session_id])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_before_the_parties(self) -> bool:
        """Circulated or agreed: read, commented on and signed, not written."""
        return self.status in {self.Status.CIRCULATED, self.Status.AGREED}


class Decision(models.Model):
    """Something the Parties decided in a session. Public once its minutes are."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="decisions", verbose_name=_("session"))
    agenda_item = models.ForeignKey(
        AgendaItem, models.SET_NULL, null=True, blank=True, related_name="decisions", verbose_name=_("agenda item")
    )
    text = models.TextField(_("decision"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)

    objects = OfAnItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["pk"]

    def __str__(self):
        return self.text[:100]


class CommitmentQuerySet(OfAnItemQuerySet):
    def visible_to(self, user):
        """As all that is recorded; and published ones for the people who are to keep them, whoever saw the session."""
        recorded = super().visible_to(user)
        if not user.is_authenticated:
            return recorded
        hers = Q(owner__in=organization_ids(user), published_at__isnull=False)
        return self.filter(Q(pk__in=recorded.values("pk")) | hers)

    def unfinished(self):
        return self.filter(status__in=[Commitment.Status.OPEN, Commitment.Status.IN_PROGRESS])

    def overdue(self):
        return self.unfinished().filter(due_on__lt=timezone.localdate())


class Commitment(SearchVectors):
    """What an organization undertook in a session, by when, and what became of it."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("commitment", "Open")
        IN_PROGRESS = "in_progress", pgettext_lazy("commitment", "In progress")
        DONE = "done", pgettext_lazy("commitment", "Done")
        DROPPED = "dropped", pgettext_lazy("commitment", "Dropped")

    MOVES = {
        Status.OPEN: {Status.IN_PROGRESS, Status.DONE, Status.DROPPED},
        Status.IN_PROGRESS: {Status.DONE, Status.DROPPED},
        Status.DONE: set(),
        Status.DROPPED: set(),
    }

    session = models.ForeignKey(Session, models.CASCADE, related_name="commitments", verbose_name=_("session"))
    agenda_item = models.ForeignKey(
        AgendaItem, models.SET_NULL, null=True, blank=True, related_name="commitments", verbose_name=_("agenda item")
    )
    decision = models.ForeignKey(
        Decision, models.SET_NULL, null=True, blank=True, related_name="commitments", verbose_name=_("decision")
    )
    owner = models.ForeignKey(Organization, models.PROTECT, related_name="commitments", verbose_name=_("who keeps it"))
    #: Who in the organization sees to it; without a name all its people do.
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="led_commitments",
        verbose_name=_("who sees to it"),
    )
    text = models.TextField(_("commitment"))
    due_on = models.DateField(_("due on"))
    #: As it was promised; ``due_on`` may have been put off since (see :class:`DueChange`).
    first_due_on = models.DateField(_("first due on"), null=True, blank=True, editable=False)
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.OPEN)
    dropped_because = models.TextField(_("why it was dropped"), blank=True)
    finished_at = models.DateTimeField(_("done or dropped"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    # Written by dialogues/alerting.py when it is published: what those who follow commitments are matched by.
    facets = ArrayField(models.CharField(max_length=80), default=list, editable=False)
    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="dropped") | ~Q(dropped_because=""), name="commitment_dropped_with_reason"
            )
        ]
        indexes = [models.Index(fields=["owner", "status", "due_on"], name="commitment_owner_due")]

    def __str__(self):
        return self.text[:100]

    def get_absolute_url(self):
        return reverse("dialogues:commitment-detail", args=[self.session.dialogue.slug, self.pk])

    @property
    def is_unfinished(self) -> bool:
        return self.status in {self.Status.OPEN, self.Status.IN_PROGRESS}

    @property
    def is_overdue(self) -> bool:
        return self.is_unfinished and self.due_on < timezone.localdate()


class CommitmentUpdate(models.Model):
    """A note on how it goes, with the address of something that shows it. Public as the commitment is."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="updates", verbose_name=_("commitment"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    language = models.CharField(_("language"), max_length=7, choices=Language)
    text = models.TextField(_("progress"), max_length=3000)
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("progress note")
        verbose_name_plural = _("progress notes")
        ordering = ["-created_at", "-pk"]

    def __str__(self):
        return self.text[:100]


class DueChange(models.Model):
    """A due date was moved, and why: the reason is public."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="due_changes", verbose_name=_("commitment"))
    was = models.DateField(_("was due on"))
    became = models.DateField(_("is due on"))
    reason = models.TextField(_("reason"), max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a due date")
        verbose_name_plural = _("changes of due dates")
        ordering = ["changed_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="due_change_with_reason"),
            models.CheckConstraint(condition=~Q(was=models.F("became")), name="due_change_changes"),
        ]

    def __str__(self):
        return f"{self.was} → {self.became}"


class Initiative(models.Model):
    """What a session set out to do, and what it expects of it."""

    class Status(models.TextChoices):
        UNKNOWN = "unknown", pgettext_lazy("initiative", "Not stated")
        PLANNED = "planned", pgettext_lazy("initiative", "Planned")
        UNDER_WAY = "under_way", pgettext_lazy("initiative", "Under way")
        COMPLETED = "completed", pgettext_lazy("initiative", "Completed")
        STOPPED = "stopped", pgettext_lazy("initiative", "Stopped")

    MOVES = {
        # The sources do not say.
        Status.UNKNOWN: {Status.PLANNED, Status.UNDER_WAY, Status.COMPLETED, Status.STOPPED},
        Status.PLANNED: {Status.UNDER_WAY, Status.COMPLETED, Status.STOPPED},
        Status.UNDER_WAY: {Status.COMPLETED, Status.STOPPED},
        Status.COMPLETED: {Status.UNDER_WAY},
        Status.STOPPED: {Status.UNDER_WAY},
    }

    session = models.ForeignKey(Session, models.CASCADE, related_name="initiatives", verbose_name=_("session"))
    order = models.PositiveSmallIntegerField(_("position"), default=0)
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.UNKNOWN)
    name = models.CharField(_("name"), max_length=200)
    objective = models.TextField(_("objective"), blank=True)
    expected_outcome = models.TextField(_("expected outcome"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    reliability = models.CharField(_("reliability"), max_length=24, choices=Reliability, blank=True)

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "order"], name="initiative_order_once")]

    def __str__(self):
        return self.name
