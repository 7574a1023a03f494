"""How the coverage of the treaties' topics developed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.reference.models import Agreement


class CoverageTotal(models.Model):
    """The totals of one agreement's coverage matrix (economy x topic x language) at the end of one day (UTC)."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="coverage_totals", verbose_name=_("agreement")
    )
    day = models.DateField(_("day"))
    present = models.PositiveIntegerField(_("present"))
    stale = models.PositiveIntegerField(_("stale"))
    broken = models.PositiveIntegerField(_("broken"))
    missing = models.PositiveIntegerField(_("missing"))

    class Meta:
        verbose_name = _("total of coverage")
        verbose_name_plural = _("totals of coverage")
        constraints = [models.UniqueConstraint(fields=["agreement", "day"], name="coverage_total_once_a_day")]

    def __str__(self):
        return f"{self.agreement_id} {self.day}"
