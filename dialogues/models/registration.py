from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Organization, User
from portal.languages import Language, column
from portal.notifications.models import Address, is_one_person
from portal.reference.models import Economy


def whose(person: User | Address) -> dict[str, object]:
    """How a row of hers is found: by her account, or by her bare address in whatever case."""
    return {"address__iexact": person.email} if isinstance(person, Address) else {"user": person}


class RegistrationQuerySet(models.QuerySet):
    def open(self):
        """Everything but cancelled: these people hear of changes."""
        return self.exclude(status=Registration.Status.CANCELLED)

    def confirmed(self):
        return self.filter(status=Registration.Status.CONFIRMED)

    def waiting(self):
        """On the waiting list."""
        return self.filter(status=Registration.Status.WAITLISTED)

    def of(self, person):
        """Those of one person: an account, or a bare address."""
        return self.filter(**whose(person))

    def named(self, words):
        """Those with ``words`` inside the name of the person or of her organization, upper or lower case."""
        holds = Q(user__full_name__icontains=words) | Q(address_name__icontains=words)
        for language in Language.values:
            holds |= Q(**{f"{column('organization__name', language)}__icontains": words})
        return self.filter(holds)


class Registration(models.Model):
    """A person's place in a session. A cancelled one is kept; registering again makes a new row."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("registration", "Waiting for confirmation")
        CONFIRMED = "confirmed", pgettext_lazy("registration", "Confirmed")
        WAITLISTED = "waitlisted", pgettext_lazy("registration", "On the waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")

    MOVES = {
        Status.PENDING: {Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED},
        Status.WAITLISTED: {Status.CONFIRMED, Status.CANCELLED},
        Status.CONFIRMED: {Status.CANCELLED},
        Status.CANCELLED: set(),
    }

    class Role(models.TextChoices):
        CHAIR = "chair", pgettext_lazy("registration", "Chair")
        DELEGATE = "delegate", pgettext_lazy("registration", "Delegate")
        SPEAKER = "speaker", pgettext_lazy("registration", "Speaker")
        INTERPRETER = "interpreter", pgettext_lazy("registration", "Interpreter")
        OBSERVER = "observer", pgettext_lazy("registration", "Participant")

    class Partstat(models.TextChoices):
        """Participation status as iCalendar writes it (RFC 5545, 3.2.12)."""

        NEEDS_ACTION = "NEEDS-ACTION", _("Not answered")
        ACCEPTED = "ACCEPTED", _("Will come")
        TENTATIVE = "TENTATIVE", _("Perhaps")
        DECLINED = "DECLINED", _("Will not come")
        DELEGATED = "DELEGATED", _("Sends somebody else")

    session = models.ForeignKey(
        "dialogues.Session", models.CASCADE, related_name="registrations", verbose_name=_("session")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("person"),
    )
    # Instead of a user, for invited people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    address_name = models.CharField(_("name"), max_length=150, blank=True)
    address_language = models.CharField(_("language"), max_length=7, choices=Language, blank=True)
    address_time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="registrations", verbose_name=_("for")
    )
    # Whose quota the place counts in: the organization's, as it was when she registered.
    economy = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("economy")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.OBSERVER)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PENDING)
    partstat = models.CharField(_("answer"), max_length=12, choices=Partstat, default=Partstat.NEEDS_ACTION)
    attended = models.BooleanField(_("attended"), null=True, blank=True)
    checked_in_at = models.DateTimeField(_("checked in"), null=True, blank=True)
    interpretation = models.CharField(_("listens in"), max_length=7, choices=Language, blank=True)
    # Read by the secretariat alone.
    access_needs = models.TextField(_("what you need to take part"), blank=True, max_length=1000)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"], condition=~Q(status="cancelled"), name="registration_open_once"
            ),
            models.UniqueConstraint(
                "session",
                Lower("address"),
                condition=~Q(status="cancelled") & ~Q(address=""),
                name="registration_address_open_once",
            ),
            models.CheckConstraint(condition=is_one_person("user"), name="registration_of_one_person"),
        ]
        indexes = [
            models.Index(fields=["session", "status", "economy"], name="registration_session_status"),
            models.Index(
                fields=["session", "created_at", "id"],
                condition=Q(status="waitlisted"),
                name="registration_waiting",
            ),
        ]

    def __str__(self):
        # Without a bare address: activity logs keep this label.
        name = str(self.user or self.address_name)
        return f"{name} – {self.session}" if name else str(self.session)

    @property
    def person(self) -> User | Address:
        """Whom to write to."""
        if self.user is not None:
            return self.user
        return Address(self.address, self.address_language, self.address_time_zone or "UTC", self.address_name)

    @property
    def name(self) -> str:
        return str(self.user or self.address_name or self.address)


class Quota(models.Model):
    """How many places of a session one economy may take. Without a row only the capacity counts."""

    session = models.ForeignKey("dialogues.Session", models.CASCADE, related_name="quotas", verbose_name=_("session"))
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="+", verbose_name=_("economy"))
    places = models.PositiveIntegerField(_("places"))

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [models.UniqueConstraint(fields=["session", "economy"], name="quota_once")]

    def __str__(self):
        return f"{self.session_id} {self.economy_id}: {self.places}"


class Question(models.Model):
    """What the secretariat asks everybody who registers for a session."""

    class Kind(models.TextChoices):
        TEXT = "text", pgettext_lazy("question", "A few words")
        YES_NO = "yes_no", pgettext_lazy("question", "Yes or no")
        CHOICE = "choice", pgettext_lazy("question", "One of several")

    session = models.ForeignKey(
        "dialogues.Session", models.CASCADE, related_name="questions", verbose_name=_("session")
    )
    order = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind of answer"), max_length=6, choices=Kind, default=Kind.TEXT)
    label = models.CharField(_("question"), max_length=200)
    #: One choice a line, in each language in the same order.
    choices = models.TextField(_("choices"), blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "order"], name="question_order_once")]

    def __str__(self):
        return self.label


class Reply(models.Model):
    """One answer to one question. Of a choice the number of its line is kept, from 0, so that it reads in every
    language."""

    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="replies", verbose_name=_("registration")
    )
    question = models.ForeignKey(Question, models.CASCADE, related_name="replies", verbose_name=_("question"))
    value = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [models.UniqueConstraint(fields=["registration", "question"], name="reply_once")]

    def __str__(self):
        return self.value[:100]


class SessionInvitationQuerySet(models.QuerySet):
    def of(self, person):
        """Those of one person: an account, or a bare address."""
        return self.filter(**whose(person))

    def standing(self):
        """Not withdrawn."""
        return self.exclude(status=SessionInvitation.Status.WITHDRAWN)

    def unanswered(self):
        return self.filter(status=SessionInvitation.Status.SENT)

    def with_session(self):
        """What her own page names."""
        return self.select_related(
            "session__dialogue__agreement", "session__host", "user", "organization", "registration"
        ).prefetch_related("session__dialogue__parties")


class SessionInvitation(models.Model):
    """A named person or a whole organization is asked to a session. Her personal link names ``generation``; raising it
    makes older links useless."""

    class Status(models.TextChoices):
        SENT = "sent", pgettext_lazy("invitation", "Not answered")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
        DECLINED = "declined", pgettext_lazy("invitation", "Declined")
        DELEGATED = "delegated", pgettext_lazy("invitation", "Passed on")
        WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Withdrawn")

    MOVES = {
        Status.SENT: {Status.ACCEPTED, Status.DECLINED, Status.DELEGATED, Status.WITHDRAWN},
        Status.DECLINED: {Status.ACCEPTED, Status.DELEGATED, Status.WITHDRAWN},
        Status.ACCEPTED: {Status.DECLINED, Status.DELEGATED, Status.WITHDRAWN},
        Status.DELEGATED: set(),
        Status.WITHDRAWN: set(),
    }

    session = models.ForeignKey(
        "dialogues.Session", models.CASCADE, related_name="invitations", verbose_name=_("session")
    )
    status = models.CharField(_("state"), max_length=9, choices=Status, default=Status.SENT)
    role = models.CharField(_("role"), max_length=12, choices=Registration.Role, default=Registration.Role.OBSERVER)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    # Instead of a user, for people without an account.
    address = models.EmailField(_("e-mail address"), blank=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=7, choices=Language, default=Language.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    #: For whom she would come.
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organization")
    )
    generation = models.PositiveIntegerField(default=0, editable=False)
    registration = models.OneToOneField(
        Registration, models.SET_NULL, null=True, blank=True, related_name="invitation", verbose_name=_("place")
    )
    delegated_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="delegated_from", verbose_name=_("passed on to")
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = SessionInvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=is_one_person("user"), name="invitation_of_one_person"),
            models.UniqueConstraint(
                fields=["session", "user"], condition=~Q(status="withdrawn"), name="session_invitation_once"
            ),
            models.UniqueConstraint(
                "session",
                Lower("address"),
                condition=~Q(address="") & ~Q(status="withdrawn"),
                name="session_invitation_address_once",
            ),
        ]

    def __str__(self):
        # Without the person: activity logs keep this label.
        return str(self.session)

    def may(self, status: str) -> bool:
        """Whether its state lets it go there now."""
        return status in self.MOVES[self.status]

    @property
    def person(self) -> User | Address:
        """Whom to write to."""
        return self.user or Address(self.address, self.language, self.time_zone or "UTC", self.name)
