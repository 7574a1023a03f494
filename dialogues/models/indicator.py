from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialogues.models.session import Session
from dialogues.models.vocabulary import UNITS, Qualifier, Reliability
from portal.reference.models import Agreement, Economy


class Indicator(models.Model):
    """A series of figures by which a dialogue can see what changes."""

    metric = models.SlugField(_("short name"), max_length=80, unique=True)
    label = models.CharField(_("label"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40)
    caution = models.TextField(_("what to be careful about"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["order", "metric"]

    def __str__(self):
        return self.label

    @property
    def unit_label(self) -> str:
        """The unit in the reader's language, or as the source has it."""
        return str(UNITS.get(self.unit, self.unit))


class IndicatorValueQuerySet(models.QuerySet):
    def about(self, dialogue):
        """Figures under the dialogue's agreement, and figures of its Parties alone."""
        return self.filter(
            Q(agreement=dialogue.agreement) | Q(agreement=None, economy__in=dialogue.party_codes)
        ).order_by("indicator__order", "year", "period_label", "pk")


class IndicatorValue(models.Model):
    """One figure, with the period, where it comes from and how well it is founded."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="values", verbose_name=_("indicator"))
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    period_label = models.CharField(_("period, where the source names no year"), max_length=40, blank=True)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=4)
    qualifier = models.CharField(_("qualifier"), max_length=12, choices=Qualifier, blank=True)
    economy = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("economy")
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agreement")
    )
    session = models.ForeignKey(
        Session, models.SET_NULL, null=True, blank=True, related_name="figures", verbose_name=_("session")
    )
    reliability = models.CharField(_("reliability"), max_length=24, choices=Reliability)
    source = models.CharField(_("source"), max_length=500)

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "year", "period_label", "economy", "agreement", "session", "source"],
                name="figure_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(year__isnull=False) | ~Q(period_label=""), name="figure_has_period"),
        ]

    def __str__(self):
        return f"{self.indicator_id} {self.year or self.period_label}: {self.value}"

    @property
    def is_official(self) -> bool:
        return self.reliability == Reliability.OFFICIAL
