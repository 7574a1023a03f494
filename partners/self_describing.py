"""What a company's own text says, taken over into its profile where its people agree: capacities and codes."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from partners import codes, conditions, directory, matching
from partners.models import Capacity, CompanyProfile
from partners.reading import certificates
from portal.accounts.models import User
from portal.activity.log import record

#: Of more than these nobody keeps track.
MOST = 20
#: Lists of the profile that its text may add to.
LISTS = ("certifications", "languages", "markets", "excluded_economies")


def read(profile: CompanyProfile) -> conditions.CompanyReading:
    """What its text says, in codes; reads it anew each time."""
    return conditions.read_company(profile.capabilities, profile.seeks, profile.language)


def additions(profile: CompanyProfile) -> dict[str, list[str]]:
    """What the text says and the profile does not list yet, by list; unknown codes of markets are left out."""
    reading = read(profile)
    listed = {certificates.spelled(name) for name in profile.certifications}
    implied = {other for name in listed for other in certificates.with_implied([name])}
    found = {
        "certifications": [name for name in reading.certifications if name not in implied],
        "languages": [code for code in reading.languages if code not in {profile.language, *profile.languages}],
        "markets": [code for code in reading.markets if code not in profile.markets],
        "excluded_economies": [code for code in reading.excluded if code not in profile.excluded_economies],
    }
    return {name: values for name, values in found.items() if values}


@transaction.atomic
def take_over(
    profile: CompanyProfile, *, capacities: Iterable[tuple[str, Decimal]], by: User, **lists: Collection[str]
) -> CompanyProfile:
    """Make these the company's capacities, all confirmed, and add to its lists what it agrees to; return it fresh.

    ``lists``: the names in ``LISTS``. Matches are brought up to date.
    Raises ``ValidationError``: ``too_many`` capacities, ``same_unit`` when two have one unit; or for an unknown code.
    """
    wanted = list(capacities)
    if len(wanted) > MOST:
        raise ValidationError(_("Keep to %(most)s capacities.") % {"most": MOST}, code="too_many")
    if len({unit for unit, _amount in wanted}) < len(wanted):
        raise ValidationError(_("Give one amount per unit."), code="same_unit")
    profile = CompanyProfile.objects.select_for_update(of=("self",)).get(pk=profile.pk)
    profile.capacities.all().delete()
    Capacity.objects.bulk_create(
        Capacity(profile=profile, unit=unit, amount=amount, is_confirmed=True) for unit, amount in wanted
    )
    fields: dict[str, Any] = {
        name: list(dict.fromkeys([*getattr(profile, name), *lists[name]])) for name in LISTS if lists.get(name)
    }
    if fields:
        profile = directory.save_profile(profile.organization, by=by, **fields)
    else:
        record(by, "described", profile.organization)
    matching.company_changed(profile.organization)
    return profile


def named(name: str, value: str) -> str:
    """A code of one of the lists in the reader's language."""
    if name == "languages":
        return codes.language_name(value)
    return codes.market_name(value) if name in {"markets", "excluded_economies"} else value
