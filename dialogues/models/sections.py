from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.models.agenda import AgendaItem
from dialogues.models.dialogue import Dialogue
from dialogues.models.minutes import Minutes, attends, no_revisions
from dialogues.models.registration import Registration
from portal.accounts.models import Organization
from portal.accounts.permissions import delegation
from portal.languages import Language
from portal.reference.models import Economy


class MinutesSectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of minutes she may read: public sections; the others for who attended and for officials of the Parties."""
        rows = self.filter(minutes__in=Minutes.objects.visible_to(user))
        public = Q(visibility=AgendaItem.Visibility.PUBLIC)
        if not user.is_authenticated:
            return rows.filter(public)
        parties = Dialogue.parties.through.objects
        official = Exists(parties.filter(dialogue=OuterRef("minutes__session__dialogue"), economy__in=delegation(user)))
        participants = Q(visibility=AgendaItem.Visibility.PARTICIPANTS) & attends(user, "minutes__session")
        return rows.filter(public | participants | Q(official))


class MinutesSection(models.Model):
    """What was said about one agenda item, one Markdown text per working language.

    ``heading`` is the item's title as it was when the minutes were begun: items may go, minutes stay.
    """

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="sections", verbose_name=_("minutes"))
    agenda_item = models.ForeignKey(
        AgendaItem,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="minutes_sections",
        verbose_name=_("agenda item"),
    )
    order = models.PositiveSmallIntegerField(_("position"))
    heading = models.CharField(_("heading"), max_length=250, blank=True)
    visibility = models.CharField(
        _("who sees it"), max_length=12, choices=AgendaItem.Visibility, default=AgendaItem.Visibility.PUBLIC
    )
    text = models.TextField(_("text"), blank=True)
    #: Language → how often its text was saved: two writers never overwrite each other unnoticed, and writers of two
    #: languages never meet.
    revisions = models.JSONField(default=no_revisions, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("last saved by")
    )
    changed_at = models.DateTimeField(_("last saved"), default=timezone.now)

    objects = MinutesSectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section of the minutes")
        verbose_name_plural = _("sections of the minutes")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "order"], name="section_order_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["minutes", "agenda_item"], name="section_of_item_once"),
        ]

    def __str__(self):
        return self.heading


class SavedText(models.Model):
    """One text of the minutes as it was after one save: what a later writer started from, and who wrote what when.

    ``section`` is empty for what belongs to no agenda item. The latest few hundred of each text are kept.
    """

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="saves", verbose_name=_("minutes"))
    section = models.ForeignKey(
        MinutesSection, models.CASCADE, null=True, blank=True, related_name="saves", verbose_name=_("section")
    )
    language = models.CharField(_("language"), max_length=7, choices=Language)
    revision = models.PositiveIntegerField(_("number"))
    text = models.TextField(_("text"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("saved by")
    )
    saved_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved text of minutes")
        verbose_name_plural = _("saved texts of minutes")
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "language", "revision"],
                condition=Q(section__isnull=False),
                name="saved_section_once",
            ),
            models.UniqueConstraint(
                fields=["minutes", "language", "revision"], condition=Q(section=None), name="saved_text_once"
            ),
        ]

    def __str__(self):
        return f"{self.minutes_id} {self.section_id} {self.language} {self.revision}"


class MinutesComment(models.Model):
    """What an attendee wants changed in circulated minutes."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="comments", verbose_name=_("minutes"))
    section = models.ForeignKey(
        MinutesSection, models.CASCADE, null=True, blank=True, related_name="comments", verbose_name=_("section")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("for")
    )
    # Of a person without an account, who wrote by her personal link.
    name = models.CharField(_("name"), max_length=150, blank=True)
    registration = models.ForeignKey(
        Registration, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    language = models.CharField(_("language"), max_length=7, choices=Language)
    text = models.TextField(_("comment"), max_length=5000)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    #: What was done about it.
    reply = models.TextField(_("reply"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("comment on minutes")
        verbose_name_plural = _("comments on minutes")
        ordering = ["created_at", "pk"]

    def __str__(self):
        return self.text[:100]


class SignOff(models.Model):
    """One Party agrees with the circulated minutes. Any change of the text takes all back."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="sign_offs", verbose_name=_("minutes"))
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="+", verbose_name=_("Party"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed"), default=timezone.now, editable=False)
    #: How a Party for which nobody acts here said so, when another Party's official writes it down: "Letter of 3 May".
    received_as = models.CharField(_("received as"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        constraints = [models.UniqueConstraint(fields=["minutes", "economy"], name="sign_off_once")]

    def __str__(self):
        return f"{self.minutes_id} {self.economy_id}"
