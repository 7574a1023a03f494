"""When and where a training takes place."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts import zones
from resources.models.resource import PAGE_LANGUAGES, Resource


class TrainingDateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the trainings she may see."""
        return self.filter(resource__in=Resource.objects.visible_to(user))

    def public(self):
        return self.filter(resource__status=Resource.Status.PUBLISHED)

    def coming(self):
        """Not over yet, the cancelled ones included: whoever noted one should read that it is off."""
        return self.filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")

    def over(self):
        return self.filter(ends_at__lte=timezone.now()).order_by("-starts_at", "-pk")

    def taking_place(self):
        return self.filter(is_cancelled=False)

    def for_rows(self):
        """All that a row of the list of dates shows."""
        return self.select_related("resource__publisher").prefetch_related("resource__economies")


class TrainingDate(models.Model):
    """One date of a resource of the kind training, as its publisher announces it."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="dates", verbose_name=_("training"))
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[zones.validate_time_zone])
    place = models.CharField(_("place"), max_length=200, blank=True, help_text=_("Leave empty when it is online."))
    language = models.CharField(
        _("language"), max_length=7, choices=[(code, code) for code in PAGE_LANGUAGES], blank=True
    )
    registration_url = models.URLField(_("registration"), max_length=500, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    is_cancelled = models.BooleanField(_("cancelled"), default=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = TrainingDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("training date")
        verbose_name_plural = _("training dates")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="training_ends_after_it_begins")
        ]

    def __str__(self):
        return f"{self.resource_id} {self.starts_at:%Y-%m-%d}"

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()
