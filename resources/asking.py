"""Whom a reader can ask when the portal has no answer."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef

from portal.accounts.models import Organization
from resources.models import Resource

_NAMED = 3


def focal_points(chosen: Mapping[str, Sequence[str]]) -> list[Organization]:
    """Verified agencies of the chosen economies, those that publish on the chosen topics first.

    ``chosen`` is that of :class:`resources.filters.Asked`. Without an economy, those that publish on the
    topics; empty when neither was chosen.
    """
    economies, topics = chosen.get("economy", ()), chosen.get("topic", ())
    published = Resource.objects.published().filter(publisher=OuterRef("pk"))
    on_topic = published.filter(topics__slug__in=topics) if topics else published
    agencies = Organization.objects.agencies().select_related("economy").annotate(answers=Exists(on_topic))
    if economies:
        agencies = agencies.filter(economy__in=economies)
    elif topics:
        agencies = agencies.filter(answers=True)
    else:
        return []
    return list(agencies.order_by("-answers", "pk")[:_NAMED])
