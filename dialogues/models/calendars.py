from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PersonalCalendar(models.Model):
    """The secret address of a person's own calendar names ``generation``; raising it makes the old address useless."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_calendar", verbose_name=_("person")
    )
    generation = models.PositiveIntegerField(default=1, editable=False)
    is_on = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("address made"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("personal calendar")
        verbose_name_plural = _("personal calendars")

    def __str__(self):
        return str(self.user_id)


class CalendarEntry(models.Model):
    """The text of a session's entry in public calendars, in one language, as it was written last.

    ``mark`` names what it was written of; when it no longer agrees, the entry is written anew (dialogues/feeds.py).
    """

    session = models.ForeignKey("dialogues.Session", models.CASCADE, related_name="calendar_entries")
    language = models.CharField(max_length=10)
    mark = models.CharField(max_length=300)
    text = models.TextField()

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        constraints = [models.UniqueConstraint(fields=["session", "language"], name="dialogues_one_entry_a_language")]

    def __str__(self):
        return f"{self.session_id} {self.language}"
