from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
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
        """Published requests are public. The company, and the chamber that posts or reviews, see every state;
        who has expressed interest keeps seeing the request after it closed."""
        public = Q(status=PartnerRequest.Status.PUBLISHED)
        companies, chambers = company_ids(user), chamber_ids(user)
        if not companies | chambers:
            return self.filter(public)
        interested = Q(pk__in=self.model.objects.filter(interests__company__in=companies).values("pk"))
        return self.filter(public | Q(company__in=companies) | Q(chamber__in=chambers) | interested)

    def of(self, user):
        """Those she answers for: her company's and her chamber's."""
        return self.filter(Q(company__in=company_ids(user)) | Q(chamber__in=chamber_ids(user)))

    def open(self):
        """Published and not past the closing day."""
        return self.filter(status=PartnerRequest.Status.PUBLISHED, closes_on__gte=last_day_on_earth())

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
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    is_sample = models.BooleanField(_("sample"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

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
            models.Index(fields=["status", "-published_at", "-id"], name="partner_request_newest"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("partners:request-detail", args=[self.slug])

    @property
    def is_open(self) -> bool:
        """Whether a company may express interest today."""
        return self.status == self.Status.PUBLISHED and self.closes_on >= last_day_on_earth()

    @property
    def version(self) -> str:
        """Which state of its text somebody has read; another one after each change."""
        return self.changed_at.isoformat()

    @property
    def firm(self) -> str:
        """The company as readers may know it: by its name if it chose so, else by its economy."""
        return str(self.company) if self.shows_company else unnamed(self.company)

    @property
    def is_offer(self) -> bool:
        return self.type in self.OFFERS

    @property
    def was_sent_back(self) -> bool:
        return self.status == self.Status.DRAFT and bool(self.returned_reason)


class MatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A company sees what suits it; the other side sees companies only once they come forward."""
        return self.filter(company__in=company_ids(user))


class Match(models.Model):
    """How well a company suits a request, with every reason, as codes: the same in each language."""

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="matches", verbose_name=_("partner request")
    )
    company = models.ForeignKey(Organization, models.CASCADE, related_name="matches", verbose_name=_("company"))
    score = models.FloatField(_("score"))
    # [{"criterion": "sector", "outcome": "met", "points": 0.3, "detail": {...}}], see partners/matching.py.
    reasons = models.JSONField(_("reasons"), default=list)
    computed_at = models.DateTimeField(_("computed"), default=timezone.now)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "company"], name="match_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="match_score_range"),
        ]
        indexes = [models.Index(fields=["company", "-score"], name="match_of_company")]

    def __str__(self):
        return f"{self.request} – {self.company}"
