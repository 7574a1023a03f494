from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.zones import validate_time_zone
from portal.languages import Language, column
from portal.reference.models import Economy


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        """Create a person who signs in with ``email``."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """Create a portal administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What she may do follows from her organizations, never from a flag (except is_staff)."""

    class Purpose(models.TextChoices):
        """What brought her here, as she said at sign-up. It grants nothing; it chooses the first steps."""

        SME = "sme", _("I own or work for a small or medium-sized enterprise")
        CHAMBER = "chamber", _("I work for a chamber, trade-promotion or cluster body")
        AGENCY = "agency", _("I work for a government agency")
        VISITOR = "visitor", _("I am looking around")

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    language = models.CharField(_("language"), max_length=7, choices=Language, default=Language.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    purpose = models.CharField(_("what brings you here"), max_length=8, choices=Purpose, blank=True)
    is_staff = models.BooleanField(_("portal administrator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_sample = models.BooleanField(_("demonstration account"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="user_language_known"),
        ]

    def __str__(self):
        return self.full_name or self.email

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name

    @cached_property
    def active_memberships(self) -> list["Membership"]:
        """Her current memberships with their organizations, fetched once per request."""
        return list(
            self.memberships.filter(status=Membership.Status.ACTIVE)
            .select_related("organization", "organization__economy")
            .order_by("pk")
        )

    def forget_memberships(self) -> None:
        """Fetch them anew at the next question; verbs call this when they changed one of hers."""
        self.__dict__.pop("active_memberships", None)

    def verified_addresses(self) -> set[str]:
        """The e-mail addresses she proved to be hers, in lower case."""
        return {address.email.lower() for address in self.emailaddress_set.all() if address.verified}


class OrganizationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Verified organizations are public; the others exist for their people and for administrators."""
        public = Q(status=Organization.Status.VERIFIED)
        if not user.is_authenticated:
            return self.filter(public)
        if user.is_staff:
            return self.all()
        return self.filter(public | Q(pk__in=[m.organization_id for m in user.active_memberships]))

    def verified(self):
        return self.filter(status=Organization.Status.VERIFIED)

    def chambers(self):
        return self.verified().filter(kind=Organization.Kind.CHAMBER)

    def agencies(self):
        return self.verified().filter(kind=Organization.Kind.AGENCY)

    def awaiting_verification(self):
        """Longest waiting first."""
        return self.filter(status=Organization.Status.PENDING).order_by(Coalesce("asked_at", "created_at"), "pk")

    def with_evidence(self):
        """What a verifier compares, three queries for any number of rows: ``current_memberships`` with addresses."""
        people = Membership.objects.active().select_related("user").prefetch_related("user__emailaddress_set")
        return self.select_related("economy").prefetch_related(
            models.Prefetch("memberships", queryset=people.order_by("pk"), to_attr="current_memberships")
        )

    def named(self, words):
        """Those with ``words`` inside their name in any of the languages, upper or lower case."""
        holds = Q()
        for language in Language.values:
            holds |= Q(**{f"{column('name', language)}__icontains": words})
        return self.filter(holds)

    def findable(self):
        """What a signed-in person looking for her own organization may find: its name, kind and economy."""
        return self.exclude(status=Organization.Status.REFUSED)


class Organization(models.Model):
    """A firm, a chamber of commerce or a public agency that people belong to."""

    class Kind(models.TextChoices):
        SME = "sme", _("Small or medium-sized enterprise")
        CHAMBER = "chamber", _("Chamber, trade-promotion or cluster body")
        AGENCY = "agency", _("Government agency")

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", pgettext_lazy("organization", "Not verified")
        PENDING = "pending", pgettext_lazy("organization", "Waiting for verification")
        VERIFIED = "verified", pgettext_lazy("organization", "Verified")
        REFUSED = "refused", pgettext_lazy("organization", "Verification refused")

    MOVES = {
        Status.UNVERIFIED: {Status.VERIFIED},
        Status.PENDING: {Status.VERIFIED, Status.REFUSED},
        Status.VERIFIED: {Status.PENDING},
        Status.REFUSED: {Status.PENDING},
    }

    class Body(models.TextChoices):
        """The finer kind that the catalogue gives for public bodies."""

        MINISTRY = "ministry", _("Ministry")
        AGENCY = "agency", _("Agency")
        BANK = "bank", _("Public bank")
        MULTILATERAL = "multilateral", _("Multilateral organization")
        REPRESENTATIVE_OFFICE = "representative_office", _("Representative office")
        TRADE_PROMOTION = "trade_promotion", _("Trade-promotion body")
        CHAMBER = "chamber", _("Chamber of commerce")
        NETWORK = "network", _("Business network")

    slug = models.SlugField(_("short name in addresses"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    body = models.CharField(_("type of body"), max_length=24, choices=Body, blank=True)
    economy = models.ForeignKey(
        Economy, models.PROTECT, null=True, blank=True, related_name="organizations", verbose_name=_("economy")
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("what it does"), blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    native_language = models.CharField(_("own language"), max_length=7, choices=Language, default=Language.EN)
    status = models.CharField(_("verification"), max_length=10, choices=Status, default=Status.UNVERIFIED)
    verified_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verification_note = models.TextField(_("how it was verified, or why not"), blank=True)
    asked_at = models.DateTimeField(_("verification asked for"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    #: Filled by ``.with_evidence()``.
    current_memberships: "list[Membership]"

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="verified") | Q(verified_at__isnull=False), name="organization_verified_when"
            ),
            # An official acts for her agency's economy; only multilateral bodies have none.
            models.CheckConstraint(
                condition=Q(economy__isnull=False) | ~Q(kind="sme"), name="organization_sme_has_economy"
            ),
        ]
        indexes = [models.Index(fields=["kind", "economy", "status"], name="organization_kind_economy")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("organization-detail", args=[self.slug])

    @property
    def is_verified(self) -> bool:
        return self.status == self.Status.VERIFIED


class MembershipQuerySet(models.QuerySet):
    def active(self):
        return self.filter(status=Membership.Status.ACTIVE)

    def managers(self):
        return self.active().filter(role=Membership.Role.MANAGER)

    def requested(self):
        """Those who asked to join, longest waiting first."""
        return self.filter(status=Membership.Status.REQUESTED).order_by("created_at", "pk")

    def visible_to(self, user):
        """Her own; the people of her organizations; requests and past members only where she manages."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        mine = [m.organization_id for m in user.active_memberships]
        managed = [m.organization_id for m in user.active_memberships if m.role == Membership.Role.MANAGER]
        return self.filter(
            Q(user=user) | Q(organization__in=mine, status=Membership.Status.ACTIVE) | Q(organization__in=managed)
        )


class Membership(models.Model):
    """A person's place in an organization. Ended memberships are kept, so that history stays readable."""

    class Role(models.TextChoices):
        MEMBER = "member", pgettext_lazy("role", "Member")
        MANAGER = "manager", pgettext_lazy("role", "Manager")

    class Status(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("membership", "Asked to join")
        ACTIVE = "active", pgettext_lazy("membership", "Member")
        DECLINED = "declined", pgettext_lazy("membership", "Not admitted")
        ENDED = "ended", pgettext_lazy("membership", "Left")

    MOVES = {
        Status.REQUESTED: {Status.ACTIVE, Status.DECLINED},
        Status.ACTIVE: {Status.ENDED},
        Status.DECLINED: set(),
        Status.ENDED: set(),
    }

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ACTIVE)
    reason = models.TextField(_("why it was declined or ended"), blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"],
                condition=Q(status__in=["requested", "active"]),
                name="membership_open_once",
            )
        ]

    def __str__(self):
        return f"{self.user} – {self.organization}"

    def get_absolute_url(self):
        """Where the managers answer a request, and where its owner sees what became of it."""
        if self.status == self.Status.REQUESTED:
            return reverse("organization-people", args=[self.organization.slug])
        return reverse("profile")


def invitation_token() -> str:
    return get_random_string(43)


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """Sent, neither answered nor past its date."""
        return self.filter(status=Invitation.Status.SENT, expires_at__gt=timezone.now())

    def visible_to(self, user):
        """Those of the organizations she manages; an administrator's are all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self.all()
        managed = [m.organization_id for m in user.active_memberships if m.role == Membership.Role.MANAGER]
        return self.filter(organization__in=managed)

    def held_by(self, token):
        """The one whose link is held: the unguessable token itself is the permission to look."""
        return self.filter(token=token)

    def addressed_to(self, user):
        """The open ones sent to an address that is proven to be hers."""
        proven = user.emailaddress_set.filter(verified=True).annotate(address=Lower("email"))
        return self.open().annotate(address=Lower("email")).filter(address__in=proven.values("address"))


class Invitation(models.Model):
    """A colleague asked by e-mail to join an organization."""

    class Status(models.TextChoices):
        SENT = "sent", pgettext_lazy("invitation", "Sent")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "Accepted")
        WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Withdrawn")
        EXPIRED = "expired", pgettext_lazy("invitation", "Expired")

    MOVES = {
        Status.SENT: {Status.ACCEPTED, Status.WITHDRAWN, Status.EXPIRED},
        Status.ACCEPTED: set(),
        Status.WITHDRAWN: set(),
        Status.EXPIRED: set(),
    }

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="invitations", verbose_name=_("organization")
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=8, choices=Membership.Role, default=Membership.Role.MEMBER)
    language = models.CharField(_("language of the mail"), max_length=7, choices=Language, default=Language.EN)
    token = models.CharField(max_length=43, unique=True, default=invitation_token, editable=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.SENT)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("valid until"))

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organization", Lower("email"), condition=Q(status="sent"), name="invitation_open_once"
            )
        ]

    def __str__(self):
        # Not the address: this text ends up in the activity log.
        return f"→ {self.organization}"

    def get_absolute_url(self):
        return reverse("invitation-accept", args=[self.token])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.SENT and self.expires_at > timezone.now()
