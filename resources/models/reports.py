"""What readers say about a resource."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.languages import Language
from resources.models.resource import Resource


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those who keep a resource read what was said about it."""
        return self.filter(resource__in=Resource.objects.kept_by(user))

    def open(self):
        """Said to be out of date or not useful, and not dealt with yet."""
        return self.filter(handled_at=None).exclude(verdict=Report.Verdict.USEFUL)


class Report(models.Model):
    """One reader's word on one resource: useful, not useful or out of date."""

    class Verdict(models.TextChoices):
        USEFUL = "useful", pgettext_lazy("report", "Useful")
        NOT_USEFUL = "not_useful", pgettext_lazy("report", "Not useful")
        OUT_OF_DATE = "out_of_date", pgettext_lazy("report", "Out of date")

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="reports", verbose_name=_("resource"))
    verdict = models.CharField(_("verdict"), max_length=11, choices=Verdict)
    text = models.TextField(_("what is wrong or missing"), max_length=1000, blank=True)
    language = models.CharField(_("language"), max_length=7, choices=Language)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reader")
    )
    # A keyed digest of the visitor's address and the day: counts a visitor once, tells nobody who it was.
    visitor = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("said"), default=timezone.now, editable=False)
    handled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reader's report")
        verbose_name_plural = _("readers' reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["useful", "not_useful", "out_of_date"]), name="report_verdict_known"
            ),
            models.UniqueConstraint(
                fields=["resource", "reporter"], condition=Q(handled_at=None), name="report_once_per_reader"
            ),
            models.UniqueConstraint(
                fields=["resource", "visitor"],
                condition=Q(handled_at=None) & ~Q(visitor=""),
                name="report_once_per_visitor",
            ),
        ]
        indexes = [
            models.Index(
                fields=["resource", "created_at"],
                condition=Q(handled_at=None) & ~Q(verdict="useful"),
                name="report_open",
            )
        ]

    def __str__(self):
        return f"{self.get_verdict_display()}: {self.resource_id}"
