"""An administrator vouches for a chamber or an agency before it may act for anybody."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from portal.accounts.membership import tell_administrators
from portal.accounts.models import Organization, User
from portal.lifecycle import move
from portal.notifications.outbox import notify


@transaction.atomic
def verify(*, organization: Organization, note: str, by: User) -> Organization:
    """Vouch for ``organization``: its members may act for it from now on. ``note`` says how it was checked."""
    now = timezone.now()
    organization = move(
        organization,
        Organization.Status.VERIFIED,
        by=by,
        verified_by=by,
        verified_at=now,
        verification_note=note,
    )
    _tell_members(organization, "accounts/organization_verified", occasion=now.isoformat())
    return organization


@transaction.atomic
def refuse(*, organization: Organization, reason: str, by: User) -> Organization:
    """Do not vouch for it, and tell its members why. They may ask again."""
    organization = move(
        organization,
        Organization.Status.REFUSED,
        by=by,
        verified_by=None,
        verified_at=None,
        verification_note=reason,
    )
    occasion = timezone.now().isoformat()
    _tell_members(organization, "accounts/organization_refused", occasion=occasion, reason=reason)
    return organization


@transaction.atomic
def ask_again(*, organization: Organization, by: User) -> Organization:
    """After a refusal, and with what was missing mended, wait for verification once more."""
    organization = move(organization, Organization.Status.PENDING, by=by, verb="asked_again", asked_at=timezone.now())
    tell_administrators(organization)
    return organization


@transaction.atomic
def reopen(*, organization: Organization, reason: str, by: User) -> Organization:
    """Take a verification back until it is checked anew; its members cannot act for it meanwhile."""
    now = timezone.now()
    organization = move(
        organization,
        Organization.Status.PENDING,
        by=by,
        verb="reopened",
        asked_at=now,
        verified_by=None,
        verified_at=None,
        verification_note=reason,
    )
    _tell_members(organization, "accounts/organization_reopened", occasion=now.isoformat(), reason=reason)
    return organization


@dataclass(frozen=True)
class Evidence:
    """What speaks for one member: her mail domain, whether she proved it, whether it is the website's."""

    person: User
    domain: str
    is_confirmed: bool
    matches_website: bool


def evidence(organization: Organization) -> list[Evidence]:
    """The members' mail domains beside the website's; ``organization`` comes from ``.with_evidence()``."""
    host = website_host(organization)
    found = []
    for membership in organization.current_memberships:
        confirmed = membership.user.verified_addresses()
        for address in sorted(confirmed) or [membership.user.email]:
            domain = address.rpartition("@")[2].lower()
            found.append(Evidence(membership.user, domain, address in confirmed, _belong_together(domain, host)))
    return found


def website_host(organization: Organization) -> str:
    """``www.trade.gov`` is ``trade.gov``; empty when there is no website."""
    return (urlsplit(organization.website).hostname or "").removeprefix("www.")


def _belong_together(domain: str, host: str) -> bool:
    """Equal, or one is a part of the other (``mail.trade.gov`` and ``trade.gov``)."""
    return bool(host) and (domain == host or domain.endswith(f".{host}") or host.endswith(f".{domain}"))


def _tell_members(organization: Organization, kind: str, *, occasion: str, **context: Any) -> None:
    members = User.objects.filter(pk__in=organization.memberships.active().values("user"))
    notify(members, kind, about=organization, occasion=occasion, **context)
