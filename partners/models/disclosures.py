from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.interests import ExpressionOfInterest, Introduction, Rung, Side
from partners.models.profiles import ChamberMember
from partners.models.requests import PartnerRequest, unnamed
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, organization_ids

#: Looks at one contact that a page lists one by one; it counts all of them.
LOOKS = 20


class DisclosureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The owner of the data sees who saw it; for a firm without people on the portal, the chamber
        that registered it does."""
        wards = ChamberMember.objects.active().filter(is_registered_by_chamber=True, chamber__in=chamber_ids(user))
        return self.filter(Q(owner__in=organization_ids(user)) | Q(owner__in=wards.values("company")))

    def for_rows(self):
        """What a line of the log shows: whose, to whom, and the looks at a contact, the latest of them one by one."""
        views = ContactView.objects.order_by("-at", "-pk")
        latest = models.Prefetch("views", queryset=views[:LOOKS], to_attr="latest_views")
        own = views.filter(disclosure=OuterRef("pk")).order_by()
        counted = own.values("disclosure").annotate(many=Count("pk"))
        return (
            self.select_related(
                "owner",
                "to_organization",
                "person",
                "interest__request",
                "interest__company__economy",
                "mentorship__offer",
                "request__company__economy",
            )
            .prefetch_related("interest__consents", latest)
            .annotate(view_count=Coalesce(Subquery(counted.values("many")), 0))
            .order_by("-at", "-pk")
        )


class Disclosure(models.Model):
    """One line of the log that an owner reads: what of mine was shown, to whom, when and why."""

    Rung = Rung

    rung = models.CharField(_("what"), max_length=7, choices=Rung)
    owner = models.ForeignKey(Organization, models.CASCADE, related_name="disclosures", verbose_name=_("whose data"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whose contact"),
    )
    # Nobody in particular: everyone who reads the public page.
    to_organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("to which organization")
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("to whom")
    )
    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="disclosures", verbose_name=_("partner request")
    )
    interest = models.ForeignKey(
        ExpressionOfInterest, models.CASCADE, null=True, blank=True, related_name="disclosures"
    )
    introduction = models.ForeignKey(Introduction, models.CASCADE, null=True, blank=True, related_name="disclosures")
    #: Instead of an interest: the question for a mentor's place through which it was shown.
    mentorship = models.ForeignKey(
        "partners.Mentorship", models.CASCADE, null=True, blank=True, related_name="disclosures"
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-at", "-pk"]
        constraints = [
            # The first time counts; looking again adds a view, not a line.
            models.UniqueConstraint(
                fields=["owner", "interest", "to_organization", "to_user"],
                condition=Q(interest__isnull=False, rung="company"),
                name="disclosure_of_company_once",
            ),
            # A side may name another person later: that one was then shown, too.
            models.UniqueConstraint(
                fields=["owner", "person", "interest", "to_organization", "to_user"],
                condition=Q(interest__isnull=False, rung="contact"),
                name="disclosure_of_contact_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "mentorship", "to_organization", "to_user"],
                condition=Q(mentorship__isnull=False, rung="company"),
                name="disclosure_of_learner_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "person", "mentorship", "to_organization", "to_user"],
                condition=Q(mentorship__isnull=False, rung="contact"),
                name="disclosure_of_mentor_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "rung", "request"],
                condition=Q(interest__isnull=True, mentorship__isnull=True),
                name="disclosure_to_public_once",
            ),
            models.CheckConstraint(
                condition=Q(interest__isnull=True, mentorship__isnull=True) | Q(to_organization__isnull=False),
                name="disclosure_says_to_whom",
            ),
        ]
        indexes = [models.Index(fields=["owner", "-at"], name="disclosure_log")]

    def __str__(self):
        return f"{self.owner} {self.rung}"

    @property
    def recipient(self) -> str:
        """Who saw it, as its owner may know them: a firm that is still unnamed stays so, and the people of an
        organization are no more the owner's business than hers are theirs. Empty when everybody did."""
        if self.to_organization is None:
            return ""
        if self.to_organization_id == self.request.company_id and not self._shows_requester:
            return unnamed(self.request.company)
        if self._is_to_interested and not self.interest.shows_interested:
            return unnamed(self.interest.company)
        return str(self.to_organization)

    @property
    def _is_to_interested(self) -> bool:
        return self.interest is not None and self.to_organization_id == self.interest.company_id

    @property
    def _shows_requester(self) -> bool:
        if self.mentorship is not None:
            return self.mentorship.shows_mentor
        return self.request.shows_company or (self.interest is not None and self.interest.shows_requester)


class ConsentQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """One side's consent to one rung of the disclosure ladder. A rung is open while both sides' consent stands.

    The log of it stays: a consent is withdrawn, never deleted, and given anew as a new row.
    """

    Side = Side

    interest = models.ForeignKey(
        ExpressionOfInterest, models.CASCADE, related_name="consents", verbose_name=_("interest")
    )
    side = models.CharField(_("side"), max_length=10, choices=Side)
    rung = models.CharField(_("what"), max_length=7, choices=Rung)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("given by")
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["interest", "side", "rung"], condition=Q(withdrawn_at=None), name="consent_stands_once"
            ),
        ]

    def __str__(self):
        return f"{self.interest_id} {self.side} {self.rung}"


class ContactView(models.Model):
    """Somebody looked at a contact person's data; its owner reads when and who, every time (Disclosure: the first)."""

    disclosure = models.ForeignKey(Disclosure, models.CASCADE, related_name="views", verbose_name=_("disclosure"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("seen by")
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("view of a contact")
        verbose_name_plural = _("views of contacts")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.disclosure_id} {self.at}"
