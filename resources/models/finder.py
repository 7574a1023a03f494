"""The answers of a firm in the guided finder."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from portal.reference.models import Economy, Sector, Topic


class FirmNeedsQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The firm's own people."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organization__in=organization_ids(user))


class FirmNeeds(models.Model):
    """What a firm said in the guided finder. Alerts and partner matching may start from it."""

    class Stage(models.TextChoices):
        EXPLORING = "exploring", pgettext_lazy("stage", "We are only looking")
        PREPARING = "preparing", pgettext_lazy("stage", "We prepare our first sale or purchase abroad")
        TRADING = "trading", pgettext_lazy("stage", "We trade across borders already")
        ESTABLISHING = "establishing", pgettext_lazy("stage", "We set up or invest in the market")

    organization = models.OneToOneField(
        Organization, models.CASCADE, related_name="needs", verbose_name=_("organization")
    )
    home = models.ForeignKey(Economy, models.PROTECT, related_name="+", verbose_name=_("where you are"))
    market = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("which market")
    )
    sectors = models.ManyToManyField(Sector, related_name="+", blank=True, verbose_name=_("what you sell"))
    words = models.CharField(_("what you sell, in your words"), max_length=200, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    topics = models.ManyToManyField(Topic, related_name="+", blank=True, verbose_name=_("what you need"))
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = FirmNeedsQuerySet.as_manager()

    class Meta:
        verbose_name = _("needs of a firm")
        verbose_name_plural = _("needs of firms")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["exploring", "preparing", "trading", "establishing"]), name="needs_stage_known"
            )
        ]

    def __str__(self):
        return str(self.organization)
