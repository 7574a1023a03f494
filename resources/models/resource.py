"""Resources: what a small firm needs to trade with or invest in a Party's market, kept by that Party's officials."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization
from portal.accounts.permissions import delegation
from portal.languages import Language, column, current
from portal.reference.models import Agreement, Economy, Sector, Topic
from portal.search.text import SearchVectors, search_indexes

#: Languages a linked page may be in: the portal's four, then those of the other APEC economies (BCP 47).
PAGE_LANGUAGES = (*Language.values, "zh-hans", "id", "ja", "ko", "ms", "pt", "ru", "th", "tl", "vi")

TRANSLATED = ("title", "summary", "body")


@dataclass(frozen=True)
class Reading:
    """One language of a resource, as a reader gets it.

    ``wanted`` is the language asked for; when the resource has no text in it, ``language`` is another one.
    """

    wanted: str
    language: str
    title: str
    summary: str
    body: str

    @property
    def is_fallback(self) -> bool:
        return self.language != self.wanted


class ResourceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Published resources are for everybody; the others for officials of their economies and administrators."""
        public = Q(status=Resource.Status.PUBLISHED)
        if user.is_authenticated and user.is_staff:
            return self.all()
        if delegation(user):
            return self.filter(public | Q(pk__in=_ids_in(delegation(user))))
        return self.filter(public)

    def kept_by(self, user):
        """What she keeps as an official; administrators keep what belongs to no single economy."""
        kept = Q(pk__in=_ids_in(delegation(user)))
        if user.is_authenticated and user.is_staff:
            kept |= ~Q(scope=Resource.Scope.ECONOMY)
        return self.filter(kept)

    def published(self):
        return self.filter(status=Resource.Status.PUBLISHED)

    def awaiting_publication(self):
        return self.filter(status=Resource.Status.IN_REVIEW).order_by("submitted_at", "pk")

    def unseen(self):
        """Public, and changed since a second person saw it; longest waiting first."""
        return self.published().filter(unseen_since__isnull=False).order_by("unseen_since", "pk")

    def due_for_review(self, day):
        """Published and not confirmed since its review date (a day, UTC)."""
        return self.published().filter(review_due_on__lte=day).order_by("review_due_on", "pk")

    def for_economies(self, codes):
        """What holds in any of these economies, what holds everywhere included."""
        listed = Exists(Resource.economies.through.objects.filter(resource=OuterRef("pk"), economy__in=codes))
        return self.filter(~Q(scope=Resource.Scope.ECONOMY) | listed)

    def for_sector(self, sector):
        """What applies to this sector: its own, its parts' and its wider sector's resources (``sector_order`` 0),
        then those for every sector (``sector_order`` 1)."""
        tagged = Resource.sectors.through.objects.filter(resource=OuterRef("pk"))
        family = Q(sector=sector.pk) | Q(sector__parent=sector.pk) | Q(sector=sector.parent_id)
        return self.filter(Exists(tagged.filter(family)) | ~Exists(tagged)).annotate(
            sector_order=Case(When(Exists(tagged), then=Value(0)), default=Value(1), output_field=IntegerField())
        )

    def by_title(self):
        """In the order of the titles the reader sees. The keys are stored and compared byte by byte,
        so the order is the same on every database, whatever its collation."""
        return self.order_by(column("order", current()), "pk")

    def for_rows(self):
        """All that a row of a list shows."""
        return self.select_related("publisher").prefetch_related("economies", "topics")

    def for_files(self):
        """All that a line of an export holds."""
        return self.select_related("publisher").prefetch_related("economies", "agreements", "topics", "sectors")

    def for_page(self):
        """All that the page of one resource shows."""
        joined = self.select_related("publisher", "publisher__economy", "author", "changed_by", "link_check")
        return joined.prefetch_related("economies", "topics", "sectors", "agreements", "translations")


def _ids_in(codes):
    return Resource.economies.through.objects.filter(economy__in=codes).values("resource")


class Resource(SearchVectors):
    """A guide, programme, tool … on a public body's site, described in the portal's languages.

    The text in ``source_language`` is the original; the others are translations, each with a
    :class:`Translation` row that says whose it is and which version of the source it was made from.
    """

    class Kind(models.TextChoices):
        GUIDE = "guide", pgettext_lazy("kind of resource", "Guide")
        PROGRAMME = "programme", pgettext_lazy("kind of resource", "Programme")
        TOOL = "tool", pgettext_lazy("kind of resource", "Tool")
        TRAINING = "training", pgettext_lazy("kind of resource", "Training")
        DATASET = "dataset", pgettext_lazy("kind of resource", "Dataset")
        SUCCESS_CASE = "success_case", pgettext_lazy("kind of resource", "Success case")
        LEGAL_TEXT = "legal_text", pgettext_lazy("kind of resource", "Legal text")

    class Scope(models.TextChoices):
        """For whom it holds: the listed economies, or, when none is listed, all of them."""

        ECONOMY = "economy", _("The listed economies")
        APEC = "apec", _("Every APEC economy")
        GLOBAL = "global", _("Every economy")

    class Audience(models.TextChoices):
        EXPORTER = "exporter", pgettext_lazy("audience", "Exporters")
        IMPORTER = "importer", pgettext_lazy("audience", "Importers")
        STARTUP = "startup", pgettext_lazy("audience", "Start-ups")
        INVESTOR = "investor", pgettext_lazy("audience", "Investors")
        WOMEN_OWNED = "women_owned", pgettext_lazy("audience", "Women-owned firms")
        RURAL = "rural", pgettext_lazy("audience", "Rural firms")
        YOUTH = "youth", pgettext_lazy("audience", "Young entrepreneurs")
        MINORITY_OWNED = "minority_owned", pgettext_lazy("audience", "Minority-owned firms")
        INDIGENOUS = "indigenous", pgettext_lazy("audience", "Indigenous-owned firms")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("resource", "Draft")
        IN_REVIEW = "in_review", pgettext_lazy("resource", "In review")
        PUBLISHED = "published", pgettext_lazy("resource", "Published")
        ARCHIVED = "archived", pgettext_lazy("resource", "Withdrawn")

    MOVES = {
        Status.DRAFT: {Status.IN_REVIEW, Status.ARCHIVED},
        Status.IN_REVIEW: {Status.PUBLISHED, Status.DRAFT},
        Status.PUBLISHED: {Status.ARCHIVED},
        Status.ARCHIVED: {Status.DRAFT},
    }

    class LinkStatus(models.TextChoices):
        UNCHECKED = "unchecked", pgettext_lazy("link", "Not checked yet")
        OK = "ok", pgettext_lazy("link", "Works")
        MOVED = "moved", pgettext_lazy("link", "Moved")
        BROKEN = "broken", pgettext_lazy("link", "Broken")
        UNCLEAR = "unclear", pgettext_lazy("link", "Not certain")

    class Evidence(models.TextChoices):
        """How the address of a catalogue entry was found (see data/README.md)."""

        PAGE = "page", _("The page itself was seen")
        CITED = "cited", _("The address was seen in another text")
        PARTIAL = "partial", _("Only a part of the address was seen")
        RECALLED = "recalled", _("The address was recalled, not seen")
        OFFICIAL = "official", _("Given by an official")

    slug = models.SlugField(_("short name in addresses"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    publisher = models.ForeignKey(Organization, models.PROTECT, related_name="resources", verbose_name=_("publisher"))
    scope = models.CharField(_("holds for"), max_length=7, choices=Scope, default=Scope.ECONOMY)
    economies = models.ManyToManyField(Economy, related_name="resources", blank=True, verbose_name=_("economies"))
    agreements = models.ManyToManyField(Agreement, related_name="resources", blank=True, verbose_name=_("agreements"))
    topics = models.ManyToManyField(Topic, related_name="resources", verbose_name=_("topics"))
    sectors = models.ManyToManyField(Sector, related_name="resources", blank=True, verbose_name=_("sectors"))
    audiences = ArrayField(
        models.CharField(max_length=14, choices=Audience), default=list, blank=True, verbose_name=_("for whom")
    )

    url = models.URLField(
        _("address of the source"), max_length=500, validators=[URLValidator(schemes=["http", "https"])]
    )
    url_evidence = models.CharField(
        _("how the address is known"), max_length=8, choices=Evidence, default=Evidence.OFFICIAL
    )
    page_languages = ArrayField(
        models.CharField(max_length=7, choices=[(code, code) for code in PAGE_LANGUAGES]),
        default=list,
        blank=True,
        verbose_name=_("languages of the source"),
    )
    link_status = models.CharField(_("link"), max_length=9, choices=LinkStatus, default=LinkStatus.UNCHECKED)
    link_checked_at = models.DateTimeField(_("link checked"), null=True, blank=True)

    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), max_length=600)
    body = models.TextField(_("text"), max_length=20_000, blank=True)
    source_language = models.CharField(
        _("language of the original text"), max_length=7, choices=Language, default=Language.EN
    )
    # Raised whenever the text in the source language changes: translations made from a lower one are stale.
    source_version = models.PositiveIntegerField(default=1, editable=False)

    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.DRAFT)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    # The last person whose text it is; somebody else must let it be published.
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("submitted by"),
    )
    # Approved by a reviewer for a moment to come: published then by the portal's clock.
    publish_at = models.DateTimeField(_("to be published"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    expires_on = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("After this day it is withdrawn by itself.")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    reviewed_on = models.DateField(_("last reviewed"), null=True, blank=True)
    review_due_on = models.DateField(_("review due"), null=True, blank=True)
    note = models.TextField(_("why it was sent back or withdrawn"), max_length=2000, blank=True)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # Set by people only: loading the catalogue again leaves alone what somebody has edited here.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("edited by")
    )
    changed_at = models.DateTimeField(_("edited"), null=True, blank=True)
    # Raised by every edit: a form opened on an older version is refused instead of overwriting a colleague's work.
    version = models.PositiveIntegerField(default=1, editable=False)
    # The version that a second person has seen. What was changed in public since waits for a second look: since when,
    # and the ids of who changed it (resources/unseen.py writes all three).
    seen_version = models.PositiveIntegerField(default=1, editable=False)
    unseen_since = models.DateTimeField(null=True, blank=True, editable=False)
    unseen_by = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)

    #: Success cases name the programme that helped.
    programme = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="success_cases",
        limit_choices_to={"kind": Kind.PROGRAMME},
        verbose_name=_("programme used"),
    )

    # Written by resources/indexing.py. What it is counted and filtered under: see resources/facets.py.
    facets = ArrayField(models.CharField(max_length=80), default=list, editable=False)
    # Written by resources/indexing.py. Byte-ordered keys of the title each reader sees, and what was indexed.
    order_en = models.CharField(max_length=200, default="", editable=False, db_collation="C")
    order_zh_hant = models.CharField(max_length=200, default="", editable=False, db_collation="C")
    order_es = models.CharField(max_length=200, default="", editable=False, db_collation="C")
    order_fr = models.CharField(max_length=200, default="", editable=False, db_collation="C")
    search_digest = models.CharField(max_length=64, default="", editable=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False, review_due_on__isnull=False),
                name="resource_published_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_review") | Q(submitted_at__isnull=False), name="resource_submitted_when"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in_review", "published", "archived"]), name="resource_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source_language__in=Language.values), name="resource_source_language_known"
            ),
            models.CheckConstraint(condition=Q(seen_version__lte=F("version")), name="resource_seen_before_now"),
            models.CheckConstraint(
                condition=Q(unseen_since__isnull=True, unseen_by=[])
                | Q(unseen_since__isnull=False, unseen_by__len__gt=0),
                name="resource_unseen_by_somebody",
            ),
        ]
        indexes = [
            *search_indexes("resource"),
            GinIndex(fields=["facets"], name="resource_facets", condition=Q(status="published")),
            models.Index(fields=["status", "-published_at", "id"], name="resource_newest"),
            models.Index(
                fields=["-changed_at", "id"],
                condition=Q(status="published", changed_at__isnull=False),
                name="resource_changed",
            ),
            models.Index(fields=["review_due_on"], condition=Q(status="published"), name="resource_review_due"),
            models.Index(fields=["unseen_since"], condition=Q(unseen_since__isnull=False), name="resource_unseen"),
            models.Index(fields=["publish_at"], condition=Q(publish_at__isnull=False), name="resource_to_publish"),
            models.Index(fields=["expires_on"], condition=Q(status="published"), name="resource_expires"),
            *(
                models.Index(
                    fields=[column("order", code), "id"],
                    condition=Q(status="published"),
                    name=f"resource_{column('order', code)}",
                )
                for code in Language.values
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("resources:resource-detail", args=[self.slug])

    @property
    def economy_codes(self) -> set[str]:
        """The economies it holds for; empty when it holds for all."""
        return {economy.pk for economy in self.economies.all()}

    @property
    def audience_labels(self) -> list:
        return [self.Audience(code).label for code in self.audiences]

    def text(self, language: str) -> tuple[str, str, str]:
        """Title, summary and body in this language alone; empty strings where it has none."""
        return tuple(getattr(self, column(field, language)) or "" for field in TRANSLATED)

    @property
    def languages(self) -> list[str]:
        """The portal's languages in which it can be read."""
        return [language for language in Language.values if self.text(language)[0]]

    def reading(self, wanted: str | None = None) -> Reading:
        """Its text in the reader's language, or in the first of en, es, fr, zh-hant that it has: never a mixture."""
        wanted = wanted or current()
        order = [wanted, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES]
        language = next((code for code in order if self.text(code)[0]), self.source_language)
        return Reading(wanted, language, *self.text(language))


class Translation(models.Model):
    """The text of a resource in one language other than its source language: whose it is, and how fresh."""

    class Origin(models.TextChoices):
        PORTAL = "portal", _("The portal's translation")
        PUBLISHER = "publisher", _("The publisher's own text")

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="translations", verbose_name=_("resource"))
    language = models.CharField(_("language"), max_length=7, choices=Language)
    origin = models.CharField(_("whose text"), max_length=9, choices=Origin)
    # The resource's ``source_version`` this was made from.
    source_version = models.PositiveIntegerField(_("made from version"), default=1)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(fields=["resource", "language"], name="translation_once"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="translation_language_known"),
        ]

    def __str__(self):
        return f"{self.resource_id} {self.language}"
