from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.session import Session
from portal.accounts.models import User
from portal.accounts.zones import validate_time_zone
from portal.languages import Language
from portal.notifications.models import Address, is_one_person
from portal.reference.models import Economy


class SlotPollQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For those who see the draft; an invitee sees hers by her personal link."""
        return self.filter(session__in=Session.objects.visible_to(user))

    def open(self):
        return self.filter(status=SlotPoll.Status.OPEN)


class SlotPoll(models.Model):
    """The search for a date all delegations can live with. One at a time for a session."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("poll", "Open")
        CHOSEN = "chosen", pgettext_lazy("poll", "Date chosen")
        WITHDRAWN = "withdrawn", pgettext_lazy("poll", "Withdrawn")

    MOVES = {Status.OPEN: {Status.CHOSEN, Status.WITHDRAWN}, Status.CHOSEN: set(), Status.WITHDRAWN: set()}

    session = models.ForeignKey(Session, models.CASCADE, related_name="polls", verbose_name=_("session"))
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.OPEN)
    #: The zone whose clock the chosen session will be held by.
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    minutes = models.PositiveSmallIntegerField(pgettext_lazy("length", "minutes"))
    respond_by = models.DateTimeField(_("answer by"))
    note = models.TextField(_("note to those asked"), blank=True)
    chosen = models.ForeignKey(
        "dialogues.CandidateSlot", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chosen")
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)
    all_answered_at = models.DateTimeField(_("all had answered"), null=True, blank=True)

    objects = SlotPollQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot poll")
        verbose_name_plural = _("slot polls")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(status="open"), name="poll_one_open"),
            models.CheckConstraint(
                condition=Q(status="chosen", chosen__isnull=False) | (~Q(status="chosen") & Q(chosen=None)),
                name="poll_chosen_slot",
            ),
        ]

    def __str__(self):
        return _("Finding a date for %(session)s") % {"session": self.session}

    def get_absolute_url(self):
        return reverse("dialogues:poll-detail", args=[self.session.dialogue.slug, self.session_id, self.pk])


class CandidateSlot(models.Model):
    """One time that is put to the vote. ``inconvenience``: ISO code of a Party → points when it was proposed."""

    poll = models.ForeignKey(SlotPoll, models.CASCADE, related_name="slots", verbose_name=_("poll"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    inconvenience = models.JSONField(_("inconvenience"), default=dict)

    class Meta:
        verbose_name = _("candidate slot")
        verbose_name_plural = _("candidate slots")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["poll", "starts_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="slot_ends_after_start"),
        ]

    def __str__(self):
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"


class Invitee(models.Model):
    """One person who is asked: an account, or an address without one. Her personal link names ``generation``; raising
    it makes older links useless."""

    poll = models.ForeignKey(SlotPoll, models.CASCADE, related_name="invitees", verbose_name=_("poll"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="poll_invitations",
        verbose_name=_("person"),
    )
    # Instead of a user, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=7, choices=Language, default=Language.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    economy = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("speaks for")
    )
    generation = models.PositiveIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitee")
        verbose_name_plural = _("invitees")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=is_one_person("user"), name="invitee_is_one_person"),
            models.UniqueConstraint(fields=["poll", "user"], name="invitee_once"),
            models.UniqueConstraint("poll", Lower("address"), condition=~Q(address=""), name="invitee_address_once"),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def person(self) -> User | Address:
        """Whom to write to."""
        return self.user or Address(self.address, self.language, self.time_zone or "UTC", self.name)


class Availability(models.Model):
    """One answer to one candidate slot; no row means not answered."""

    class Answer(models.TextChoices):
        YES = "yes", pgettext_lazy("availability", "Yes")
        IF_NEED_BE = "if_need_be", pgettext_lazy("availability", "If need be")
        NO = "no", pgettext_lazy("availability", "No")

    invitee = models.ForeignKey(Invitee, models.CASCADE, related_name="availabilities", verbose_name=_("invitee"))
    slot = models.ForeignKey(CandidateSlot, models.CASCADE, related_name="availabilities", verbose_name=_("slot"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        constraints = [models.UniqueConstraint(fields=["invitee", "slot"], name="availability_once")]

    def __str__(self):
        return f"{self.invitee_id} {self.slot_id} {self.answer}"
