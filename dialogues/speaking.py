"""In the name of which Party somebody speaks."""

from dialogues.models import Dialogue
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import delegation, memberships


def speaks_for(user: User, dialogue: Dialogue) -> str | None:
    """The Party (ISO code) in whose name somebody answers: her delegation's, else the one her organization is in."""
    parties = dialogue.party_codes
    acting = sorted(delegation(user) & parties)
    others = (member.organization.economy_id for member in memberships(user))
    return next((code for code in [*acting, *others] if code in parties), None)


def delegates(dialogue: Dialogue) -> dict[User, str]:
    """The officials of the Parties, and the Party (ISO code) each speaks for; by Party, then by name."""
    memberships = Membership.objects.active().filter(
        organization__in=Organization.objects.agencies().filter(economy__in=dialogue.party_codes), user__is_active=True
    )
    rows = memberships.select_related("user", "organization").order_by(
        "organization__economy__order", "organization__economy", "user__full_name", "user"
    )
    found: dict[User, str] = {}
    for row in rows:
        found.setdefault(row.user, row.organization.economy_id)
    return found
