from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from partners.models.profiles import ChamberMember
from partners.models.requests import PartnerRequest, unnamed
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, organization_ids


class ExpressionOfInterestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only the two sides, and the chamber on the request's side."""
        return self.filter(
            Q(company__in=company_ids(user))
            | Q(request__company__in=company_ids(user))
            | Q(request__chamber__in=chamber_ids(user))
        )

    def sent_by(self, user):
        return self.filter(company__in=company_ids(user))

    def received_by(self, user):
        return self.filter(Q(request__company__in=company_ids(user)) | Q(request__chamber__in=chamber_ids(user)))

    def unanswered(self):
        return self.filter(status=ExpressionOfInterest.Status.SENT)

    def overdue(self):
        return self.unanswered().filter(answer_due_at__lte=timezone.now())

    def for_rows(self):
        """What a row of a list and the detail page show."""
        return self.select_related("request__company__economy", "request__chamber", "company__economy")


class ExpressionOfInterest(models.Model):
    """A company's wish to meet the firm behind a request. It shows the company; nobody's contact yet."""

    class Status(models.TextChoices):
        SENT = "sent", pgettext_lazy("interest", "Waiting for an answer")
        ACCEPTED = "accepted", pgettext_lazy("interest", "Accepted")
        DECLINED = "declined", pgettext_lazy("interest", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("interest", "Withdrawn")
        EXPIRED = "expired", pgettext_lazy("interest", "Not answered in time")

    MOVES = {
        Status.SENT: {Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED},
        Status.ACCEPTED: set(),
        Status.DECLINED: set(),
        Status.WITHDRAWN: set(),
        Status.EXPIRED: set(),
    }

    class DeclineReason(models.TextChoices):
        NO_FIT = "no_fit", _("It does not fit what is sought")
        CAPACITY = "capacity", _("The volumes or capacities do not fit")
        CERTIFICATES = "certificates", _("A certificate or approval is missing")
        TERMS = "terms", _("The terms do not fit")
        FOUND = "found", _("A partner has been found already")
        LATER = "later", _("Not at this time")
        CLOSED = "closed", _("The request has been closed")
        OTHER = "other", pgettext_lazy("reason", "Another reason")

    request = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="interests", verbose_name=_("partner request")
    )
    company = models.ForeignKey(Organization, models.CASCADE, related_name="interests", verbose_name=_("company"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("sent by")
    )
    #: The chamber that sent it for its member; nobody for the company's own.
    sent_for = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("sent by the chamber")
    )
    # The three questions; the profile says the rest.
    message = models.TextField(_("why you suit"), max_length=1100, validators=[MaxLengthValidator(1100)])
    experience = models.TextField(
        _("what you have done like it"), max_length=1100, blank=True, validators=[MaxLengthValidator(1100)]
    )
    next_step = models.TextField(
        _("what you propose next"), max_length=600, blank=True, validators=[MaxLengthValidator(600)]
    )
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.SENT)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    answer_due_at = models.DateTimeField(_("answer due"))
    answered_at = models.DateTimeField(_("ended"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=12, choices=DeclineReason, blank=True)
    decline_note = models.CharField(_("note"), max_length=500, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)

    objects = ExpressionOfInterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("expression of interest")
        verbose_name_plural = _("expressions of interest")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "company"],
                condition=Q(status__in=["sent", "accepted"]),
                name="interest_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_reason=""), name="interest_declined_why"
            ),
        ]
        indexes = [models.Index(fields=["status", "answer_due_at"], name="interest_clock")]

    # The log keeps this name: it must not say who either firm is.
    def __str__(self):
        return gettext("Interest in “%(title)s”") % {"title": self.request.title}

    def get_absolute_url(self):
        return reverse("partners:interest-detail", args=[self.pk])

    @property
    def is_accepted(self) -> bool:
        return self.status == self.Status.ACCEPTED

    @property
    def shows_interested(self) -> bool:
        """Whether the request's side sees the interested firm's name: while it has not taken itself back."""
        return self.status != self.Status.WITHDRAWN

    @property
    def interested(self) -> str:
        """The interested company as the request's side may know it."""
        return str(self.company) if self.shows_interested else unnamed(self.company)

    @property
    def requester(self) -> str:
        """The company behind the request as the interested side may know it."""
        return str(self.request.company) if self.shows_requester else unnamed(self.request.company)

    @property
    def shows_requester(self) -> bool:
        """Whether the interested side sees the name of the firm behind the request."""
        return self.is_accepted or self.request.shows_company


class IntroductionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The two sides and the chamber on the request's side."""
        return self.filter(interest__in=ExpressionOfInterest.objects.visible_to(user))


class Introduction(models.Model):
    """Both sides agreed to meet. The contact persons named here are the only ones ever disclosed."""

    interest = models.OneToOneField(
        ExpressionOfInterest, models.CASCADE, related_name="introduction", verbose_name=_("interest")
    )
    request_contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("contact on the request's side"),
    )
    # The firm; or its chamber, while the firm has nobody on the portal.
    request_contact_of = models.ForeignKey(
        Organization, models.CASCADE, related_name="+", verbose_name=_("whose contact answers the request")
    )
    interested_contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("contact of the interested company"),
    )
    accepted_at = models.DateTimeField(_("accepted"), default=timezone.now)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("accepted by")
    )

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")

    def __str__(self):
        return gettext("Introduction about “%(title)s”") % {"title": self.interest.request.title}

    def get_absolute_url(self):
        return self.interest.get_absolute_url()


class DisclosureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The owner of the data sees who saw it; for a firm without people on the portal, the chamber
        that registered it does."""
        wards = ChamberMember.objects.active().filter(is_registered_by_chamber=True, chamber__in=chamber_ids(user))
        return self.filter(Q(owner__in=organization_ids(user)) | Q(owner__in=wards.values("company")))

    def for_rows(self):
        return self.select_related(
            "owner", "to_organization", "person", "interest", "request__company__economy"
        ).order_by("-at", "-pk")


class Disclosure(models.Model):
    """One line of the log that an owner reads: what of mine was shown, to whom, when and why."""

    class Rung(models.TextChoices):
        COMPANY = "company", _("The company's name and profile")
        CONTACT = "contact", _("A contact person's name and e-mail address")

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
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["-at", "-pk"]
        constraints = [
            # The first time counts; looking again adds nothing.
            models.UniqueConstraint(
                fields=["owner", "rung", "interest", "to_organization", "to_user"],
                condition=Q(interest__isnull=False),
                name="disclosure_to_person_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "rung", "request"],
                condition=Q(interest__isnull=True),
                name="disclosure_to_public_once",
            ),
            models.CheckConstraint(
                condition=Q(interest__isnull=True) | Q(to_organization__isnull=False),
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
        return str(self.to_organization)

    @property
    def _shows_requester(self) -> bool:
        return self.request.shows_company or (self.interest is not None and self.interest.is_accepted)


class ConsentQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(withdrawn_at=None)


class Consent(models.Model):
    """One side's consent to one rung of the disclosure ladder. A rung is open while both sides' consent stands.

    The log of it stays: a consent is withdrawn, never deleted, and given anew as a new row.
    """

    class Side(models.TextChoices):
        REQUEST = "request", pgettext_lazy("side of an interest", "Who posted the request")
        INTERESTED = "interested", pgettext_lazy("side of an interest", "Who is interested")

    interest = models.ForeignKey(
        ExpressionOfInterest, models.CASCADE, related_name="consents", verbose_name=_("interest")
    )
    side = models.CharField(_("side"), max_length=10, choices=Side)
    rung = models.CharField(_("what"), max_length=7, choices=Disclosure.Rung)
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
