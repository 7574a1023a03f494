"""What a person or an organization says about itself."""

from typing import Any

from django.db import transaction

from portal.accounts.models import Organization, User
from portal.accounts.naming import named
from portal.activity.log import record
from portal.languages import column
from portal.lifecycle import lock


@transaction.atomic
def update_organization(*, organization: Organization, by: User, **facts: str) -> Organization:
    """Change ``name``, ``website`` or ``description``; texts are in the organization's own language.

    Leaves no trace when nothing differs.
    """
    organization = lock(organization)
    changed = []
    for fact, value in facts.items():
        field = fact if fact == "website" else column(fact, organization.native_language)
        if (getattr(organization, field) or "") != value:
            setattr(organization, field, value)
            changed.append(field)
    if changed:
        organization.save(update_fields=changed)
        record(by, "edited", organization, fields=sorted(facts))
        if any(field.startswith("name_") for field in changed):
            named.send(Organization, organization=organization)
    return organization


def facts_of(organization: Organization) -> dict[str, Any]:
    """Name, website and description as its managers edit them: in its own language where it has them."""
    language = organization.native_language
    return {
        "name": getattr(organization, column("name", language)) or organization.name,
        "website": organization.website,
        "description": getattr(organization, column("description", language)) or "",
    }


@transaction.atomic
def update_profile(*, by: User, full_name: str, language: str, time_zone: str) -> User:
    """A person's own name, language and time zone (IANA name)."""
    by.full_name, by.language, by.time_zone = full_name, language, time_zone
    by.save(update_fields=["full_name", "language", "time_zone"])
    record(by, "edited", by)
    return by
