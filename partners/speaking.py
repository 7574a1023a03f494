"""Tells the other rooms which chambers speak for which firms, and what the firms do."""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from partners import claiming
from partners.models import ChamberMember, CompanyProfile
from portal.accounts import firms
from portal.accounts.models import Membership, Organization


class Members:
    """See :class:`portal.accounts.firms.Keeper`."""

    def firms_of(self, chambers: Collection[int]) -> QuerySet[Organization]:
        members = ChamberMember.objects.active().filter(chamber__in=chambers)
        return Organization.objects.filter(pk__in=members.values("company"))

    def chambers_of(self, firms: Collection[int]) -> QuerySet[Organization]:
        members = ChamberMember.objects.active().filter(company__in=firms)
        return Organization.objects.chambers().filter(pk__in=members.values("chamber"))

    def sectors_of(self, firms: Collection[int]) -> Mapping[int, frozenset[str]]:
        through = CompanyProfile.sectors.through.objects.filter(companyprofile__organization__in=firms)
        found: dict[int, set[str]] = {}
        for firm, slug in through.values_list("companyprofile__organization", "sector__slug"):
            found.setdefault(firm, set()).add(slug)
        return {firm: frozenset(slugs) for firm, slugs in found.items()}

    def asked_to_join(self, membership: Membership) -> None:
        claiming.tell_chambers(membership)


def register() -> None:
    """Have the other rooms ask this one; called once, when the app is ready."""
    firms.register(Members())
