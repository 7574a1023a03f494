"""What a firm says of itself, and which chambers may speak for it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from partners import facets, matching, sides, vouching
from partners.models import ChamberMember, CompanyProfile
from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.languages import column
from portal.lifecycle import move
from portal.notifications.outbox import notify
from portal.reference.models import Economy
from portal.search.text import vectors


@transaction.atomic
def save_profile(company: Organization, *, by: User, **fields: Any) -> CompanyProfile:
    """Write the firm's profile, the first time or again; the workers bring its matches up to date.

    ``fields`` are those of :class:`CompanyProfile`; ``sectors`` is a list.
    Raises ``ValidationError`` for what the model refuses, and ``contact`` when that person is not of the firm.
    """
    sectors = fields.pop("sectors", None)
    contact = fields.get("contact")
    if contact and not sides.people_of([company]).filter(pk=contact.pk).exists():
        raise ValidationError({"contact": _("The contact person must belong to the company.")}, code="contact")
    _one_at_a_time(company)  # of two first saves the second finds the first one's row
    profile = CompanyProfile.objects.filter(organization=company).first()
    profile = profile or CompanyProfile(organization=company)
    for name, value in fields.items():
        setattr(profile, name, value)
    profile.changed_at = timezone.now()
    profile.full_clean()
    profile.save()
    if sectors is not None:
        profile.sectors.set(sectors)
    index(profile)
    record(by, "described", company)
    matching.company_changed(company)
    return profile


def index(profile: CompanyProfile) -> None:
    """Make the profile findable by name and text, in the language it is written in, and countable by its facets."""
    company = profile.organization
    texts = [
        ("A", str(company)),
        ("B", profile.city),
        ("B", " ".join(profile.certifications)),
        ("C", profile.capabilities),
        ("D", profile.seeks),
    ]
    CompanyProfile.objects.filter(pk=profile.pk).update(**vectors({profile.language: texts}))
    facets.keep(CompanyProfile, [profile.pk])


@transaction.atomic
def register_firm(
    chamber: Organization, *, name: str, language: str, by: User, economy: Economy | None = None, **fields: Any
) -> ChamberMember:
    """Enter a member firm that has nobody on the portal; the chamber vouches and answers for it.

    ``fields`` go to its profile, which is not listed. The firm is of the chamber's economy.
    """
    company = Organization(
        slug=_slug(name), kind=Organization.Kind.SME, economy=economy or chamber.economy, native_language=language
    )
    for code in ("en", language):
        setattr(company, column("name", code), name)
    company.full_clean()
    company.save()
    profile = CompanyProfile(organization=company, language=language, **fields)
    profile.full_clean()
    profile.save()
    index(profile)
    member = ChamberMember.objects.create(
        chamber=chamber,
        company=company,
        status=ChamberMember.Status.ACTIVE,
        is_registered_by_chamber=True,
        asked_by=by,
        since=timezone.now(),
    )
    record(by, "registered", company, chamber=chamber.slug)
    return member


@transaction.atomic
def ask_to_join(chamber: Organization, *, company: Organization, by: User) -> ChamberMember:
    """Ask a firm to let the chamber post requests for it; its people are told and its manager decides.

    Raises ``ValidationError(code="already")`` when it was asked or is a member.
    """
    company = _one_at_a_time(company)  # of two clicks the second sees the first one's question
    open_ones = ChamberMember.objects.filter(
        chamber=chamber, company=company, status__in=[ChamberMember.Status.ASKED, ChamberMember.Status.ACTIVE]
    )
    if company.kind != Organization.Kind.SME:
        raise ValidationError(_("Only a company can be a member firm."), code="kind")
    if open_ones.exists():
        raise ValidationError(_("This company has been asked already, or is a member."), code="already")
    member = ChamberMember.objects.create(chamber=chamber, company=company, asked_by=by)
    record(by, "asked", member)
    notify(sides.people_of([company]), "partners/membership_asked", about=member)
    return member


@transaction.atomic
def agree(member: ChamberMember, *, by: User) -> ChamberMember:
    """The firm lets the chamber speak for it."""
    member = move(member, ChamberMember.Status.ACTIVE, by=by, verb="agreed", since=timezone.now())
    people = sides.people_of([member.chamber])
    notify(people, "partners/membership_agreed", about=member, url=reverse("partners:member-list"))
    return member


@transaction.atomic
def refuse(member: ChamberMember, *, by: User) -> ChamberMember:
    """The firm does not let the chamber speak for it."""
    return move(member, ChamberMember.Status.DECLINED, by=by, verb="refused")


@transaction.atomic
def end(member: ChamberMember, *, by: User) -> ChamberMember:
    """Either side ends it; requests already published stay as they are, and the chamber vouches no longer."""
    member = move(member, ChamberMember.Status.ENDED, by=by, verb="ended")
    vouching.end_with(member, by=by)
    return member


def _one_at_a_time(company: Organization) -> Organization:
    """Hold the company's row, yet let others refer to it meanwhile: matches do, and would wait in a circle."""
    return Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=company.pk)


def _slug(name: str) -> str:
    """A short name for addresses; names in other scripts leave only the random part."""
    return f"{slugify(name)[:60]}-{get_random_string(6, 'abcdefghjkmnpqrstuvwxyz23456789')}".strip("-")
