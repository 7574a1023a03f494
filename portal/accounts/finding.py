"""Find the organization one belongs to before creating it twice."""

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest

from portal.accounts.models import Organization, User
from portal.accounts.permissions import organization_ids
from portal.languages import Language, column
from portal.reference.models import Economy

#: Below this, pg_trgm's word similarity finds mostly strangers; 0.45 forgives two typos in a usual name.
ALIKE = 0.45
AT_MOST = 20


def find(*, words: str, economy: Economy | None, by: User) -> QuerySet[Organization]:
    """Organizations whose name, in any language, holds or resembles ``words``; the likest first.

    Leaves out those she is already in. Shows no more of an unverified one than name, kind and economy.
    """
    names = [column("name", language) for language in Language.values]
    holds = Q()
    for name in names:
        holds |= Q(**{f"{name}__icontains": words})
    # Greatest() of PostgreSQL ignores empty columns; all four empty cannot be, but Coalesce says so.
    likeness = Coalesce(Greatest(*[TrigramWordSimilarity(words, F(name)) for name in names]), Value(0.0))
    found = Organization.objects.findable().annotate(likeness=likeness).filter(holds | Q(likeness__gte=ALIKE))
    if economy is not None:
        found = found.filter(Q(economy=economy) | Q(economy=None))
    found = found.exclude(pk__in=organization_ids(by)).select_related("economy")
    return found.order_by("-likeness", "pk")[:AT_MOST]


def owner_of(address: str) -> User | None:
    """The person who has proved that this e-mail address is hers; None for a stranger's, or a closed account's."""
    proved = User.objects.filter(emailaddress__email__iexact=address, emailaddress__verified=True)
    return proved.filter(is_active=True).order_by("pk").first()
