"""Who belongs to an organization: creating, asking, inviting, leaving.

An organization that has members always has a manager among them. Every verb that could break this
locks the organization's row first, so that of two racing calls the second sees the first one's outcome.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from portal.accounts import firms
from portal.accounts.models import Invitation, Membership, MembershipQuerySet, Organization, OrganizationQuerySet, User
from portal.accounts.naming import named
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock, move
from portal.notifications.outbox import Address, notify
from portal.reference.models import Economy

INVITATION_LASTS = timedelta(days=14)
#: An organization is no way to send mail to strangers.
OPEN_INVITATIONS_AT_MOST = 20
INVITATIONS_A_DAY = 50  # of one person, answered, withdrawn or not, for all her organizations together


@transaction.atomic
def create_organization(
    *, kind: str, name: str, economy: Economy, by: User, website: str = "", is_another: bool = False
) -> Organization:
    """Create an organization whose first manager is ``by``; its name is in her language.

    A firm may act at once. A chamber or agency starts pending and the administrators are told.
    Raises ``ValidationError(code="already_here")`` when one of that name exists in the economy, unless
    ``is_another`` says that it is a different one.
    """
    # One at a time per economy: neither the name nor the slug can be taken meanwhile.
    economy = Economy.objects.select_for_update(no_key=True).get(pk=economy.pk)
    name = " ".join(name.split())
    if not is_another and namesakes(name, economy).exists():
        raise ValidationError(
            _("An organization of this name is already here. Ask to join it, or say that yours is another."),
            code="already_here",
        )
    needs_verification = kind != Organization.Kind.SME
    organization = Organization.objects.create(
        slug=_free_slug(name, kind, economy),
        kind=kind,
        economy=economy,
        website=website,
        native_language=by.language,
        status=Organization.Status.PENDING if needs_verification else Organization.Status.UNVERIFIED,
        asked_at=timezone.now() if needs_verification else None,
        **{column("name", by.language): name},
    )
    Membership.objects.create(user=by, organization=organization, role=Membership.Role.MANAGER)
    by.forget_memberships()
    record(by, "created", organization)
    named.send(Organization, organization=organization)
    if needs_verification:
        tell_administrators(organization)
    return organization


def namesakes(name: str, economy: Economy) -> OrganizationQuerySet:
    """Organizations of this economy that carry exactly this name in one of the languages, upper or lower case."""
    same = Q()
    for language in Language.values:
        same |= Q(**{f"{column('name', language)}__iexact": " ".join(name.split())})
    return Organization.objects.findable().filter(same, economy=economy)


def tell_administrators(organization: Organization) -> None:
    """Ask the administrators to verify it; asked again later, they are told again."""
    occasion = organization.asked_at.isoformat() if organization.asked_at else ""
    notify(_administrators(), "accounts/organization_awaits", about=organization, occasion=occasion)


@transaction.atomic
def ask_to_join(*, organization: Organization, by: User) -> Membership:
    """Ask the managers of ``organization`` for admission; where it has none, the administrators answer.

    Raises ``ValidationError`` with code ``already_member``, ``already_asked`` or ``refused``.
    """
    organization = lock(organization)
    if organization.status == Organization.Status.REFUSED:
        raise ValidationError(_("This organization was refused verification and cannot be joined."), code="refused")
    existing = _open_membership(organization, by)
    if existing and existing.status == Membership.Status.ACTIVE:
        raise _already_member()
    if existing:
        raise ValidationError(_("You have already asked to join. A manager will answer."), code="already_asked")
    membership = Membership.objects.create(
        user=by, organization=organization, role=Membership.Role.MEMBER, status=Membership.Status.REQUESTED
    )
    record(by, "asked_to_join", organization)
    notify(_who_answers(organization), "accounts/membership_requested", about=membership)
    firms.asked_to_join(membership)
    return membership


@transaction.atomic
def admit(*, membership: Membership, by: User) -> Membership:
    """Let the person in. The first member of an organization without a manager becomes its manager."""
    organization = lock(membership.organization)
    role = membership.role if _managers(organization).exists() else Membership.Role.MANAGER
    membership = move(membership, Membership.Status.ACTIVE, by=by, verb="admitted", role=role)
    record(by, "admitted", organization, person=membership.user.full_name)
    notify([membership.user], "accounts/membership_admitted", about=organization, occasion=membership.pk)
    return membership


@transaction.atomic
def decline(*, membership: Membership, reason: str, by: User) -> Membership:
    """Answer a request with no, and say why. She may ask again later."""
    organization = lock(membership.organization)
    membership = move(membership, Membership.Status.DECLINED, by=by, verb="declined", reason=reason)
    record(by, "declined", organization, person=membership.user.full_name)
    notify([membership.user], "accounts/membership_declined", about=membership, reason=reason)
    return membership


@transaction.atomic
def invite(*, organization: Organization, email: str, role: str, by: User, language: str = "") -> Invitation:
    """Invite the owner of ``email``, who may have no account yet; valid for fourteen days.

    Her mail is in her own language when she has an account, else in ``language`` (by default the inviter's).
    Raises ``ValidationError`` with code ``already_member``, ``already_invited``, ``too_many_open`` or
    ``too_many_today``.
    """
    organization = lock(organization)
    _check_her_day(by)
    email = email.strip().lower()
    person = User.objects.filter(emailaddress__email__iexact=email, emailaddress__verified=True).first()
    if person and _managers_and_members(organization).filter(user=person).exists():
        raise ValidationError(_("This person is already a member."), code="already_member")
    _make_room_for(organization, email, by)
    invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        role=role,
        language=language or by.language,
        invited_by=by,
        expires_at=timezone.now() + INVITATION_LASTS,
    )
    # The address stays out of the log: whoever sees the organization's history need not know it.
    record(by, "invited", organization)
    stranger = Address(email=email, language=invitation.language, time_zone=by.time_zone, name="")
    notify([person or stranger], "accounts/invitation", about=invitation, inviter=by.full_name)
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: User) -> Membership:
    """Join by an invitation. The link alone is not enough: mails get forwarded, so the invited address
    must be one that ``by`` has verified.

    Raises ``ValidationError`` with code ``not_open``, ``expired`` or ``other_address``.
    """
    organization = lock(invitation.organization)
    invitation = lock(invitation)
    _check_acceptable(invitation, by)
    role = invitation.role if _managers(organization).exists() else Membership.Role.MANAGER
    membership = _open_membership(organization, by)
    if membership is None:
        membership = Membership.objects.create(user=by, organization=organization, role=role)
    elif membership.status == Membership.Status.REQUESTED:
        membership = move(membership, Membership.Status.ACTIVE, by=by, verb="joined", role=role)
    elif role == Membership.Role.MANAGER:
        membership = _set_role(membership, role)
    move(invitation, Invitation.Status.ACCEPTED, by=by)
    by.forget_memberships()
    record(by, "joined", organization)
    if invitation.invited_by:
        notify(
            [invitation.invited_by],
            "accounts/invitation_accepted",
            about=organization,
            occasion=f"invitation {invitation.pk}",
            person=by.full_name,
        )
    return membership


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Make the link worthless. Refused once it was accepted."""
    lock(invitation.organization)
    invitation = move(invitation, Invitation.Status.WITHDRAWN, by=by)
    record(by, "withdrew_invitation", invitation.organization)
    return invitation


@transaction.atomic
def leave(*, membership: Membership, by: User) -> Membership:
    """End one's own membership. The last manager cannot: ``ValidationError(code="last_manager")``."""
    membership = _end(membership, by=by, verb="left", reason="")
    by.forget_memberships()
    return membership


@transaction.atomic
def remove(*, membership: Membership, by: User, reason: str = "") -> Membership:
    """End somebody's membership and withdraw the invitations she has out. Never the last manager's."""
    membership = _end(membership, by=by, verb="removed", reason=reason)
    theirs = membership.organization.invitations.filter(invited_by=membership.user, status=Invitation.Status.SENT)
    for invitation in theirs:
        move(invitation, Invitation.Status.WITHDRAWN, by=by)
    notify([membership.user], "accounts/membership_removed", about=membership, reason=reason)
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: User) -> Membership:
    """Make a member a manager or back. The last manager stays one: ``ValidationError(code="last_manager")``."""
    organization = lock(membership.organization)
    membership = lock(membership)
    if membership.status != Membership.Status.ACTIVE:
        raise ValidationError(_("Only a member has a role."), code="not_active")
    if membership.role == role:
        return membership
    if role != Membership.Role.MANAGER:
        _keep_a_manager(membership)
    membership = _set_role(membership, role)
    by.forget_memberships()
    activity = record(by, "changed_role", organization, person=membership.user.full_name, role=role)
    if membership.user_id != by.pk:
        notify([membership.user], "accounts/role_changed", about=organization, occasion=activity.pk, role=role)
    return membership


def _end(membership: Membership, *, by: User, verb: str, reason: str) -> Membership:
    organization = lock(membership.organization)
    membership = lock(membership)
    if membership.status == Membership.Status.ACTIVE:
        _keep_a_manager(membership)
    membership = move(membership, Membership.Status.ENDED, by=by, verb=verb, reason=reason)
    record(by, verb, organization, person=membership.user.full_name)
    return membership


def _keep_a_manager(membership: Membership) -> None:
    """Refuse to go on when she is the only manager. Call it with the organization's row locked."""
    others = _managers(membership.organization).exclude(pk=membership.pk)
    if membership.role == Membership.Role.MANAGER and not others.exists():
        raise ValidationError(
            _("An organization needs a manager. Make somebody else a manager first."), code="last_manager"
        )


def _check_acceptable(invitation: Invitation, by: User) -> None:
    if invitation.status != Invitation.Status.SENT:
        raise ValidationError(_("This invitation has been answered or withdrawn."), code="not_open")
    if not invitation.is_open:
        raise ValidationError(_("This invitation has expired. Ask for a new one."), code="expired")
    if invitation.email.lower() not in by.verified_addresses():
        raise ValidationError(
            _("This invitation was sent to another address. Add and confirm that address, then come back."),
            code="other_address",
        )


def _check_her_day(by: User) -> None:
    """Withdrawing and inviting again, or one more organization, makes no room for further mails to strangers."""
    today = Invitation.objects.filter(invited_by=by, created_at__gt=timezone.now() - timedelta(days=1))
    if today.count() >= INVITATIONS_A_DAY:
        raise ValidationError(
            _("You have sent %(count)d invitations in a day. Send more tomorrow."),
            code="too_many_today",
            params={"count": INVITATIONS_A_DAY},
        )


def _make_room_for(organization: Organization, email: str, by: User) -> None:
    """One open invitation per address: an expired one gives way, a valid one stands."""
    invitations = organization.invitations.filter(status=Invitation.Status.SENT)
    earlier = invitations.filter(email__iexact=email).first()
    if earlier and earlier.is_open:
        raise ValidationError(_("This address has already been invited."), code="already_invited")
    if earlier:
        move(earlier, Invitation.Status.EXPIRED, by=by)
    if organization.invitations.open().count() >= OPEN_INVITATIONS_AT_MOST:
        raise ValidationError(
            _("%(count)d invitations are still open. Withdraw some, or wait for answers."),
            code="too_many_open",
            params={"count": OPEN_INVITATIONS_AT_MOST},
        )


def _set_role(membership: Membership, role: str) -> Membership:
    membership.role = role
    membership.save(update_fields=["role"])
    return membership


def _open_membership(organization: Organization, user: User) -> Membership | None:
    """Her request or active membership, locked."""
    open_states = [Membership.Status.REQUESTED, Membership.Status.ACTIVE]
    return organization.memberships.select_for_update().filter(user=user, status__in=open_states).first()


def _already_member() -> ValidationError:
    return ValidationError(_("You are already a member."), code="already_member")


def _managers(organization: Organization) -> MembershipQuerySet:
    return Membership.objects.managers().filter(organization=organization)


def _managers_and_members(organization: Organization) -> MembershipQuerySet:
    return Membership.objects.active().filter(organization=organization)


def _administrators() -> QuerySet[User]:
    return User.objects.filter(is_staff=True, is_active=True)


def _who_answers(organization: Organization) -> QuerySet[User]:
    """Its managers, or the administrators while it has none (an agency that came with the catalogue)."""
    managers = User.objects.filter(pk__in=_managers(organization).values("user"))
    return managers if managers.exists() else _administrators()


def _free_slug(name: str, kind: str, economy: Economy) -> str:
    """A readable slug that ends with the economy's code; names without Latin letters fall back to the kind."""
    base = f"{slugify(name)[:60].strip('-') or kind}-{economy.pk.lower()}"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
