from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from portal.reference.models import Economy, Topic

#: A contact that nobody confirmed for so long is not shown any more.
CONFIRMED_WITHIN = timedelta(days=365)


class FocalPointQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Confirmed ones are public; its own people see an office's entry also after it dropped out."""
        confirmed = Q(confirmed_at__gt=timezone.now() - CONFIRMED_WITHIN)
        return self.filter(Q(is_active=True) & (confirmed | Q(organization__in=organization_ids(user))))

    def current(self):
        """In use and confirmed within a year."""
        return self.filter(is_active=True, confirmed_at__gt=timezone.now() - CONFIRMED_WITHIN)

    def lapsing(self, days):
        """In use, and about to drop out within so many days."""
        ends = timezone.now() - CONFIRMED_WITHIN
        return self.filter(is_active=True, confirmed_at__gt=ends, confirmed_at__lte=ends + timedelta(days=days))

    def for_rows(self):
        """What a row of the directory shows."""
        return self.select_related("organization", "economy").prefetch_related("topics")


class FocalPoint(models.Model):
    """An office that answers questions on some topics for one economy; never a private person.

    Source of the duty: the agreements' chapters on SMEs ask each Party to name a contact (data/agreements.json).
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="focal_points", verbose_name=_("organization")
    )
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="focal_points", verbose_name=_("economy"))
    #: Empty: every topic.
    topics = models.ManyToManyField(Topic, related_name="focal_points", verbose_name=_("topics"), blank=True)
    office = models.CharField(_("office"), max_length=200)
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    email = models.EmailField(_("e-mail address of the office"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    url = models.URLField(_("page"), max_length=500, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    confirmed_at = models.DateTimeField(_("last confirmed"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        ordering = ["economy", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone="") | ~Q(url=""), name="focal_point_can_be_reached"
            ),
        ]
        indexes = [models.Index(fields=["economy", "-confirmed_at"], name="focal_point_of_economy")]

    def __str__(self):
        return self.office

    def get_absolute_url(self):
        return reverse("focal:point-detail", args=[self.pk])

    @property
    def is_current(self) -> bool:
        return self.is_active and self.confirmed_at > timezone.now() - CONFIRMED_WITHIN
