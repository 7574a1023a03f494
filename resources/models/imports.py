"""Files of resources that officials bring in."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.languages import Language


class ImportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        return self.filter(uploaded_by=user)

    def waiting(self):
        """Those that a worker has still to look through or to load."""
        return self.filter(status__in=[ImportRun.Status.CHECKING, ImportRun.Status.LOADING]).order_by("pk")

    def unfinished(self):
        """Those that still hold their file."""
        return self.exclude(status__in=ImportRun.ENDED)


class ImportRun(models.Model):
    """One uploaded file: looked through first (the dry run), then loaded whole or not at all."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON_LINES = "jsonl", "JSON Lines"

    class Status(models.TextChoices):
        CHECKING = "checking", pgettext_lazy("import", "Being looked through")
        CHECKED = "checked", pgettext_lazy("import", "Ready to load")
        REFUSED = "refused", pgettext_lazy("import", "Has errors")
        LOADING = "loading", pgettext_lazy("import", "Being loaded")
        LOADED = "loaded", pgettext_lazy("import", "Loaded")
        ABANDONED = "abandoned", pgettext_lazy("import", "Given up")

    MOVES = {
        Status.CHECKING: {Status.CHECKED, Status.REFUSED, Status.ABANDONED},
        Status.CHECKED: {Status.LOADING, Status.ABANDONED},
        Status.REFUSED: {Status.ABANDONED},
        Status.LOADING: {Status.LOADED, Status.REFUSED, Status.ABANDONED},
        Status.LOADED: set(),
        Status.ABANDONED: set(),
    }

    #: Where a run ends: its file is no longer kept.
    ENDED = (Status.REFUSED, Status.LOADED, Status.ABANDONED)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("uploaded by")
    )
    name = models.CharField(_("file"), max_length=200)
    format = models.CharField(_("format"), max_length=5, choices=Format)
    content = models.BinaryField(editable=False)  # at most a few MB; emptied when the run ends
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.CHECKING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    # What the errors are written in.
    language = models.CharField(_("language"), max_length=7, choices=Language, default=Language.EN)
    submits = models.BooleanField(_("new resources are submitted for review"), default=False)
    # How often a worker began with what the state says; raised before it begins, so that a file it dies of ends.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    # The version of every resource that the file would change, by id, as it was looked through.
    versions = models.JSONField(default=dict, editable=False)
    # [{"row": 3, "field": "topics", "value": …, "message": …}, …]; {"created": 3, "changed": 2, "unchanged": 1}
    errors = models.JSONField(default=list, editable=False)
    counts = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["checking", "checked", "refused", "loading", "loaded", "abandoned"]),
                name="import_status_known",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("resources:import-detail", args=[self.uid])
