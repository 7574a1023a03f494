from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.profiles import CompanyProfile
from partners.models.requests import PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids
from portal.search.meaning import Meaning


class MatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A company sees what suits it; the other side sees companies only once they come forward."""
        return self.filter(company__in=company_ids(user))

    def not_refused(self):
        """Without those whose company said no since they were stored, or heard it."""
        from partners.models.interests import ExpressionOfInterest  # noqa: PLC0415 -- interests know of requests

        pair = {"request": OuterRef("request"), "company": OuterRef("company")}
        declined = ExpressionOfInterest.objects.filter(status=ExpressionOfInterest.Status.DECLINED, **pair)
        return self.exclude(Exists(Dismissal.objects.filter(**pair))).exclude(Exists(declined))


class Match(models.Model):
    """How well a company suits a request, with every reason, as codes: the same in each language.

    As its company knows it, with its own requests that hide its name; others read ``shown_score``, and the reasons
    through ``explaining.shown``. Stored while either side counts the other among its best (docs/decisions/0021).
    """

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="matches", verbose_name=_("partner request")
    )
    company = models.ForeignKey(Organization, models.CASCADE, related_name="matches", verbose_name=_("company"))
    score = models.FloatField(_("score"))
    #: Empty in what a version before it has stored: that counts as not stored, until the workers store it anew.
    shown_score = models.FloatField(_("score for others"), null=True)
    # [{"criterion": "sector", "outcome": "met", "points": 0.3, "detail": {...}}], see partners/explaining.py.
    reasons = models.JSONField(_("reasons"), default=list)
    computed_at = models.DateTimeField(_("computed"), default=timezone.now)
    is_best_of_request = models.BooleanField(default=False, db_default=False, editable=False)
    is_best_of_company = models.BooleanField(default=False, db_default=False, editable=False)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "company"], name="match_once"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="match_score_range"),
            models.CheckConstraint(condition=Q(shown_score__gte=0, shown_score__lte=1), name="match_shown_score_range"),
        ]
        indexes = [
            models.Index(fields=["company", "-score"], name="match_of_company"),
            # As others know them: how a request stands is counted by it.
            models.Index(fields=["company", "-shown_score"], name="match_of_company_shown"),
            models.Index(fields=["company"], condition=Q(shown_score=None), name="match_of_before"),
        ]

    def __str__(self):
        return f"{self.request} – {self.company}"


class CompanyMeaning(Meaning):
    """What a company can do and what it looks for, as vectors: ``part`` tells them apart (partners/searching.py)."""

    OWNER = "profile"

    profile = models.ForeignKey(
        CompanyProfile, models.CASCADE, related_name="meanings", verbose_name=_("company profile")
    )

    class Meta:
        verbose_name = _("meaning of a company profile")
        verbose_name_plural = _("meanings of company profiles")
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "language", "part"], include=["indexed"], name="company_meaning_once"
            ),
        ]


class RequestMeaning(Meaning):
    """What a partner request is about, as vectors."""

    OWNER = "request"

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="meanings", verbose_name=_("partner request")
    )

    class Meta:
        verbose_name = _("meaning of a partner request")
        verbose_name_plural = _("meanings of partner requests")
        constraints = [
            models.UniqueConstraint(
                fields=["request", "language", "part"], include=["indexed"], name="request_meaning_once"
            ),
        ]


class Capacity(models.Model):
    """How much a company can make or take in: ``amount`` in ``unit`` ("pieces/month"), said or read from its text."""

    profile = models.ForeignKey(
        CompanyProfile, models.CASCADE, related_name="capacities", verbose_name=_("company profile")
    )
    unit = models.CharField(_("unit"), max_length=80)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    is_confirmed = models.BooleanField(_("confirmed by the company"), default=False)

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        constraints = [models.UniqueConstraint(fields=["profile", "unit"], name="capacity_once")]

    def __str__(self):
        return f"{self.amount} {self.unit}"


class DismissalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The company's own."""
        return self.filter(company__in=company_ids(user))


class Dismissal(models.Model):
    """ "Not for me": a company does not want to be shown a request, and says why; what it sees next follows."""

    class Reason(models.TextChoices):
        SECTOR = "sector", pgettext_lazy("not for me", "Not our field")
        GOODS = "goods", pgettext_lazy("not for me", "Not what we make")
        MARKET = "market", pgettext_lazy("not for me", "Not our market")
        TYPE = "type", pgettext_lazy("not for me", "Not the kind of partnership we want")
        REQUIREMENT = "requirement", pgettext_lazy("not for me", "We do not meet a condition")
        SIZE = "size", pgettext_lazy("not for me", "Too large or too small for us")
        LATER = "later", pgettext_lazy("not for me", "Not now")
        OTHER = "other", pgettext_lazy("not for me", "Another reason")

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="dismissals", verbose_name=_("partner request")
    )
    company = models.ForeignKey(Organization, models.CASCADE, related_name="dismissals", verbose_name=_("company"))
    reason = models.CharField(_("reason"), max_length=11, choices=Reason)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("said by")
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = DismissalQuerySet.as_manager()

    class Meta:
        verbose_name = _("dismissed request")
        verbose_name_plural = _("dismissed requests")
        constraints = [models.UniqueConstraint(fields=["request", "company"], name="dismissal_once")]
        indexes = [models.Index(fields=["company", "-at"], name="dismissal_of_company")]

    def __str__(self):
        return f"{self.company} – {self.request}"


class CandidateInvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The chamber that invites, and the company that is invited."""
        return self.filter(Q(chamber__in=chamber_ids(user)) | Q(company__in=company_ids(user)))


class CandidateInvitation(models.Model):
    """A chamber tells a company that a request would suit it. It promises nothing and discloses nobody."""

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="candidate_invitations", verbose_name=_("partner request")
    )
    company = models.ForeignKey(
        Organization, models.CASCADE, related_name="candidate_invitations", verbose_name=_("company")
    )
    chamber = models.ForeignKey(Organization, models.CASCADE, related_name="+", verbose_name=_("chamber"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = CandidateInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invited candidate")
        verbose_name_plural = _("invited candidates")
        constraints = [models.UniqueConstraint(fields=["request", "company"], name="candidate_invited_once")]

    def __str__(self):
        return f"{self.request} – {self.company}"

    def get_absolute_url(self):
        return self.request.get_absolute_url()
