"""A chamber's member firms and requests to take away as CSV, line by line: many need no more memory than few.

A firm's contact is not in it: nobody reads that before both sides agreed.
"""

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from partners import condition_cells, sheets
from partners.models import ChamberMember, CompanyProfile, FirmImport, PartnerRequest
from portal.accounts.models import Organization

CHUNK = 200


def lines(chamber: Organization, kind: str) -> Iterator[bytes]:
    """The header and a row for each, with the mark by which spreadsheets know UTF-8, as they are now."""
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + writer.writerow(sheets.columns(kind))
    for values in _members(chamber) if kind == FirmImport.Kind.MEMBERS else _requests(chamber):
        yield writer.writerow(sheets.cells(kind, values))


def members_of(chamber: Organization) -> QuerySet[ChamberMember]:
    """The member firms that an export has: those for which the chamber speaks."""
    return ChamberMember.objects.active().filter(chamber=chamber, company__profile__isnull=False).order_by("pk")


def requests_of(chamber: Organization) -> QuerySet[PartnerRequest]:
    """The requests that an export has: what the chamber posted or reviewed, in every state."""
    return PartnerRequest.objects.filter(chamber=chamber).order_by("pk")


def request_values(request: PartnerRequest) -> dict[str, Any]:
    """What a request says and asks, by column."""
    return sheets.request_values(request) | condition_cells.values(request.conditions.all())


def _members(chamber: Organization) -> Iterator[dict[str, Any]]:
    ids = list(members_of(chamber).values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        members = ChamberMember.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk")
        firms = {member.company_id: member for member in members}
        profiles = CompanyProfile.objects.filter(organization__in=firms).for_rows()
        by_firm = {profile.organization_id: profile for profile in profiles}
        for firm, member in firms.items():
            if profile := by_firm.get(firm):
                yield sheets.profile_values(profile) | {
                    "economy": profile.organization.economy_id,
                    "entered_by_the_chamber": member.is_registered_by_chamber,
                    "member_since": member.since and member.since.date(),
                    "listed": profile.is_listed,
                }


def _requests(chamber: Organization) -> Iterator[dict[str, Any]]:
    ids = list(requests_of(chamber).values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        chunk = PartnerRequest.objects.filter(pk__in=ids[start : start + CHUNK]).prefetch_related("conditions")
        for request in chunk.for_rows().order_by("pk"):
            yield request_values(request) | {
                "company_name": str(request.company),
                "status": request.status,
                "published_on": request.published_at and request.published_at.date(),
            }


class _Echo:
    """What the csv module writes to, and gets back as bytes."""

    def write(self, text: str) -> bytes:
        return text.encode()
