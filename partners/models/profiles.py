from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import MD5, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners import codes
from partners.models.chambers import standing_vouches
from partners.models.goods import TradedGoods
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, organization_ids
from portal.languages import Language
from portal.reference.models import Sector
from portal.search.text import COLUMNS, SearchVectors, search_indexes


class Size(models.TextChoices):
    """How many people work there."""

    MICRO = "1-9", _("1 to 9 people")
    SMALL = "10-49", _("10 to 49 people")
    MEDIUM = "50-249", _("50 to 249 people")
    LARGE = "250+", _("250 people or more")


class Ownership(models.TextChoices):
    """What an owner may say of her firm; nobody is asked to."""

    WOMEN = "women_owned", _("Women-owned")
    INDIGENOUS = "indigenous", _("Indigenous-owned")
    MINORITY = "minority_owned", _("Minority-owned")
    YOUTH = "youth", _("Youth-led")
    RURAL = "rural", _("Rural")
    STARTUP = "startup", _("Start-up")


class CompanyProfileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Listed profiles are public; the others exist for their own people, for the chambers that vouch for
        the firm, and for the other side of an interest once the firm has shown itself there."""
        listed = Q(is_listed=True)
        mine = organization_ids(user)
        if not mine:
            return self.filter(listed)
        # The two ends of an interest: who sent it has shown its firm, who accepted it has answered in kind; each until
        # it takes its consent back.
        from partners.models.interests import ExpressionOfInterest  # noqa: PLC0415 -- interests know of profiles

        interests = ExpressionOfInterest.objects.visible_to(user)
        received = interests.received_by(user).filter(status__in=["sent", "accepted"]).showing_interested()
        accepted = interests.sent_by(user).on_rung("company")
        met = Q(organization__in=received.values("company")) | Q(organization__in=accepted.values("request__company"))
        vouched = Q(organization__chambers__chamber__in=chamber_ids(user), organization__chambers__status="active")
        seen = self.model.objects.filter(Q(organization__in=mine) | met | vouched)
        return self.filter(listed | Q(pk__in=seen.values("pk")))

    def of(self, user):
        """Those of her own companies, listed or not."""
        return self.filter(organization__in=company_ids(user))

    def listed(self):
        return self.filter(is_listed=True)

    def for_rows(self):
        """What a row of the directory shows."""
        rows = self.select_related("organization__economy").defer(*COLUMNS.values())
        return rows.prefetch_related("sectors", standing_vouches())


class CompanyProfile(SearchVectors, TradedGoods):
    """What a firm says of itself, in its own language. Only listed profiles are in the public directory."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="profile", verbose_name=_("company"))
    language = models.CharField(_("written in"), max_length=7, choices=Language)
    capabilities = models.TextField(
        _("what the company does"), blank=True, max_length=5000, validators=[MaxLengthValidator(5000)]
    )
    seeks = models.TextField(
        _("what the company looks for"), blank=True, max_length=2000, validators=[MaxLengthValidator(2000)]
    )
    # Kinds of partner request it wants to hear of; empty means it has not said.
    wanted_types = ArrayField(
        models.CharField(max_length=20), verbose_name=_("kinds of opportunity wanted"), default=list, blank=True
    )
    city = models.CharField(_("city"), max_length=100, blank=True)
    size = models.CharField(_("size"), max_length=7, choices=Size, blank=True)
    year_founded = models.PositiveSmallIntegerField(
        _("founded in"), null=True, blank=True, validators=[MinValueValidator(1500)]
    )
    sectors = models.ManyToManyField(Sector, related_name="companies", verbose_name=_("sectors"), blank=True)
    markets = ArrayField(
        models.CharField(max_length=2, validators=[codes.validate_market]),
        verbose_name=_("markets"),
        default=list,
        blank=True,
    )
    certifications = ArrayField(
        models.CharField(max_length=80), verbose_name=_("certifications"), default=list, blank=True
    )
    languages = ArrayField(
        models.CharField(max_length=8, validators=[codes.validate_language]),
        verbose_name=_("languages spoken"),
        default=list,
        blank=True,
    )
    ownership_tags = ArrayField(
        models.CharField(max_length=16, choices=Ownership), verbose_name=_("ownership"), default=list, blank=True
    )
    #: Where it does not want partners, whatever else fits.
    excluded_economies = ArrayField(
        models.CharField(max_length=2, validators=[codes.validate_market]),
        verbose_name=_("no partners from"),
        default=list,
        blank=True,
    )
    #: After a year of silence a listed profile asks its company whether it still holds.
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    #: When it was asked so; without an answer it leaves the directory 30 days later.
    asked_at = models.DateTimeField(_("asked whether it holds"), null=True, blank=True, editable=False)
    # Shown to nobody before both sides agreed to meet.
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact person"),
    )
    is_listed = models.BooleanField(_("in the public directory"), default=False)
    is_sample = models.BooleanField(_("sample"), default=False)
    # Written by partners/facets.py: the codes it is filtered and counted under.
    facets = ArrayField(models.CharField(max_length=100), default=list, db_default=[], editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    #: Changes whenever its text does, whoever changes it; empty without a text.
    text_digest = models.GeneratedField(
        expression=Case(
            When(capabilities="", seeks="", then=Value("")),
            default=MD5(
                Concat("language", Value("\n"), "capabilities", Value("\n"), "seeks", output_field=models.TextField())
            ),
            output_field=models.CharField(),
        ),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )
    #: The digest of the text that partners/freshening.py read last; another one is out of date.
    read_of = models.CharField(max_length=32, default="unread", db_default="unread", editable=False)
    #: Whether its matches are to be stored anew (partners/matching.py): set with the change, cleared with the matches.
    match_is_due = models.BooleanField(default=True, db_default=True, editable=False)

    objects = CompanyProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("company profile")
        verbose_name_plural = _("company profiles")
        ordering = ["-changed_at", "-pk"]
        indexes = [
            *search_indexes("company"),
            GinIndex(fields=["hs_chapters"], name="company_hs_chapters"),
            GinIndex(fields=["markets"], name="company_markets"),
            GinIndex(fields=["facets"], name="company_facets", condition=Q(is_listed=True)),
            models.Index(fields=["is_listed", "-changed_at", "-id"], name="company_listed"),
            models.Index(fields=["id"], name="company_unread", condition=~Q(read_of=F("text_digest"))),
            models.Index(fields=["id"], name="company_match_due", condition=Q(match_is_due=True)),
        ]

    def __str__(self):
        return str(self.organization)

    def get_absolute_url(self):
        return reverse("partners:company-detail", args=[self.organization.slug])

    @property
    def ownership_labels(self) -> list[str]:
        return [Ownership(tag).label for tag in self.ownership_tags]


class ChamberMemberQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The chamber and the firm know of it."""
        return self.filter(Q(chamber__in=chamber_ids(user)) | Q(company__in=organization_ids(user)))

    def active(self):
        return self.filter(status=ChamberMember.Status.ACTIVE)


class ChamberMember(models.Model):
    """A firm that a chamber posts requests for: with the firm's consent, or registered and vouched for by the
    chamber while nobody of the firm is on the portal."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("chamber membership", "Asked")
        ACTIVE = "active", pgettext_lazy("chamber membership", "Member")
        DECLINED = "declined", pgettext_lazy("chamber membership", "Declined")
        ENDED = "ended", pgettext_lazy("chamber membership", "Ended")

    MOVES = {
        Status.ASKED: {Status.ACTIVE, Status.DECLINED, Status.ENDED},
        Status.ACTIVE: {Status.ENDED},
        Status.DECLINED: set(),
        Status.ENDED: set(),
    }

    chamber = models.ForeignKey(Organization, models.CASCADE, related_name="member_firms", verbose_name=_("chamber"))
    company = models.ForeignKey(Organization, models.CASCADE, related_name="chambers", verbose_name=_("company"))
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.ASKED)
    is_registered_by_chamber = models.BooleanField(_("registered by the chamber"), default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    since = models.DateTimeField(_("member since"), null=True, blank=True)

    objects = ChamberMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member firm")
        verbose_name_plural = _("member firms")
        constraints = [
            models.UniqueConstraint(
                fields=["chamber", "company"],
                condition=Q(status__in=["asked", "active"]),
                name="chamber_member_open_once",
            ),
            models.CheckConstraint(condition=~Q(status="active") | Q(since__isnull=False), name="chamber_member_since"),
        ]

    def __str__(self):
        return f"{self.chamber} – {self.company}"

    def get_absolute_url(self):
        """Where the firm decides."""
        return reverse("partners:profile-edit", args=[self.company.slug])
