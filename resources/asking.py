"""Whom a reader can ask when the portal has no answer, or not the whole of it."""

from collections.abc import Mapping, Sequence

from portal.focal import asking
from portal.focal.models import FocalPoint
from resources.models import Resource


def focal_points(chosen: Mapping[str, Sequence[str]]) -> list[FocalPoint]:
    """The offices that answer for the chosen topics in the chosen economies; empty when neither was chosen.

    ``chosen`` is that of :class:`resources.filters.Asked`.
    """
    return asking.who_answers(economies=chosen.get("economy", ()), topics=chosen.get("topic", ()))


def about(resource: Resource) -> list[FocalPoint]:
    """The offices that answer for a resource's topics in its economies; ``resource`` comes from ``.for_page()``."""
    topics = [topic.slug for topic in resource.topics.all()]
    return asking.who_answers(economies=resource.economy_codes, topics=topics)
