""" "This affects us too": firms and chambers stand behind an issue instead of filing it again.

Everybody sees how many are affected, by economy and by sector; who they are, only officials of the Parties see.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from dialogues.filing import Voice, voices
from dialogues.models import Endorsement, Issue
from dialogues.permissions import can_endorse
from portal.accounts import firms
from portal.accounts.models import Organization, User
from portal.accounts.permissions import chamber_ids, organization_ids
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Economy, Sector

#: Fewer firms of one sector are not shown apart: among few, each might be recognized.
FEWEST = 3


@dataclass(frozen=True)
class Affected:
    """How many stand behind an issue, its raiser included. ``by_economy`` and ``by_sector`` count firms, the most
    first; a firm in several sectors counts in each. ``elsewhere``: firms in sectors too few to be shown apart."""

    firms: int
    chambers: int
    by_economy: list[tuple[Economy, int]] = field(default_factory=list)
    by_sector: list[tuple[Sector, int]] = field(default_factory=list)
    elsewhere: int = 0


def voices_for(user: Any, issue: Issue) -> list[Voice]:
    """For whom ``user`` may still endorse ``issue``: as when raising one, without whose issue it is and who did."""
    done = {*issue.endorsements.values_list("organization", flat=True), issue.organization_id}
    found: dict[int, Voice] = {}
    for voice in voices(user, issue.dialogue):
        if voice.organization.pk not in done:
            found.setdefault(voice.organization.pk, voice)
    return list(found.values())


@transaction.atomic
def endorse(issue: Issue, *, organization: Organization, by: User, note: str = "") -> Endorsement:
    """Say that it affects ``organization`` too. Saying it twice changes nothing.

    ``note`` is read by officials alone. Raises ``PermissionDenied`` for who may not; ``ValidationError``: ``settled``
    when it is answered, merged or not public, ``own`` for whose issue it is, ``voice`` for an organization that is not
    hers to speak for or of no Party.
    """
    issue = lock(issue)
    if not issue.takes_endorsements:
        raise ValidationError(_("This issue takes no more firms: it is settled, or not public."), code="settled")
    if not can_endorse(by, issue):
        raise PermissionDenied
    if organization.pk == issue.organization_id:
        raise ValidationError(_("It is this organization's own issue."), code="own")
    there = issue.endorsements.filter(organization=organization).first()
    if organization.pk not in {voice.organization.pk for voice in voices(by, issue.dialogue)}:
        raise ValidationError(_("You cannot speak for this organization here."), code="voice")
    if there is not None:
        return there
    endorsement = Endorsement(issue=issue, organization=organization, by=by, note=note.strip())
    endorsement.full_clean()
    endorsement.save()
    # Not in the issue's own log: more people read that than may know who endorses it.
    record(by, "endorsed", endorsement)
    return endorsement


@transaction.atomic
def take_back(endorsement: Endorsement, *, by: User) -> None:
    """It does not affect the organization any more. Raises ``PermissionDenied`` for who cannot speak for it."""
    if not can_take_back(by, endorsement):
        raise PermissionDenied
    lock(endorsement.issue)
    row = Endorsement.objects.filter(pk=endorsement.pk).first()
    if row is not None:
        record(by, "endorsement_taken_back", row)
        row.delete()


def can_take_back(user: Any, endorsement: Endorsement) -> bool:
    """Whoever is of the organization, or of a chamber that speaks for it."""
    if endorsement.organization_id in organization_ids(user):
        return True
    return firms.firms_of(chamber_ids(user)).filter(pk=endorsement.organization_id).exists()


def own(user: Any, issue: Issue) -> list[Endorsement]:
    """What she may take back: the endorsements of her organizations and of her chambers' member firms."""
    if not user.is_authenticated:
        return []
    spoken_for = firms.firms_of(chamber_ids(user)).values_list("pk", flat=True)
    mine = {*organization_ids(user), *spoken_for}
    return list(issue.endorsements.filter(organization__in=mine).select_related("organization"))


def counts(issues: Iterable[Issue]) -> dict[int, int]:
    """Issue → how many organizations are affected, its raiser included. One query for a page of them."""
    ids = [issue.pk for issue in issues]
    rows = Endorsement.objects.filter(issue__in=ids).order_by().values_list("issue").annotate(number=Count("pk"))
    found = dict(rows)
    return {pk: 1 + found.get(pk, 0) for pk in ids}


def affected(issue: Issue) -> Affected:
    """How many stand behind ``issue``, for everybody to read. Five queries, however many they are."""
    behind = Organization.objects.filter(endorsements__issue=issue) | Organization.objects.filter(
        pk=issue.organization_id
    )
    rows = list(behind.distinct().select_related("economy").order_by("pk"))
    companies = [row for row in rows if row.kind == Organization.Kind.SME]
    economies = Counter(row.economy for row in companies if row.economy)
    by_sector, elsewhere = _by_sector([row.pk for row in companies])
    return Affected(
        firms=len(companies),
        chambers=len(rows) - len(companies),
        by_economy=sorted(economies.items(), key=lambda pair: (-pair[1], pair[0].pk)),
        by_sector=by_sector,
        elsewhere=elsewhere,
    )


def _by_sector(companies: list[int]) -> tuple[list[tuple[Sector, int]], int]:
    """Firms by wide sector, and how many are in sectors with fewer than ``FEWEST``, or in none."""
    named = firms.sectors_of(companies)
    if not named:
        return [], len(companies)
    wanted = {slug for slugs in named.values() for slug in slugs}
    wide = {row.slug: row.parent or row for row in Sector.objects.filter(slug__in=wanted).select_related("parent")}
    of_firm = {firm: {wide[slug] for slug in slugs if slug in wide} for firm, slugs in named.items()}
    numbers = Counter(row for rows in of_firm.values() for row in rows)
    shown = {row for row, number in numbers.items() if number >= FEWEST}
    elsewhere = sum(not of_firm.get(firm, set()) & shown for firm in companies)
    return sorted(((row, numbers[row]) for row in shown), key=lambda pair: (-pair[1], pair[0].pk)), elsewhere
