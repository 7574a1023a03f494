"""The filters of the directory of offices. Every value comes from the address, so each list can be shared."""

import django_filters
from django.utils.translation import gettext_lazy as _

from portal.focal.models import FocalPoint, FocalPointQuerySet
from portal.languages import NAMES
from portal.reference.models import Economy, Topic


def _topics() -> list[tuple[str, str]]:
    return [(topic.slug, topic.label) for topic in Topic.objects.all()]


def _economies() -> list[tuple[str, str]]:
    """Those that have an office."""
    listed = FocalPoint.objects.current().order_by().values("economy")
    return [(economy.pk, economy.name) for economy in Economy.objects.filter(pk__in=listed)]


class FocalPointFilter(django_filters.FilterSet):
    topic = django_filters.ChoiceFilter(
        label=_("Topic"), choices=_topics, empty_label=_("Every topic"), method="by_topic"
    )
    economy = django_filters.ChoiceFilter(
        label=_("Economy"), choices=_economies, empty_label=_("Every economy"), field_name="economy"
    )
    language = django_filters.ChoiceFilter(
        label=_("Answers in"), choices=list(NAMES.items()), empty_label=_("Every language"), method="by_language"
    )

    class Meta:
        model = FocalPoint
        fields: list[str] = []

    def by_topic(self, queryset: FocalPointQuerySet, _name: str, slug: str) -> FocalPointQuerySet:
        """An office that answers for every topic answers for this one too."""
        return queryset.answering([slug])

    def by_language(self, queryset: FocalPointQuerySet, _name: str, code: str) -> FocalPointQuerySet:
        return queryset.filter(languages__contains=[code])
