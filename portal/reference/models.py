"""The shared vocabulary: economies, agreements, topics and sectors. Loaded from ``data/``, kept by administrators."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CodeChange(models.Model):
    """A code of the vocabulary that was renamed, merged into another, or given up: old addresses still mean it.

    Of one facet and old code the newest row counts; ``new`` is empty for what was given up.
    """

    facet = models.CharField(_("facet"), max_length=20)
    old = models.CharField(_("old code"), max_length=80)
    new = models.CharField(_("new code"), max_length=80, blank=True)
    is_merge = models.BooleanField(_("merged into another"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )
    at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a code")
        verbose_name_plural = _("changes of codes")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["facet", "old", "-id"], name="code_change_old")]

    def __str__(self):
        return f"{self.facet}:{self.old} → {self.new or '–'}"


class Economy(models.Model):
    """An economy (APEC's word), known by its ISO 3166-1 alpha-2 code."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    apec_name = models.CharField(_("name in APEC"), max_length=80, blank=True)
    time_zones = ArrayField(models.CharField(max_length=64), verbose_name=_("time zones"), default=list)
    default_time_zone = models.CharField(_("capital's time zone"), max_length=64)
    languages = ArrayField(models.CharField(max_length=16), verbose_name=_("languages"), default=list)
    currency = models.CharField(_("currency"), max_length=3)
    is_apec_member = models.BooleanField(_("APEC member"), default=False)
    is_focus = models.BooleanField(_("in the portal's focus"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("economy")
        verbose_name_plural = _("economies")
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class Agreement(models.Model):
    """A trade agreement or cooperation framework, with its Parties and languages."""

    class Kind(models.TextChoices):
        TRADE_AGREEMENT = "trade_agreement", _("Trade agreement")
        COOPERATION_FRAMEWORK = "cooperation_framework", _("Cooperation framework")

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    description = models.TextField(_("description"), blank=True)
    parties = models.ManyToManyField(Economy, related_name="agreements", verbose_name=_("Parties"))
    languages = ArrayField(models.CharField(max_length=7), verbose_name=_("languages"), default=list)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    in_force_on = models.DateField(_("in force since"), null=True, blank=True)
    sme_chapter = models.CharField(_("chapter on SMEs"), max_length=20, blank=True)
    sme_references = models.JSONField(_("provisions on SMEs"), default=list, blank=True)
    source_url = models.URLField(_("source"), max_length=500, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["order", "slug"]

    def __str__(self):
        return self.short_name or self.title


class Topic(models.Model):
    """An information topic of the treaties' lists (customs procedures, taxation …)."""

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    obligations = models.JSONField(_("provisions that ask for it"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "slug"]

    def __str__(self):
        return self.label


class Sector(models.Model):
    """A sector of the two-level tree, with its ISIC Rev. 4, NAICS 2022 and HS chapter codes."""

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("wider sector")
    )
    label = models.CharField(_("label"), max_length=160)
    isic = ArrayField(models.CharField(max_length=8), verbose_name="ISIC Rev. 4", default=list, blank=True)
    naics = ArrayField(models.CharField(max_length=8), verbose_name="NAICS 2022", default=list, blank=True)
    hs_chapters = ArrayField(models.CharField(max_length=2), verbose_name=_("HS chapters"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["order", "slug"]

    def __str__(self):
        return self.label
