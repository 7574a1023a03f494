"""The filters of the lists of clusters and of mentors. Every value comes from the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners import choices
from partners.models import Cluster, PartnerRequest
from portal.languages import Language
from portal.reference.models import Economy, Sector
from portal.search.text import search

#: Of what somebody types into the list of clusters, so many words count.
MOST_WORDS = 10


def _economies_of(rows: QuerySet, column: str) -> choices.Choices:
    found = Economy.objects.filter(pk__in=rows.order_by().values(column))
    return [(economy.pk, economy.name) for economy in found]


def _economies_with_clusters() -> choices.Choices:
    return _economies_of(Cluster.objects.filter(is_public=True), "economy")


def _economies_with_mentors() -> choices.Choices:
    mentors = PartnerRequest.objects.open().filter(type=PartnerRequest.Type.MENTORSHIP_OFFER)
    return _economies_of(mentors, "company__economy")


def _words() -> django_filters.CharFilter:
    return django_filters.CharFilter(label=_("Words"), max_length=300, widget=forms.TextInput({"type": "search"}))


def _economy(of: Any) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(label=_("Economy"), choices=of, widget=forms.CheckboxSelectMultiple)


def _sector() -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=_("Sector"), choices=choices.sectors, empty_label=_("Every sector"))


def _yes(label: Any) -> django_filters.BooleanFilter:
    return django_filters.BooleanFilter(label=label, widget=forms.CheckboxInput)


class GatheringFilter(django_filters.FilterSet):
    """Within one filter the values are alternatives; between filters all must hold; unknown values are left out."""

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        for name, value in self.form.cleaned_data.items():
            if value:
                queryset = getattr(self, f"by_{name}")(queryset, value)
        return queryset

    def by_sector(self, queryset: QuerySet, slug: str) -> QuerySet:
        """A wider sector holds its parts."""
        wanted = Sector.objects.filter(Q(slug=slug) | Q(parent__slug=slug)).order_by()
        through = queryset.model.sectors.through
        row = queryset.model._meta.model_name
        return queryset.filter(Exists(through.objects.filter(**{row: OuterRef("pk")}, sector__in=wanted)))


class ClusterFilter(GatheringFilter):
    words = _words()
    economy = _economy(_economies_with_clusters)
    sector = _sector()
    joinable = _yes(_("Companies may ask to join"))

    class Meta:
        model = Cluster
        fields: list[str] = []

    def by_words(self, queryset: QuerySet, words: str) -> QuerySet:
        """There are few clusters, and people look for a part of the name."""
        for word in words.split()[:MOST_WORDS]:
            queryset = queryset.filter(
                Q(name__icontains=word) | Q(description__icontains=word) | Q(capability__icontains=word)
            )
        return queryset

    def by_economy(self, queryset: QuerySet, values: list[str]) -> QuerySet:
        return queryset.filter(economy__in=values)

    def by_joinable(self, queryset: QuerySet, _value: bool) -> QuerySet:
        return queryset.filter(is_open=True)


class MentorFilter(GatheringFilter):
    """Of offers with their places (partners/mentoring.py). Words come last: they bring an order of their own."""

    economy = _economy(_economies_with_mentors)
    sector = _sector()
    language = django_filters.ChoiceFilter(
        label=_("Written in"), choices=Language.choices, empty_label=_("Every language")
    )
    free = _yes(_("With free places"))
    words = _words()

    class Meta:
        model = PartnerRequest
        fields: list[str] = []

    def by_words(self, queryset: QuerySet, words: str) -> QuerySet:
        return search(queryset, words)

    def by_economy(self, queryset: QuerySet, values: list[str]) -> QuerySet:
        return queryset.filter(company__economy__in=values)

    def by_language(self, queryset: QuerySet, code: str) -> QuerySet:
        return queryset.filter(language=code)

    def by_free(self, queryset: QuerySet, _value: bool) -> QuerySet:
        return queryset.filter(places_free__gt=0, paused_at=None)
