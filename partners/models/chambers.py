import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.requests import PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, organization_ids


def standing_vouches(company: str = "organization") -> models.Prefetch:
    """What to prefetch, so that each company of a list has its ``standing_vouches``, in one query for all of them.

    ``company`` is the way from the row to the company; empty for rows that are companies.
    """
    found = Vouch.objects.standing().select_related("chamber").order_by("-checked_on", "pk")
    return models.Prefetch(f"{company}__vouches".removeprefix("__"), queryset=found, to_attr="standing_vouches")


class VouchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Standing ones are public with the firm's profile; of the others the two sides know."""
        sides = Q(chamber__in=chamber_ids(user)) | Q(company__in=organization_ids(user))
        return self.filter(sides | Q(pk__in=Vouch.objects.standing().values("pk")))

    def standing(self):
        """Neither taken back nor expired, and of a chamber that is verified itself."""
        today = timezone.localdate()
        return self.filter(withdrawn_at=None, expires_on__gte=today, chamber__status=Organization.Status.VERIFIED)


class Vouch(models.Model):
    """A chamber says what of a firm it checked, when and by whom, until a day. Public beside the firm's name."""

    class Check(models.TextChoices):
        REGISTRY = "registry", _("Entry in the company register")
        VISIT = "visit", _("Visit on site")
        CERTIFICATES = "certificates", _("Certificates seen")
        REFERENCES = "references", _("References from customers")
        MEMBERSHIP = "membership", _("Member in good standing")

    chamber = models.ForeignKey(Organization, models.CASCADE, related_name="vouches_given", verbose_name=_("chamber"))
    company = models.ForeignKey(Organization, models.CASCADE, related_name="vouches", verbose_name=_("company"))
    checks = ArrayField(models.CharField(max_length=12, choices=Check), verbose_name=_("what was checked"))
    checked_on = models.DateField(_("checked on"))
    expires_on = models.DateField(_("holds until"))
    #: Who checked, an office or a person in the chamber's own words; shown only to the chamber and the firm.
    checked_by_name = models.CharField(_("checked by"), max_length=120, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("entered by")
    )
    at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = VouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("vouching")
        verbose_name_plural = _("vouchings")
        ordering = ["-checked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["chamber", "company"], condition=Q(withdrawn_at=None), name="vouch_stands_once"
            ),
            models.CheckConstraint(condition=Q(expires_on__gt=F("checked_on")), name="vouch_in_order"),
        ]

    def __str__(self):
        return f"{self.chamber} – {self.company}"

    def get_absolute_url(self):
        """Where the chamber renews it or takes it back; the firm is led to its profile."""
        return reverse("partners:vouch-list")

    @property
    def check_labels(self) -> list[str]:
        return [str(Vouch.Check(check).label) for check in self.checks]


class ReferralQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The two chambers, and the firm whose request it is."""
        return self.filter(
            Q(from_chamber__in=chamber_ids(user))
            | Q(to_chamber__in=chamber_ids(user))
            | Q(request__company__in=organization_ids(user))
        )

    def open(self):
        """Waiting for an answer, or taken up."""
        return self.filter(status__in=[Referral.Status.SENT, Referral.Status.ACCEPTED])

    def for_rows(self):
        """What a row of a list shows, and its page."""
        return self.select_related("request__company__economy", "from_chamber__economy", "to_chamber__economy")


class Referral(models.Model):
    """A chamber hands a published request to a chamber abroad, which looks for partners among its own members."""

    class Status(models.TextChoices):
        SENT = "sent", pgettext_lazy("referral", "Waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("referral", "Taken up")
        DECLINED = "declined", pgettext_lazy("referral", "Declined")
        CLOSED = "closed", pgettext_lazy("referral", "Closed")

    MOVES = {
        Status.SENT: {Status.ACCEPTED, Status.DECLINED, Status.CLOSED},
        Status.ACCEPTED: {Status.CLOSED},
        Status.DECLINED: set(),
        Status.CLOSED: set(),
    }

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="referrals", verbose_name=_("partner request")
    )
    from_chamber = models.ForeignKey(
        Organization, models.CASCADE, related_name="referrals_sent", verbose_name=_("from the chamber")
    )
    to_chamber = models.ForeignKey(
        Organization, models.CASCADE, related_name="referrals_received", verbose_name=_("to the chamber")
    )
    note = models.CharField(_("note"), max_length=1000, blank=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.SENT)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "to_chamber"],
                condition=Q(status__in=["sent", "accepted"]),
                name="referral_open_once",
            ),
            models.CheckConstraint(condition=~Q(from_chamber=F("to_chamber")), name="referral_to_another"),
        ]

    def __str__(self):
        return f"{self.request} → {self.to_chamber}"

    def get_absolute_url(self):
        return reverse("partners:referral-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in {self.Status.SENT, self.Status.ACCEPTED}


def firm_import_name(_run: "FirmImport | None", _filename: str) -> str:
    return f"imports/{timezone.now():%Y/%m}/{get_random_string(43)}"


def private_storage():
    """Files that no web server hands out by itself."""
    return storages["private"]


class FirmImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The chamber's people: one looks a file through, another may load it."""
        return self.filter(chamber__in=chamber_ids(user))

    def waiting(self):
        """Those that a worker has still to look through or to load."""
        return self.filter(status__in=[FirmImport.Status.CHECKING, FirmImport.Status.LOADING]).order_by("pk")

    def unfinished(self):
        """Those that still hold their file."""
        return self.exclude(status__in=FirmImport.ENDED)


class FirmImport(models.Model):
    """A chamber's file of member firms or of requests: looked through first, then loaded whole or not at all."""

    class Kind(models.TextChoices):
        MEMBERS = "members", _("Member firms")
        REQUESTS = "requests", _("Partner requests")

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
    chamber = models.ForeignKey(Organization, models.CASCADE, related_name="+", verbose_name=_("chamber"))
    kind = models.CharField(_("what"), max_length=8, choices=Kind)
    file = models.FileField(_("file"), upload_to=firm_import_name, storage=private_storage, max_length=200)
    filename = models.CharField(_("file name"), max_length=150)
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.CHECKING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    #: What would change: {"new": 3, "changed": 1, "unchanged": 7}.
    summary = models.JSONField(_("what it does"), default=dict, blank=True)
    #: [[row, field, message code, parameters], …], written out in the reader's language.
    errors = models.JSONField(_("errors"), default=list, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    worked_at = models.DateTimeField(_("last sign of life"), null=True, blank=True, editable=False)

    objects = FirmImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a chamber")
        verbose_name_plural = _("imports of chambers")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self):
        return self.filename

    def get_absolute_url(self):
        return reverse("partners:firm-import", args=[self.uid])
