"""What other rooms know of firms: which chambers speak for them, and in which sectors they work.

The room that keeps such things registers itself when it is ready; whoever needs them asks here, and knows nothing of
that room. Until somebody registers, no chamber speaks for any firm.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from django.db.models import QuerySet

from portal.accounts.models import Membership, Organization


class Keeper(Protocol):
    """Who keeps it. Each answer costs one query at most."""

    def firms_of(self, chambers: Collection[int]) -> QuerySet[Organization]:
        """The firms that these chambers registered or vouch for."""

    def chambers_of(self, firms: Collection[int]) -> QuerySet[Organization]:
        """The verified chambers that speak for one of these firms."""

    def sectors_of(self, firms: Collection[int]) -> Mapping[int, frozenset[str]]:
        """Firm → slugs of the sectors it named; firms that named none are left out."""

    def asked_to_join(self, membership: Membership) -> None:
        """Somebody asks to join a firm: whoever entered it may know her. In the transaction of the request."""


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    """Ask ``keeper`` from now on; a later one takes the place of an earlier one."""
    _keepers[:] = [keeper]


def firms_of(chambers: Collection[int]) -> QuerySet[Organization]:
    """The firms that these chambers registered or vouch for."""
    return _keepers[0].firms_of(chambers) if _keepers and chambers else Organization.objects.none()


def chambers_of(firms: Collection[int]) -> QuerySet[Organization]:
    """The verified chambers that speak for one of these firms."""
    return _keepers[0].chambers_of(firms) if _keepers and firms else Organization.objects.none()


def speaks_for(chamber: int, firm: int) -> bool:
    """Whether this chamber speaks for this firm now."""
    return firms_of([chamber]).filter(pk=firm).exists()


def sectors_of(firms: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Firm → slugs of the sectors it named; firms that named none are left out."""
    return _keepers[0].sectors_of(firms) if _keepers and firms else {}


def asked_to_join(membership: Membership) -> None:
    """Let the keeper know that somebody asks to join an organization."""
    if _keepers:
        _keepers[0].asked_to_join(membership)
