"""Whether a profile still holds: its company confirms it, is asked after a year of silence, and leaves the directory
30 days after that when nobody answers.

Everything is computed from the rows, so a sweep that was late, ran twice or ran in parallel makes up for it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone

from partners import facets, matching, sides
from partners.models import ChamberMember, CompanyProfile
from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.notifications.outbox import notify

#: A profile that nobody has touched for so long is asked about.
SILENT_FOR = timedelta(days=365)
#: So long it stays in the directory after it was asked about.
PATIENCE = timedelta(days=30)


@transaction.atomic
def reaffirm(profile: CompanyProfile, *, by: User) -> CompanyProfile:
    """Say that everything in the profile still holds; return it fresh. Saying it twice does no harm."""
    profile = CompanyProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    profile.confirmed_at = timezone.now()
    profile.asked_at = None
    profile.save(update_fields=["confirmed_at", "asked_at"])
    record(by, "reaffirmed", profile.organization)
    return profile


def last_word(profile: CompanyProfile) -> datetime:
    """The moment its company last changed or confirmed it."""
    return max(profile.changed_at, profile.confirmed_at or profile.changed_at)


def ask_silent(limit: int = 200) -> int:
    """Ask about listed profiles that were silent for a year, once; return of how many. Samples are nobody's to ask.

    A firm with nobody on the portal is asked through the chambers it is a member of.
    """
    with transaction.atomic():
        now = timezone.now()
        due = _listed(Q(last_word__lte=now - SILENT_FOR), Q(asked_at=None) | Q(asked_at__lt=F("last_word")))
        rows = list(due.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:limit])
        for profile in rows:
            profile.asked_at = now
            profile.save(update_fields=["asked_at"])
            _tell(profile, "partners/profile_asked")
    return len(rows)


def hide_silent(limit: int = 200) -> int:
    """Take off the directory what was asked about 30 days ago and not confirmed since; tell its company; how many."""
    with transaction.atomic():
        now = timezone.now()
        due = _listed(Q(asked_at__lte=now - PATIENCE), Q(last_word__lt=F("asked_at")))
        rows = list(due.order_by("pk").select_for_update(skip_locked=True, of=("self",))[:limit])
        for profile in rows:
            profile.is_listed = False
            profile.save(update_fields=["is_listed"])
            facets.keep(CompanyProfile, [profile.pk])
            record(None, "unlisted", profile.organization)
            _tell(profile, "partners/profile_hidden")
        matching.own_requests_changed(*(profile.organization for profile in rows))
    return len(rows)


def _listed(*conditions: Q) -> QuerySet[CompanyProfile]:
    """Listed profiles of real companies for which these hold; ``last_word`` is as the function says."""
    said = Greatest("changed_at", Coalesce("confirmed_at", "changed_at"))
    listed = CompanyProfile.objects.listed().filter(is_sample=False).select_related("organization")
    return listed.annotate(last_word=said).filter(*conditions)


def _tell(profile: CompanyProfile, kind: str) -> None:
    company = profile.organization
    people = sides.people_of([company])
    if not people.exists():
        members = ChamberMember.objects.active().filter(company=company).values("chamber")
        people = sides.people_of(Organization.objects.filter(pk__in=members))
    occasion = f"{profile.asked_at:%Y-%m-%d}" if profile.asked_at else ""
    notify(people, kind, about=profile, occasion=occasion, url=reverse("partners:company-detail", args=[company.slug]))
