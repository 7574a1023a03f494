"""What stands around a resource on its page: dates, the programme and its cases, other rooms' panels, what is near."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resources import panels, related
from resources.models import Resource, TrainingDate
from resources.panels import Panel

#: So many of a programme's cases its page names, and so many dates of a training.
MOST = 10


@dataclass(frozen=True)
class Around:
    """``programme``: the one a success case used. ``cases``: those of a programme. ``dates``: those to come."""

    dates: Sequence[TrainingDate]
    programme: Resource | None
    cases: Sequence[Resource]
    panels: Sequence[Panel]
    related: Sequence[Resource]


def of(resource: Resource, user: Any) -> Around:
    """What this reader may see around ``resource``; the cost depends on its kind alone."""
    seen = Resource.objects.visible_to(user).published().prefetch_related("economies")
    kind = resource.kind
    return Around(
        dates=list(resource.dates.coming()[:MOST]) if kind == Resource.Kind.TRAINING else (),
        programme=seen.filter(pk=resource.programme_id).first() if resource.programme_id else None,
        cases=list(seen.filter(programme=resource).by_title()[:MOST]) if kind == Resource.Kind.PROGRAMME else (),
        panels=panels.of(resource, user),
        related=related.near(resource, user),
    )
