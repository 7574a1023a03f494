from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization


class RegistrationQuerySet(models.QuerySet):
    def open(self):
        """Everything but cancelled: these people hear of changes."""
        return self.exclude(status=Registration.Status.CANCELLED)

    def confirmed(self):
        return self.filter(status=Registration.Status.CONFIRMED)


class Registration(models.Model):
    """A person's place in a session. A cancelled one is kept; registering again makes a new row."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("registration", "Waiting for confirmation")
        CONFIRMED = "confirmed", pgettext_lazy("registration", "Confirmed")
        WAITLISTED = "waitlisted", pgettext_lazy("registration", "On the waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")

    MOVES = {
        Status.PENDING: {Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED},
        Status.WAITLISTED: {Status.CONFIRMED, Status.CANCELLED},
        Status.CONFIRMED: {Status.CANCELLED},
        Status.CANCELLED: set(),
    }

    class Role(models.TextChoices):
        CHAIR = "chair", pgettext_lazy("registration", "Chair")
        DELEGATE = "delegate", pgettext_lazy("registration", "Delegate")
        SPEAKER = "speaker", pgettext_lazy("registration", "Speaker")
        INTERPRETER = "interpreter", pgettext_lazy("registration", "Interpreter")
        OBSERVER = "observer", pgettext_lazy("registration", "Participant")

    class Partstat(models.TextChoices):
        """Participation status as iCalendar writes it (RFC 5545, 3.2.12)."""

        NEEDS_ACTION = "NEEDS-ACTION", _("Not answered")
        ACCEPTED = "ACCEPTED", _("Will come")
        TENTATIVE = "TENTATIVE", _("Perhaps")
        DECLINED = "DECLINED", _("Will not come")

    session = models.ForeignKey(
        "dialogues.Session", models.CASCADE, related_name="registrations", verbose_name=_("session")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="registrations", verbose_name=_("person")
    )
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("for")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.OBSERVER)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PENDING)
    partstat = models.CharField(_("answer"), max_length=12, choices=Partstat, default=Partstat.NEEDS_ACTION)
    attended = models.BooleanField(_("attended"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"], condition=~Q(status="cancelled"), name="registration_open_once"
            )
        ]
        indexes = [models.Index(fields=["session", "status"], name="registration_session_status")]

    def __str__(self):
        return f"{self.user} – {self.session}"
