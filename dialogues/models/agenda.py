from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.dialogue import Dialogue
from dialogues.models.issues import Issue
from dialogues.models.registration import Registration
from dialogues.models.session import Session
from portal.accounts.permissions import delegation
from portal.reference.models import Topic


class AgendaItemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Public items for all who see the session; the others for participants and officials of the Parties."""
        items = self.filter(session__in=Session.objects.visible_to(user))
        public = Q(visibility=AgendaItem.Visibility.PUBLIC)
        if not user.is_authenticated:
            return items.filter(public)
        official = Exists(
            Dialogue.parties.through.objects.filter(
                dialogue=OuterRef("session__dialogue"), economy__in=delegation(user)
            )
        )
        registered = Exists(Registration.objects.confirmed().filter(session=OuterRef("session"), user=user))
        participants = Q(visibility=AgendaItem.Visibility.PARTICIPANTS) & Q(registered)
        return items.filter(public | participants | official)


class AgendaItem(models.Model):
    """One point of a session's agenda."""

    class Kind(models.TextChoices):
        INFORMATION = "information", pgettext_lazy("agenda", "Information")
        DISCUSSION = "discussion", pgettext_lazy("agenda", "Discussion")
        DECISION = "decision", pgettext_lazy("agenda", "Decision")

    class Visibility(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("agenda", "Everyone")
        PARTICIPANTS = "participants", pgettext_lazy("agenda", "Participants")
        OFFICIALS = "officials", pgettext_lazy("agenda", "Officials only")

    session = models.ForeignKey(Session, models.CASCADE, related_name="agenda_items", verbose_name=_("session"))
    order = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=250)
    # Empty for past sessions whose sources do not say.
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.DISCUSSION, blank=True)
    visibility = models.CharField(_("who sees it"), max_length=12, choices=Visibility, default=Visibility.PUBLIC)
    # Unknown for past sessions whose programme the sources do not time.
    minutes = models.PositiveSmallIntegerField(pgettext_lazy("length", "minutes"), null=True, blank=True)
    presenter = models.CharField(_("presenter"), max_length=200, blank=True)
    #: Markdown, per language: what is to be talked about.
    note = models.TextField(_("note"), blank=True)
    #: Said after the session: it was not concluded and comes back in the next one.
    is_left_open = models.BooleanField(_("not concluded"), default=False)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carried_to", verbose_name=_("carried over from")
    )
    #: How often it was carried over so far.
    times_carried = models.PositiveSmallIntegerField(_("times carried over"), default=0)
    issues = models.ManyToManyField(Issue, blank=True, related_name="agenda_items", verbose_name=_("issues"))
    topics = models.ManyToManyField(Topic, blank=True, related_name="agenda_items", verbose_name=_("topics"))

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["order", "pk"]
        constraints = [
            # Deferred, so that two items can change places in one transaction.
            models.UniqueConstraint(
                fields=["session", "order"], name="agenda_order_once", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self):
        return self.title
