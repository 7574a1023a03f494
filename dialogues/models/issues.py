from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.dialogue import Dialogue
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, delegation, organization_ids
from portal.languages import Language
from portal.reference.models import Economy, Sector, Topic
from portal.search.meaning import Meaning
from portal.search.text import SearchVectors, search_indexes


def _for_officials(user) -> Exists:
    parties = Dialogue.parties.through.objects
    return Exists(parties.filter(dialogue=OuterRef("dialogue"), economy__in=delegation(user)))


class IssueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those with a published public text for all; a filed one for who filed it, her organization, its chamber
        and the officials of the Parties; a draft for who writes it, and her organization."""
        public = self.public_q()
        if not user.is_authenticated:
            return self.filter(public)
        own = Q(filed_by=user) | Q(organization__in=organization_ids(user)) | Q(chamber__in=chamber_ids(user))
        official = ~Q(reference="") & Q(_for_officials(user))  # a discarded draft was never theirs to read
        return self.filter(public | own | official)

    def public(self):
        """Those everybody may read."""
        return self.filter(self.public_q())

    @staticmethod
    def public_q() -> Q:
        return Q(public_at__isnull=False)

    def listed(self):
        """What a list of issues offers: public, not withdrawn, and not merged into another."""
        return self.public().exclude(status__in=[Issue.Status.WITHDRAWN, Issue.Status.DUPLICATE])

    def of_side(self, user):
        """Those that she, her organizations or the chambers she acts for filed; drafts too."""
        if not user.is_authenticated:
            return self.none()
        own = Q(filed_by=user) | Q(organization__in=organization_ids(user)) | Q(chamber__in=chamber_ids(user))
        return self.filter(own)

    def filed(self):
        """All but drafts and what was withdrawn."""
        return self.exclude(status__in=[Issue.Status.DRAFT, Issue.Status.WITHDRAWN])

    def unanswered(self):
        """Still owed an answer: the clock runs."""
        return self.filter(status__in=Issue.RUNNING)

    def by_clock(self):
        """What is owed first stands first: an acknowledgement while it is only submitted, then the answer."""
        submitted = Case(When(status=Issue.Status.SUBMITTED, then=F("acknowledge_by")), default=F("answer_by"))
        return self.order_by(submitted.asc(nulls_last=True), "pk")

    def with_dialogue(self):
        """What a page about an issue names."""
        related = ("dialogue__agreement", "economy", "concerns", "organization", "chamber")
        return self.select_related(*related).prefetch_related("dialogue__parties")


class Issue(SearchVectors):
    """A view or a problem that a firm puts to a dialogue.

    What was filed stays as it was written, in its one ``language``; only ``public_title`` and ``public_text``, written
    by officials and approved by another hand, are shown to everybody (``public_at``). Whose it is follows ``identity``.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("issue", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("issue", "Submitted")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("issue", "Acknowledged")
        ON_AGENDA = "on_agenda", pgettext_lazy("issue", "On the agenda")
        COMMITTED = "committed", pgettext_lazy("issue", "Committed")
        RESOLVED = "resolved", pgettext_lazy("issue", "Resolved")
        ANSWERED = "answered", pgettext_lazy("issue", "Answered")
        DECLINED = "declined", pgettext_lazy("issue", "Declined")
        DUPLICATE = "duplicate", pgettext_lazy("issue", "Merged into another")
        WITHDRAWN = "withdrawn", pgettext_lazy("issue", "Withdrawn")

    MOVES = {
        Status.DRAFT: {Status.SUBMITTED, Status.WITHDRAWN},
        Status.SUBMITTED: {
            Status.ACKNOWLEDGED,
            Status.ANSWERED,
            Status.DECLINED,
            Status.DUPLICATE,
            Status.ON_AGENDA,
            Status.WITHDRAWN,
        },
        Status.ACKNOWLEDGED: {
            Status.ON_AGENDA,
            Status.COMMITTED,
            Status.ANSWERED,
            Status.DECLINED,
            Status.DUPLICATE,
            Status.WITHDRAWN,
        },
        # Back to acknowledged: its session was cancelled, or it was taken off the agenda.
        Status.ON_AGENDA: {Status.ACKNOWLEDGED, Status.COMMITTED, Status.ANSWERED, Status.DUPLICATE, Status.RESOLVED},
        Status.COMMITTED: {Status.RESOLVED, Status.ANSWERED, Status.ON_AGENDA},
        Status.ANSWERED: {Status.ACKNOWLEDGED, Status.ON_AGENDA},  # somebody shows that the answer does not help
        Status.RESOLVED: set(),
        Status.DECLINED: set(),
        Status.DUPLICATE: set(),
        Status.WITHDRAWN: set(),
    }
    #: Where the answer clock runs.
    RUNNING = (Status.SUBMITTED, Status.ACKNOWLEDGED, Status.ON_AGENDA)

    class Identity(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("issue", "Public: everybody may read who raised it")
        OFFICIALS = "officials", pgettext_lazy("issue", "Officials only: the public text does not name us")
        CHAMBER = "chamber", pgettext_lazy("issue", "Through our chamber: officials see the chamber, not us")

    class PublicStatus(models.TextChoices):
        """The public text has an approval of its own."""

        NONE = "none", pgettext_lazy("public text", "Not written")
        DRAFTED = "drafted", pgettext_lazy("public text", "Draft")
        AWAITING = "awaiting", pgettext_lazy("public text", "Waiting for approval")
        PUBLISHED = "published", pgettext_lazy("public text", "Published")

    dialogue = models.ForeignKey(Dialogue, models.PROTECT, related_name="issues", verbose_name=_("dialogue"))
    #: "TMEC-2027-014", given when it is submitted; empty before.
    reference = models.CharField(_("reference number"), max_length=30, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=Status, default=Status.DRAFT)
    language = models.CharField(_("language"), max_length=7, choices=Language)
    title = models.CharField(_("title"), max_length=200)
    what_happened = models.TextField(_("what happened"), blank=True)
    effect = models.TextField(_("what it costs or prevents"), blank=True)
    proposal = models.TextField(_("what would help"), blank=True)
    #: The Party whose rule or practice it is about; empty when it concerns all.
    concerns = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("about which Party")
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="issues", verbose_name=_("topics"))
    sectors = models.ManyToManyField(Sector, blank=True, related_name="issues", verbose_name=_("sectors"))
    hs_codes = ArrayField(models.CharField(max_length=6), verbose_name=_("HS codes"), default=list, blank=True)

    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="issues",
        verbose_name=_("filed by"),
    )
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="issues", verbose_name=_("whose issue"))
    #: The chamber that files it for its member, or through which the firm speaks.
    chamber = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="issues_for_members",
        verbose_name=_("chamber"),
    )
    economy = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from")
    )
    identity = models.CharField(_("who may know that it is yours"), max_length=9, choices=Identity)

    public_status = models.CharField(_("public text"), max_length=9, choices=PublicStatus, default=PublicStatus.NONE)
    public_title = models.CharField(_("public title"), max_length=200, blank=True)
    public_text = models.TextField(_("public text"), blank=True)
    public_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    public_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    public_at = models.DateTimeField(_("public since"), null=True, blank=True)
    #: When the public text was approved last; later than ``public_at`` when it was changed since.
    public_changed_at = models.DateTimeField(_("public text changed"), null=True, blank=True)
    #: What is written and not approved yet: language → {"title": …, "text": …}. Nobody but officials reads it.
    public_draft = models.JSONField(_("draft of the public text"), default=dict, blank=True)
    #: Of a draft that was sent back, or a text that was taken down: why.
    public_note = models.TextField(_("why the public text came back"), blank=True, max_length=1000)

    answer = models.TextField(_("answer"), blank=True)
    declined_because = models.TextField(_("why it was declined"), blank=True)
    referred_to = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="referred_issues",
        verbose_name=_("referred to"),
    )
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name=_("merged into")
    )
    outcome = models.TextField(_("outcome"), blank=True)

    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    referred_at = models.DateTimeField(_("referred"), null=True, blank=True)
    #: An answer did not help: when that was said, and why. For officials and who raised it.
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)
    reopened_because = models.TextField(_("why the answer does not help"), blank=True, max_length=2000)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    #: The clock: working days of the dialogue's own numbers, fixed when it was submitted.
    acknowledge_by = models.DateField(_("acknowledge by"), null=True, blank=True)
    answer_by = models.DateField(_("answer by"), null=True, blank=True)

    search_digest = models.CharField(max_length=64, default="", editable=False)
    facets = ArrayField(models.CharField(max_length=80), default=list, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        constraints = [
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="issue_reference_once"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"]) | (~Q(reference="") & Q(submitted_at__isnull=False)),
                name="issue_submitted_has_reference",
            ),
            models.CheckConstraint(
                condition=~Q(status="duplicate") | Q(duplicate_of__isnull=False), name="issue_duplicate_of_what"
            ),
            models.CheckConstraint(condition=~Q(duplicate_of=F("pk")), name="issue_not_its_own_duplicate"),
            models.CheckConstraint(
                condition=~Q(public_status="published") | Q(public_at__isnull=False), name="issue_published_when"
            ),
            # Whoever wrote the public text does not approve it.
            models.CheckConstraint(condition=~Q(public_approved_by=F("public_by")), name="issue_text_by_two_hands"),
        ]
        indexes = [
            models.Index(fields=["dialogue", "status", "answer_by"], name="issue_clock"),
            models.Index(fields=["-public_at", "-id"], condition=Q(public_at__isnull=False), name="issue_public"),
            models.Index(fields=["organization"], name="issue_organization"),
            GinIndex(fields=["facets"], name="issue_facets"),
            *search_indexes("issue"),
        ]

    def __str__(self):
        return self.public_title or self.reference or self.title

    def save(self, *args, update_fields=None, **kwargs):
        """Keeps the facet of the state in step, by which lists are narrowed."""
        if update_fields is None or "status" in update_fields:
            self.facets = sorted({*(code for code in self.facets if not code.startswith("state:")), self.state_code})
            update_fields = update_fields and {*update_fields, "facets"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        return reverse("dialogues:issue-detail", args=[self.dialogue.slug, self.pk])

    @property
    def state_code(self) -> str:
        """Under which facet its state is found."""
        return f"state:{self.status}"

    @property
    def is_sample(self) -> bool:
        """Whether it is an invented example: a sample company raised it. Costs a query without ``with_dialogue``."""
        return self.organization.is_sample

    def may(self, status: str) -> bool:
        """Whether its state lets it go there now; whether the user may is asked in permissions."""
        return status in self.MOVES[self.status]

    @property
    def is_public(self) -> bool:
        return self.public_at is not None

    @property
    def is_running(self) -> bool:
        """Whether it is still owed an answer."""
        return self.status in self.RUNNING

    @property
    def takes_endorsements(self) -> bool:
        """Whether others may still say that it affects them: it is public, and nobody has settled it."""
        return self.is_public and (self.is_running or self.status == self.Status.COMMITTED)


class IssueMeaning(Meaning):
    """What an issue is about, as vectors; see ``dialogues/searching.py`` for what is encoded."""

    OWNER = "issue"

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="meanings", verbose_name=_("issue"))

    class Meta:
        verbose_name = _("meaning of an issue")
        verbose_name_plural = _("meanings of issues")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "language", "part"], include=["indexed"], name="issue_meaning_once"
            ),
        ]


class Endorsement(models.Model):
    """ "This affects us too": one organization stands behind another's issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="endorsements", verbose_name=_("issue"))
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="endorsements", verbose_name=_("organization")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("said by")
    )
    #: For officials only.
    note = models.CharField(_("how it affects you"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("said"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["issue", "organization"], name="endorsement_once")]

    def __str__(self):
        return f"{self.issue_id}: {self.organization_id}"


class IssueFollower(models.Model):
    """Somebody who wants to hear of each step of an issue without having raised or endorsed it."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="followers", verbose_name=_("issue"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="followed_issues", verbose_name=_("person")
    )
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("follower of an issue")
        verbose_name_plural = _("followers of issues")
        constraints = [models.UniqueConstraint(fields=["issue", "user"], name="issue_followed_once")]

    def __str__(self):
        return f"{self.issue_id}: {self.user_id}"
