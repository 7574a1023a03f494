from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization


class ScreeningList(models.Model):
    """One import of a consolidated screening list; the latest of a name replaces those before it."""

    name = models.CharField(_("name"), max_length=120)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    entries = models.PositiveIntegerField(_("entries"), default=0)
    imported_at = models.DateTimeField(_("imported"), default=timezone.now, editable=False)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imported by"),
    )

    class Meta:
        verbose_name = _("screening list")
        verbose_name_plural = _("screening lists")
        ordering = ["-imported_at", "-pk"]

    def __str__(self):
        return self.name


class DeniedParty(models.Model):
    """An entry of a screening list, in the columns of the US Consolidated Screening List."""

    screening_list = models.ForeignKey(
        ScreeningList, models.CASCADE, related_name="parties", verbose_name=_("screening list")
    )
    entry_id = models.CharField(_("number in the list"), max_length=80)
    source = models.CharField(_("source"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=500)
    alt_names = ArrayField(models.CharField(max_length=500), verbose_name=_("other names"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"), default=list, blank=True)
    programmes = ArrayField(models.CharField(max_length=120), verbose_name=_("programmes"), default=list, blank=True)
    source_url = models.URLField(_("source address"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("denied party")
        verbose_name_plural = _("denied parties")
        constraints = [
            models.UniqueConstraint(fields=["screening_list", "entry_id"], name="denied_party_once"),
        ]

    def __str__(self):
        return self.name


class DeniedName(models.Model):
    """One way to write a denied party's name, folded so that spelling, script and legal form matter less."""

    party = models.ForeignKey(DeniedParty, models.CASCADE, related_name="names", verbose_name=_("denied party"))
    folded = models.CharField(_("compared as"), max_length=500)
    #: Without the words that many firms carry.
    core = models.CharField(_("core of the name"), max_length=500)

    class Meta:
        verbose_name = _("name of a denied party")
        verbose_name_plural = _("names of denied parties")
        constraints = [models.UniqueConstraint(fields=["party", "folded"], name="denied_name_once")]
        indexes = [GinIndex(OpClass(F("folded"), name="gin_trgm_ops"), name="denied_name_trigrams")]

    def __str__(self):
        return self.folded


class OwnName(models.Model):
    """One way to write an organization's name, folded as those of the lists are, and when it was last compared."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="screened_names", verbose_name=_("organization")
    )
    name = models.CharField(_("name"), max_length=500)
    folded = models.CharField(_("compared as"), max_length=500)
    #: Without the words that many firms carry.
    core = models.CharField(_("core of the name"), max_length=500)
    #: Empty: to be compared.
    screened_at = models.DateTimeField(_("compared"), null=True, blank=True)

    class Meta:
        verbose_name = _("compared name")
        verbose_name_plural = _("compared names")
        constraints = [models.UniqueConstraint(fields=["organization", "name", "folded"], name="own_name_once")]
        indexes = [models.Index(fields=["id"], condition=Q(screened_at=None), name="own_name_to_compare")]

    def __str__(self):
        return self.name


class ScreeningFlagQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Administrators alone: a likeness of names is nobody else's business."""
        return self if user.is_authenticated and user.is_staff else self.none()

    def with_entries(self):
        """What the two sides of a comparison show; ``party_pk`` is the entry as the list has it now, if it does."""
        entry = DeniedParty.objects.filter(
            screening_list__name=OuterRef("list_name"), entry_id=OuterRef("entry_id")
        ).values("pk")
        return self.select_related("organization__economy", "decided_by").annotate(party_pk=Subquery(entry[:1]))


class ScreeningFlag(models.Model):
    """A name of ours is close to one on a list. A person looks and decides; nothing happens by itself."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("screening", "To be looked at")
        CLEARED = "cleared", pgettext_lazy("screening", "Somebody else")
        CONFIRMED = "confirmed", pgettext_lazy("screening", "The listed party")

    MOVES = {
        Status.OPEN: {Status.CLEARED, Status.CONFIRMED},
        Status.CLEARED: {Status.OPEN},
        Status.CONFIRMED: {Status.OPEN},
    }

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="screening_flags", verbose_name=_("organization")
    )
    # Kept when the list is replaced: the decision is about the pair of names.
    list_name = models.CharField(_("list"), max_length=120)
    entry_id = models.CharField(_("number in the list"), max_length=80)
    own_name = models.CharField(_("name here"), max_length=500)
    listed_name = models.CharField(_("name in the list"), max_length=500)
    similarity = models.FloatField(_("similarity"))
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.OPEN)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    found_at = models.DateTimeField(_("found"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = ScreeningFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening flag")
        verbose_name_plural = _("screening flags")
        ordering = ["-similarity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "list_name", "entry_id", "own_name"], name="screening_flag_once"
            ),
            models.CheckConstraint(condition=Q(similarity__gte=0, similarity__lte=1), name="screening_similarity"),
        ]

    def __str__(self):
        return f"{self.own_name} ~ {self.listed_name}"

    def get_absolute_url(self):
        return reverse("partners:screening-detail", args=[self.pk])
