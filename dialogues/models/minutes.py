from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.agenda import AgendaItem
from dialogues.models.dialogue import Dialogue
from dialogues.models.session import Session
from dialogues.models.vocabulary import Reliability
from portal.accounts.models import Organization
from portal.accounts.permissions import delegation


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


class Minutes(models.Model):
    """The record of a session, one Markdown text per working language.

    A published version never changes: a correction is a new version. A trigger in the database
    holds this too (migration 0002).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("minutes", "Draft")
        CIRCULATED = "circulated", pgettext_lazy("minutes", "Circulated for comments")
        AGREED = "agreed", pgettext_lazy("minutes", "Agreed")
        PUBLISHED = "published", pgettext_lazy("minutes", "Published")

    MOVES = {
        Status.DRAFT: {Status.PUBLISHED},
        Status.CIRCULATED: set(),
        Status.AGREED: set(),
        Status.PUBLISHED: set(),
    }

    session = models.ForeignKey(Session, models.CASCADE, related_name="minutes", verbose_name=_("session"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.DRAFT)
    text = models.TextField(_("text"), blank=True)
    # Raised by every save: two writers never overwrite each other unnoticed.
    revision = models.PositiveIntegerField(default=0, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("last saved by")
    )
    changed_at = models.DateTimeField(_("last saved"), default=timezone.now)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = RecordedQuerySet.as_manager()

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


class Decision(models.Model):
    """Something the Parties decided in a session. Public once its minutes are."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="decisions", verbose_name=_("session"))
    agenda_item = models.ForeignKey(
        AgendaItem, models.SET_NULL, null=True, blank=True, related_name="decisions", verbose_name=_("agenda item")
    )
    text = models.TextField(_("decision"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["pk"]

    def __str__(self):
        return self.text[:100]


class CommitmentQuerySet(RecordedQuerySet):
    def unfinished(self):
        return self.filter(status__in=[Commitment.Status.OPEN, Commitment.Status.IN_PROGRESS])

    def overdue(self):
        return self.unfinished().filter(due_on__lt=timezone.localdate())


class Commitment(models.Model):
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
    text = models.TextField(_("commitment"))
    due_on = models.DateField(_("due on"))
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.OPEN)
    dropped_because = models.TextField(_("why it was dropped"), blank=True)
    finished_at = models.DateTimeField(_("done or dropped"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
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

    @property
    def is_unfinished(self) -> bool:
        return self.status in {self.Status.OPEN, self.Status.IN_PROGRESS}

    @property
    def is_overdue(self) -> bool:
        return self.is_unfinished and self.due_on < timezone.localdate()


class Initiative(models.Model):
    """What a session set out to do, and what it expects of it."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="initiatives", verbose_name=_("session"))
    order = models.PositiveSmallIntegerField(_("position"), default=0)
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
