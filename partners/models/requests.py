from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.files.storage import storages
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import MD5, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from partners.models.goods import TradedGoods
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids
from portal.languages import Language
from portal.reference.models import Economy, Sector
from portal.search.text import COLUMNS, SearchVectors, search_indexes


def last_day_on_earth() -> date:
    """The day it still is somewhere (UTC−12): a request closes when its closing day has ended everywhere."""
    return (datetime.now(UTC) - timedelta(hours=12)).date()


def request_slug() -> str:
    return f"request-{get_random_string(8, 'abcdefghjkmnpqrstuvwxyz23456789')}"


def unnamed(company: Organization) -> str:
    """A company on the lowest rung of the ladder."""
    return gettext("Unnamed company, %(economy)s") % {"economy": company.economy.name}


class PartnerRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Published requests are public, unless hidden for want of answers. The company, and the chamber that posts or
        reviews, see every state; who has expressed interest keeps seeing the request after it closed."""
        public = Q(status=PartnerRequest.Status.PUBLISHED, hidden_at=None)
        companies, chambers = company_ids(user), chamber_ids(user)
        if not companies | chambers:
            return self.filter(public)
        interested = Q(pk__in=self.model.objects.filter(interests__company__in=companies).values("pk"))
        return self.filter(public | Q(company__in=companies) | Q(chamber__in=chambers) | interested)

    def of(self, user):
        """Those she answers for: her company's and her chamber's."""
        return self.filter(Q(company__in=company_ids(user)) | Q(chamber__in=chamber_ids(user)))

    def open(self):
        """Published, not past the closing day, and not hidden for want of answers."""
        published = self.filter(status=PartnerRequest.Status.PUBLISHED, hidden_at=None)
        return published.filter(closes_on__gte=last_day_on_earth())

    def lapsed(self):
        return self.filter(status=PartnerRequest.Status.PUBLISHED, closes_on__lt=last_day_on_earth())

    def for_rows(self):
        """What a row of a list shows."""
        rows = self.select_related("company__economy", "chamber").defer(*COLUMNS.values())
        return rows.prefetch_related("sectors", "target_economies")


class PartnerRequest(SearchVectors, TradedGoods):
    """What a firm offers or looks for, in one original language; typed as in the Enterprise Europe Network."""

    class Type(models.TextChoices):
        BUSINESS_OFFER = "business_offer", _("Business offer")
        BUSINESS_REQUEST = "business_request", _("Business request")
        TECHNOLOGY_OFFER = "technology_offer", _("Technology offer")
        TECHNOLOGY_REQUEST = "technology_request", _("Technology request")
        RD_REQUEST = "rd_request", _("Research and development request")
        INVESTMENT = "investment", _("Investment sought")
        PROCUREMENT = "procurement", _("Procurement")
        MENTORSHIP_OFFER = "mentorship_offer", _("Mentorship offer")
        MENTORSHIP_REQUEST = "mentorship_request", _("Mentorship request")

    OFFERS = {Type.BUSINESS_OFFER, Type.TECHNOLOGY_OFFER, Type.MENTORSHIP_OFFER}

    class Origin(models.TextChoices):
        COMPANY = "company", _("The company")
        CHAMBER = "chamber", _("Its chamber")

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("partner request", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("partner request", "With the chamber")
        PUBLISHED = "published", pgettext_lazy("partner request", "Published")
        CLOSED = "closed", pgettext_lazy("partner request", "Closed")
        EXPIRED = "expired", pgettext_lazy("partner request", "Expired")

    class CloseReason(models.TextChoices):
        FOUND_HERE = "found_here", _("A partner was found here")
        FOUND_ELSEWHERE = "found_elsewhere", _("A partner was found elsewhere")
        NOT_NEEDED = "not_needed", _("It is no longer needed")
        OTHER = "other", pgettext_lazy("reason", "Another reason")

    MOVES = {
        Status.DRAFT: {Status.SUBMITTED, Status.PUBLISHED, Status.CLOSED},
        Status.SUBMITTED: {Status.PUBLISHED, Status.DRAFT},
        Status.PUBLISHED: {Status.CLOSED, Status.EXPIRED},
        Status.EXPIRED: {Status.PUBLISHED, Status.CLOSED},
        Status.CLOSED: set(),
    }

    slug = models.SlugField(
        _("short name in addresses"), max_length=60, unique=True, default=request_slug, editable=False
    )
    type = models.CharField(_("type"), max_length=20, choices=Type)
    language = models.CharField(_("written in"), max_length=7, choices=Language)
    title = models.CharField(_("title"), max_length=250)
    teaser = models.CharField(_("in one sentence"), max_length=140)
    description = models.TextField(_("description"), max_length=6000, validators=[MaxLengthValidator(6000)])
    #: Beside the original, for readers of English; empty where nobody wrote them.
    english_title = models.CharField(_("English title"), max_length=250, blank=True)
    english_teaser = models.CharField(_("in one English sentence"), max_length=140, blank=True)
    company = models.ForeignKey(
        Organization, models.CASCADE, related_name="partner_requests", verbose_name=_("company")
    )
    chamber = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="brokered_requests",
        verbose_name=_("chamber"),
    )
    origin = models.CharField(_("written by"), max_length=7, choices=Origin, default=Origin.COMPANY)
    # Off by default: the firm is "a firm in Mexico" until its side accepts an interest.
    shows_company = models.BooleanField(_("show the company's name"), default=False)
    sectors = models.ManyToManyField(Sector, related_name="partner_requests", verbose_name=_("sectors"))
    target_economies = models.ManyToManyField(
        Economy, related_name="partner_requests_aimed_here", verbose_name=_("partners wanted in")
    )
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.DRAFT)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    returned_reason = models.CharField(_("why it was sent back"), max_length=1000, blank=True)
    close_reason = models.CharField(_("why it was closed"), max_length=16, choices=CloseReason, blank=True)
    #: How many a mentorship offer takes on at a time; nothing for the other types.
    places = models.PositiveSmallIntegerField(
        _("places"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    #: A mentor who takes nobody on for now stays published and says so.
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)
    #: Published, yet shown to nobody new since then: too many interests went without an answer.
    hidden_at = models.DateTimeField(_("not shown since"), null=True, blank=True, editable=False)
    #: When its side brought it back; what went unanswered before no longer counts.
    shown_again_at = models.DateTimeField(_("shown again"), null=True, blank=True, editable=False)
    cluster = models.ForeignKey(
        "partners.Cluster",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        verbose_name=_("shared with the cluster"),
    )
    #: Read from the text and not meant: "certification:ISO 9001". Not suggested again unless somebody asks.
    dropped_conditions = ArrayField(
        models.CharField(max_length=110),
        verbose_name=_("conditions dropped"),
        default=list,
        db_default=[],
        blank=True,
        editable=False,
    )
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    is_sample = models.BooleanField(_("sample"), default=False)
    # Written by partners/facets.py: the codes it is filtered and counted under.
    facets = ArrayField(models.CharField(max_length=100), default=list, db_default=[], editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    #: Changes whenever its text does, whoever changes it.
    text_digest = models.GeneratedField(
        expression=MD5(
            Concat(
                *(
                    "language",
                    Value("\n"),
                    "title",
                    Value("\n"),
                    "teaser",
                    Value("\n"),
                    "description",
                    Value("\n"),
                    "type",
                ),
                output_field=models.TextField(),
            )
        ),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )
    #: The digest of the text that partners/freshening.py read last; another one is out of date.
    read_of = models.CharField(max_length=32, default="unread", db_default="unread", editable=False)
    #: Whether its matches are to be stored anew (partners/matching.py): set with the change, cleared with the matches.
    match_is_due = models.BooleanField(default=True, db_default=True, editable=False)

    objects = PartnerRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner request")
        verbose_name_plural = _("partner requests")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "closed"]) | Q(chamber__isnull=False),
                name="partner_request_chamber_answers",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["published", "expired"])
                | Q(published_at__isnull=False, closes_on__isnull=False),
                name="partner_request_published_when",
            ),
        ]
        indexes = [
            *search_indexes("partner_request"),
            GinIndex(fields=["hs_chapters"], name="partner_request_chapters"),
            models.Index(fields=["status", "closes_on"], name="partner_request_open"),
            models.Index(fields=["id"], name="partner_request_unread", condition=~Q(read_of=F("text_digest"))),
            models.Index(fields=["id"], name="partner_request_match_due", condition=Q(match_is_due=True)),
            GinIndex(fields=["facets"], name="partner_request_facets", condition=Q(status="published")),
            # With all that makes a request open in it, a list is counted off without a look at the rows.
            models.Index(
                fields=["status", "-published_at", "-id"],
                include=["closes_on", "hidden_at"],
                name="partner_request_newest_open",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("partners:request-detail", args=[self.slug])

    @property
    def is_open(self) -> bool:
        """Whether a company may express interest today."""
        is_shown = self.status == self.Status.PUBLISHED and self.hidden_at is None
        return is_shown and self.closes_on >= last_day_on_earth()

    @property
    def version(self) -> str:
        """Which state of its text somebody has read; another one after each change."""
        return self.changed_at.isoformat()

    @property
    def firm(self) -> str:
        """The company as readers may know it: by its name if it chose so, else by its economy."""
        return str(self.company) if self.shows_company else unnamed(self.company)

    @property
    def is_anonymous(self) -> bool:
        """Whether readers do not know whose request it is."""
        return not self.shows_company

    @property
    def is_mentorship(self) -> bool:
        return self.type in {self.Type.MENTORSHIP_OFFER, self.Type.MENTORSHIP_REQUEST}

    @property
    def is_offer(self) -> bool:
        return self.type in self.OFFERS

    @property
    def was_sent_back(self) -> bool:
        return self.status == self.Status.DRAFT and bool(self.returned_reason)


class Condition(models.Model):
    """What the partner must have (required) or had better have (preferred), as codes that can be compared.

    Suggested from the text when it is written, and only a suggestion until its poster confirms it. ``value`` is by
    kind: a certificate's name ("ISO 9001"), a language code, a size, an ownership tag, an economy's code for markets
    and excluded economies; for a capacity its unit ("pieces/month"), with ``amount`` beside it.
    """

    class Kind(models.TextChoices):
        CERTIFICATION = "certification", _("Certificate")
        LANGUAGE = "language", _("Language")
        SIZE = "size", _("Size")
        CAPACITY = "capacity", _("Capacity")
        OWNERSHIP = "ownership", _("Ownership")
        MARKET = "market", _("Serves the market")
        EXCLUDED = "excluded", _("Not from")

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="conditions", verbose_name=_("partner request")
    )
    kind = models.CharField(_("what"), max_length=13, choices=Kind)
    value = models.CharField(_("which"), max_length=80)
    amount = models.DecimalField(_("at least"), max_digits=16, decimal_places=2, null=True, blank=True)
    is_required = models.BooleanField(_("required"), default=True)
    is_confirmed = models.BooleanField(_("confirmed by the poster"), default=False)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["-is_required", "kind", "value"]
        constraints = [
            models.UniqueConstraint(fields=["request", "kind", "value"], name="condition_once"),
            models.CheckConstraint(
                condition=Q(kind="capacity", amount__isnull=False) | (~Q(kind="capacity") & Q(amount__isnull=True)),
                name="condition_amount_of_capacity",
            ),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="condition_by_value")]

    def __str__(self):
        return f"{self.kind} {self.value}"


class TextConfirmation(models.Model):
    """The firm's word on a text that its chamber wrote: without it the chamber cannot publish.

    It belongs to one version of the text (``PartnerRequest.version``): another text has to be confirmed again. A firm
    with nobody on the portal confirms by a personal link sent to ``email``.
    """

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("text of a request", "Waiting for the company")
        CONFIRMED = "confirmed", pgettext_lazy("text of a request", "Confirmed by the company")
        CHANGES = "changes", pgettext_lazy("text of a request", "The company wants changes")

    MOVES = {Status.ASKED: {Status.CONFIRMED, Status.CHANGES}, Status.CONFIRMED: set(), Status.CHANGES: set()}

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="confirmations", verbose_name=_("partner request")
    )
    version = models.CharField(_("version of the text"), max_length=40)
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.ASKED)
    email = models.EmailField(_("asked at"), blank=True)
    note = models.CharField(_("what should change"), max_length=1000, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("confirmation of a text")
        verbose_name_plural = _("confirmations of texts")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "version"], name="text_confirmation_once"),
            models.CheckConstraint(
                condition=Q(status="asked", answered_at__isnull=True)
                | (~Q(status="asked") & Q(answered_at__isnull=False)),
                name="text_confirmation_answered_when",
            ),
        ]

    def __str__(self):
        return str(self.request)

    def get_absolute_url(self):
        return self.request.get_absolute_url()


def attachment_name(_attachment: "RequestAttachment | None", _filename: str) -> str:
    """Nothing of the uploader's in it, and not to be guessed."""
    return f"requests/{timezone.now():%Y/%m}/{get_random_string(43)}"


def private_storage():
    """Files that no web server hands out by itself."""
    return storages["private"]


class RequestAttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Public ones for the readers of the request; the others for its side, and for who was accepted."""
        kept = self.filter(removed_at=None, request__in=PartnerRequest.objects.visible_to(user))
        # A file may name the firm: whoever was accepted reads it while both sides share their companies.
        from partners.models.interests import ExpressionOfInterest  # noqa: PLC0415 -- interests know of requests

        introduced = ExpressionOfInterest.objects.sent_by(user).on_rung("company")
        accepted = PartnerRequest.objects.filter(pk__in=introduced.values("request"))
        own = PartnerRequest.objects.of(user)
        return kept.filter(Q(is_public=True) | Q(request__in=own.values("pk")) | Q(request__in=accepted.values("pk")))


class RequestAttachment(models.Model):
    """A file beside a request: checked by content, stored under a name nobody guesses, served after a check."""

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="attachments", verbose_name=_("partner request")
    )
    title = models.CharField(_("title"), max_length=200)
    #: Otherwise only the two sides of an accepted interest read it.
    is_public = models.BooleanField(_("for everybody"), default=False)
    file = models.FileField(_("file"), upload_to=attachment_name, storage=private_storage, max_length=200)
    filename = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    removed_at = models.DateTimeField(_("taken off"), null=True, blank=True)

    objects = RequestAttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment of a request")
        verbose_name_plural = _("attachments of requests")
        ordering = ["pk"]

    def __str__(self):
        return self.title
