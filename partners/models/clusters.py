from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.requests import PartnerRequest, unnamed
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, company_ids, organization_ids
from portal.languages import Language
from portal.reference.models import Economy, Sector


class ClusterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Public ones; and the others for the lead and the members."""
        own = organization_ids(user)
        members = ClusterMember.objects.filter(company__in=own, status__in=["invited", "active"])
        return self.filter(Q(is_public=True) | Q(lead__in=own) | Q(pk__in=members.values("cluster")))


class Cluster(models.Model):
    """Firms that appear together: joint capability, shared requests. Led by a chamber, a body or one of its firms.

    A cluster may join others (:class:`ClusterLink`), across economies: a cluster of clusters.
    """

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("written in"), max_length=7, choices=Language)
    description = models.TextField(_("what it is"), blank=True, max_length=5000, validators=[MaxLengthValidator(5000)])
    capability = models.TextField(
        _("what its members can do together"), blank=True, max_length=5000, validators=[MaxLengthValidator(5000)]
    )
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="+", verbose_name=_("economy"))
    sectors = models.ManyToManyField(Sector, related_name="clusters", verbose_name=_("sectors"), blank=True)
    lead = models.ForeignKey(Organization, models.PROTECT, related_name="clusters_led", verbose_name=_("led by"))
    #: The member that would lead it from now on, while it has not answered (partners/cluster_leads.py).
    lead_offered_to = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("lead offered to"),
    )
    lead_offered_at = models.DateTimeField(_("lead offered"), null=True, blank=True, editable=False)
    website = models.URLField(_("website"), max_length=500, blank=True)
    is_public = models.BooleanField(_("public"), default=True)
    is_open = models.BooleanField(_("companies may ask to join"), default=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("partners:cluster-detail", args=[self.slug])


class ClusterMemberQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Members by name, where both the cluster and the company's profile are public; every member for the lead and
        for the other members. Asking and being invited is between the company and the lead."""
        own = organization_ids(user)
        public = Q(status="active", cluster__is_public=True, company__profile__is_listed=True)
        if not own:
            return self.filter(public)
        fellows = ClusterMember.objects.filter(company__in=own, status="active").values("cluster")
        return self.filter(
            public | Q(status="active", cluster__in=fellows) | Q(company__in=own) | Q(cluster__lead__in=own)
        )

    def active(self):
        return self.filter(status=ClusterMember.Status.ACTIVE)

    def for_rows(self):
        """What a row of the members' list shows."""
        return self.select_related("company__economy", "company__profile", "cluster__lead")


class ClusterMember(models.Model):
    """A company in a cluster: by its own request, or by invitation."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("member of a cluster", "Asks to join")
        INVITED = "invited", pgettext_lazy("member of a cluster", "Invited")
        ACTIVE = "active", pgettext_lazy("member of a cluster", "Member")
        DECLINED = "declined", pgettext_lazy("member of a cluster", "Declined")
        ENDED = "ended", pgettext_lazy("member of a cluster", "Left")

    MOVES = {
        Status.ASKED: {Status.ACTIVE, Status.DECLINED, Status.ENDED},
        Status.INVITED: {Status.ACTIVE, Status.DECLINED, Status.ENDED},
        Status.ACTIVE: {Status.ENDED},
        Status.DECLINED: set(),
        Status.ENDED: set(),
    }

    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="members", verbose_name=_("cluster"))
    company = models.ForeignKey(
        Organization, models.CASCADE, related_name="cluster_memberships", verbose_name=_("company")
    )
    #: What it brings to the whole, in the cluster's language.
    contribution = models.CharField(_("what it brings"), max_length=300, blank=True)
    status = models.CharField(_("state"), max_length=8, choices=Status)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("begun by")
    )
    at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    since = models.DateTimeField(_("member since"), null=True, blank=True)

    objects = ClusterMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a cluster")
        verbose_name_plural = _("members of clusters")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "company"],
                condition=Q(status__in=["asked", "invited", "active"]),
                name="cluster_member_once",
            ),
        ]

    def __str__(self):
        return f"{self.cluster} – {self.company}"

    def get_absolute_url(self):
        return self.cluster.get_absolute_url()


class ClusterLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Active ones between clusters that she sees; a proposal is between the two leads."""
        seen = Cluster.objects.visible_to(user)
        own = organization_ids(user)
        between = Q(status="active", wider__in=seen, cluster__in=seen)
        return self.filter(between | Q(wider__lead__in=own) | Q(cluster__lead__in=own))

    def active(self):
        return self.filter(status=ClusterLink.Status.ACTIVE)


class ClusterLink(models.Model):
    """A cluster belongs to a wider one, in the same economy or another; both leads agreed. Never in a circle."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("link of clusters", "Proposed")
        ACTIVE = "active", pgettext_lazy("link of clusters", "Linked")
        DECLINED = "declined", pgettext_lazy("link of clusters", "Declined")
        ENDED = "ended", pgettext_lazy("link of clusters", "Ended")

    MOVES = {
        Status.ASKED: {Status.ACTIVE, Status.DECLINED, Status.ENDED},
        Status.ACTIVE: {Status.ENDED},
        Status.DECLINED: set(),
        Status.ENDED: set(),
    }

    wider = models.ForeignKey(Cluster, models.CASCADE, related_name="links_down", verbose_name=_("wider cluster"))
    cluster = models.ForeignKey(Cluster, models.CASCADE, related_name="links_up", verbose_name=_("cluster"))
    asked_by_wider = models.BooleanField(_("proposed by the wider cluster"), default=False)
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.ASKED)
    at = models.DateTimeField(_("proposed"), default=timezone.now, editable=False)

    objects = ClusterLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of clusters")
        verbose_name_plural = _("links of clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["wider", "cluster"], condition=Q(status__in=["asked", "active"]), name="cluster_link_once"
            ),
            models.CheckConstraint(condition=~Q(wider=F("cluster")), name="cluster_link_to_another"),
        ]

    def __str__(self):
        return f"{self.cluster} → {self.wider}"

    def get_absolute_url(self):
        """Where its answer is given: at the cluster that was asked."""
        return (self.cluster if self.asked_by_wider else self.wider).get_absolute_url()


#: How long a mentor has to answer a question for a place: as long as others for an interest.
MENTOR_ANSWERS_WITHIN = timedelta(days=7)


def mentors_answer_due():
    """When the clock of a question that is put now runs out."""
    return timezone.now() + MENTOR_ANSWERS_WITHIN


class MentorshipQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The two sides, and the chambers that answer for the offer."""
        return self.filter(
            Q(mentee__in=company_ids(user))
            | Q(offer__company__in=company_ids(user))
            | Q(offer__chamber__in=chamber_ids(user))
        )

    def taking_a_place(self):
        return self.filter(status=Mentorship.Status.ACTIVE)

    def unanswered(self):
        return self.filter(status=Mentorship.Status.ASKED)

    def overdue(self):
        return self.unanswered().filter(answer_due_at__lte=timezone.now())

    def for_rows(self):
        return self.select_related("offer__company__economy", "offer__chamber", "mentee__economy")


class Mentorship(models.Model):
    """A company is mentored under a published mentorship offer. Active ones never outnumber the offer's places."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("mentorship", "Waiting for an answer")
        ACTIVE = "active", pgettext_lazy("mentorship", "Running")
        DECLINED = "declined", pgettext_lazy("mentorship", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("mentorship", "Taken back")
        ENDED = "ended", pgettext_lazy("mentorship", "Ended")
        EXPIRED = "expired", pgettext_lazy("mentorship", "Not answered in time")

    class DeclineReason(models.TextChoices):
        FULL = "full", pgettext_lazy("mentorship", "All places are taken")
        NO_FIT = "no_fit", pgettext_lazy("mentorship", "Another mentor would suit you better")
        LATER = "later", pgettext_lazy("mentorship", "Not at this time")
        CLOSED = "closed", pgettext_lazy("mentorship", "The offer has been closed")

    MOVES = {
        Status.ASKED: {Status.ACTIVE, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED},
        Status.ACTIVE: {Status.ENDED},
        Status.DECLINED: set(),
        Status.WITHDRAWN: set(),
        Status.ENDED: set(),
        Status.EXPIRED: set(),
    }

    offer = models.ForeignKey(
        PartnerRequest, models.CASCADE, related_name="mentorships", verbose_name=_("mentorship offer")
    )
    mentee = models.ForeignKey(Organization, models.CASCADE, related_name="mentorships", verbose_name=_("company"))
    goal = models.TextField(_("what you want to learn"), max_length=1100, validators=[MaxLengthValidator(1100)])
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.ASKED)
    decline_reason = models.CharField(_("reason"), max_length=6, choices=DeclineReason, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    answer_due_at = models.DateTimeField(_("answer due"), default=mentors_answer_due)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MentorshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("mentorship")
        verbose_name_plural = _("mentorships")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "mentee"], condition=Q(status__in=["asked", "active"]), name="mentorship_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decline_reason=""), name="mentorship_declined_why"
            ),
        ]
        indexes = [
            models.Index(fields=["answer_due_at"], condition=Q(status="asked"), name="mentorship_answer_due"),
        ]

    # The log keeps this name: it must not say who either firm is.
    def __str__(self):
        return str(self.offer)

    def get_absolute_url(self):
        return reverse("partners:mentorship-detail", args=[self.pk])

    @property
    def shows_mentor(self) -> bool:
        """Whether the mentee sees the name of the firm behind the offer: once it was taken on, also afterwards."""
        return self.status in {self.Status.ACTIVE, self.Status.ENDED} or self.offer.shows_company

    @property
    def mentor(self) -> str:
        """The firm behind the offer as the mentee may know it."""
        return str(self.offer.company) if self.shows_mentor else unnamed(self.offer.company)

    @property
    def shows_mentee(self) -> bool:
        """Whether the mentor's side sees the company's name: while it has not taken its question back."""
        return self.status != self.Status.WITHDRAWN

    @property
    def learner(self) -> str:
        """The company as the mentor's side may know it."""
        return str(self.mentee) if self.shows_mentee else unnamed(self.mentee)
