"""Who answers for a topic in an economy: asked by resources, issues and partner requests alike."""

from collections.abc import Collection

from django.db.models import Case, F, IntegerField, Value, When, Window
from django.db.models.functions import RowNumber

from portal.focal.models import FocalPoint, FocalPointQuerySet

#: As many as a reader looks at.
MOST = 3


def who_answers(
    *, economies: Collection[str] = (), topics: Collection[str] = (), limit: int = MOST
) -> list[FocalPoint]:
    """The offices to ask, at most ``limit``, with their organization and economy; one query.

    ``economies`` are ISO codes (none: any), ``topics`` slugs (none: any). Of an economy those that name the topic come
    before those that answer for every topic, and each economy has its first before one has its second. Empty when
    neither was chosen, and when nobody answers.
    """
    if not economies and not topics:
        return []
    found = FocalPoint.objects.current().select_related("organization", "economy")
    if economies:
        found = found.filter(economy__in=economies)
    place = Window(RowNumber(), partition_by=F("economy"), order_by=["preference", "pk"])
    found = _preferred(found, topics).annotate(place=place)
    return list(found.order_by("place", "preference", "economy__order", "economy", "pk")[:limit])


def _preferred(found: FocalPointQuerySet, topics: Collection[str]) -> FocalPointQuerySet:
    """With ``preference``: 0 goes first. Who asks for no topic in particular begins at who answers for all."""
    first = When(is_on_topic=True, then=Value(0)) if topics else When(is_for_all=True, then=Value(0))
    answering = found.answering(topics) if topics else found.with_breadth()
    return answering.annotate(preference=Case(first, default=Value(1), output_field=IntegerField()))
