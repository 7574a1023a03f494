from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from partners.models.profiles import ChamberMember
from partners.models.requests import PartnerRequest, unnamed
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import chamber_ids, company_ids


class Rung(models.TextChoices):
    """The steps of the disclosure ladder above "anonymous"."""

    COMPANY = "company", _("The company's name and profile")
    CONTACT = "contact", _("A contact person's name and e-mail address")


class Side(models.TextChoices):
    REQUEST = "request", pgettext_lazy("side of an interest", "Who posted the request")
    INTERESTED = "interested", pgettext_lazy("side of an interest", "Who is interested")


def _counted(visible, user):
    """What a chamber's list of members counts: sent by it for the member, and received on requests it answers for."""
    sent = visible.filter(sent_for__in=chamber_ids(user), company=OuterRef("pk"))
    received = visible.filter(request__chamber__in=chamber_ids(user), request__company=OuterRef("pk"))
    return {
        "sent_waiting": sent.filter(status="sent"),
        "sent_accepted": sent.filter(status="accepted"),
        "received_waiting": received.filter(status="sent"),
        "received_accepted": received.filter(status="accepted"),
    }


def _count(rows):
    return Coalesce(Subquery(rows.order_by().values(one=Value(1)).annotate(many=Count("pk")).values("many")), 0)


class ExpressionOfInterestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only the two sides, with the chamber on each: the one that answers for the request, and the one that sent
        the interest for its member."""
        companies, chambers = company_ids(user), chamber_ids(user)
        found = Q(company__in=companies) | Q(request__company__in=companies) | Q(request__chamber__in=chambers)
        return self.filter(found | Q(pk__in=self._sent_for_members(chambers)) if chambers else found)

    def sent_by(self, user):
        """Her companies' own, and what her chamber sent for its members."""
        own, chambers = Q(company__in=company_ids(user)), chamber_ids(user)
        return self.filter(own | Q(pk__in=self._sent_for_members(chambers)) if chambers else own)

    def _sent_for_members(self, chambers):
        """A chamber acts for a firm only while it is its member."""
        speaks = ChamberMember.objects.active().filter(chamber=OuterRef("sent_for"), company=OuterRef("company"))
        return self.model.objects.filter(Exists(speaks), sent_for__in=chambers).values("pk")

    def received_by(self, user):
        """What her company and the requests her chamber answers for have got."""
        return self.filter(Q(request__company__in=company_ids(user)) | Q(request__chamber__in=chamber_ids(user)))

    def by_member(self, user):
        """For each firm her chambers speak for: how many interests went out for it and came in, as far as they went
        through the chamber. Rows with ``company_id``, ``name`` and the four counts, by name."""
        return (
            Organization.objects.filter(
                chambers__in=ChamberMember.objects.active().filter(chamber__in=chamber_ids(user)).values("pk")
            )
            .annotate(**{name: _count(rows) for name, rows in _counted(self.visible_to(user), user).items()})
            .select_related("economy")
            .order_by("slug")
        )

    def unanswered(self):
        return self.filter(status=ExpressionOfInterest.Status.SENT)

    def overdue(self):
        return self.unanswered().filter(answer_due_at__lte=timezone.now())

    def consented(self, side, rung):
        """Where the consent of this side to this rung stands."""
        consents = self.model._meta.get_field("consents").related_model.objects.standing()
        return self.filter(Exists(consents.filter(interest=OuterRef("pk"), side=side, rung=rung)))

    def on_rung(self, rung):
        """Accepted, and both sides' consent stands: to the contact only together with that to the company."""
        found = self.filter(status=ExpressionOfInterest.Status.ACCEPTED)
        for step in (Rung.COMPANY,) if rung == Rung.COMPANY else (Rung.COMPANY, Rung.CONTACT):
            found = found.consented(Side.REQUEST, step).consented(Side.INTERESTED, step)
        return found

    def showing_interested(self):
        """Where the request's side may read who is interested."""
        shown = self.exclude(status=ExpressionOfInterest.Status.WITHDRAWN)
        return shown.consented(Side.INTERESTED, Rung.COMPANY)

    def for_rows(self):
        """What a row of a list and the detail page show."""
        rows = self.select_related("request__company__economy", "request__chamber", "company__economy", "sent_for")
        return rows.prefetch_related("consents")


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

    def has_consent(self, side: str, rung: str) -> bool:
        """Whether the consent of this side to this rung stands now."""
        return any(
            consent.side == side and consent.rung == rung and consent.withdrawn_at is None
            for consent in self.consents.all()
        )

    def is_open(self, rung: str) -> bool:
        """Whether both sides' consent to this rung stands, after the interest was accepted; the contact's rung stands
        on the company's."""
        steps = (Rung.COMPANY,) if rung == Rung.COMPANY else (Rung.COMPANY, Rung.CONTACT)
        return self.is_accepted and all(self.has_consent(side, step) for side in Side for step in steps)

    @property
    def shows_interested(self) -> bool:
        """Whether the request's side sees the interested firm's name: it showed itself by sending, until it takes
        itself or its consent back."""
        return self.status != self.Status.WITHDRAWN and self.has_consent(Side.INTERESTED, Rung.COMPANY)

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
        return self.request.shows_company or self.is_open(Rung.COMPANY)


class IntroductionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The two sides and the chamber on the request's side."""
        return self.filter(interest__in=ExpressionOfInterest.objects.visible_to(user))


class Introduction(models.Model):
    """Both sides agreed to meet. The contact persons named here are the only ones disclosed, while both sides'
    consent to it stands and they are still there: read them by ``shown_…_contact``."""

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
    # Nobody for the company itself; the chamber that sent the interest, while the firm has nobody on the portal.
    interested_contact_of = models.ForeignKey(
        Organization,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whose contact is interested"),
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

    @property
    def interested_place(self) -> Organization:
        """Whose contact the interested side's is: the firm's, or its chamber's while it has nobody here."""
        return self.interested_contact_of or self.interest.company

    @property
    def is_contact_open(self) -> bool:
        """Whether both sides share their contact persons now."""
        return self.interest.is_open(Rung.CONTACT)

    @property
    def shown_request_contact(self) -> User | None:
        """Whom the interested side may write to now; nobody once a consent was taken back or the person has left."""
        return self._shown(self.request_contact, self.request_contact_of_id)

    @property
    def shown_interested_contact(self) -> User | None:
        """Whom the request's side may write to now; nobody once a consent was taken back or the person has left."""
        return self._shown(self.interested_contact, self.interested_contact_of_id or self.interest.company_id)

    def _shown(self, person: User | None, organization_id: int) -> User | None:
        if person is None or not person.is_active or not self.interest.is_open(Rung.CONTACT):
            return None
        place = Membership.objects.active().filter(user=person, organization=organization_id)
        return person if place.exists() else None
