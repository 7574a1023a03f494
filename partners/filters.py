"""The filters of the two lists. Every value comes from the address, so each list can be shared and kept."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners import choices
from partners.models import CompanyProfile, Ownership, PartnerRequest, Size
from portal.accounts.models import Organization
from portal.reference.models import Economy, Sector
from portal.search.text import search


def _several(label: Any, of: Any) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(label=label, choices=of, widget=forms.CheckboxSelectMultiple)


def _words() -> django_filters.CharFilter:
    return django_filters.CharFilter(label=_("Words"), max_length=300, widget=forms.TextInput({"type": "search"}))


def _one(label: Any, of: Any, empty: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, choices=of, empty_label=empty)


def _economies_with_requests() -> choices.Choices:
    return _named(PartnerRequest.objects.open().values("company__economy"))


def _economies_aimed_at() -> choices.Choices:
    return _named(PartnerRequest.objects.open().filter(target_economies__isnull=False).values("target_economies"))


def _economies_with_companies() -> choices.Choices:
    return _named(CompanyProfile.objects.listed().values("organization__economy"))


def _named(codes: QuerySet) -> choices.Choices:
    found = Economy.objects.filter(pk__in=codes.order_by())
    return [(economy.pk, economy.name) for economy in found]


class ListFilter(django_filters.FilterSet):
    """Within one filter the values are alternatives; between filters all must hold; unknown values are left out."""

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        for name, value in self.form.cleaned_data.items():
            if value and name != "words":
                queryset = getattr(self, f"by_{name}")(queryset, value)
        if words := self.form.cleaned_data.get("words"):
            return search(queryset, words)
        return queryset

    def by_sector(self, queryset: QuerySet, slug: str) -> QuerySet:
        """A wider sector holds its parts."""
        wanted = Sector.objects.filter(Q(slug=slug) | Q(parent__slug=slug)).order_by()
        through = queryset.model.sectors.through
        row = queryset.model._meta.model_name
        return queryset.filter(Exists(through.objects.filter(**{row: OuterRef("pk")}, sector__in=wanted)))


class RequestFilter(ListFilter):
    words = _words()
    type = _several(_("Type"), PartnerRequest.Type.choices)
    economy = _several(_("The firm is in"), _economies_with_requests)
    target = _several(_("Partners wanted in"), _economies_aimed_at)
    sector = _one(_("Sector"), choices.sectors, _("Every sector"))

    class Meta:
        model = PartnerRequest
        fields: list[str] = []

    def by_type(self, queryset, values):
        return queryset.filter(type__in=values)

    def by_economy(self, queryset, values):
        return queryset.filter(company__economy__in=values)

    def by_target(self, queryset, values):
        """A request that names no economy seeks partners anywhere."""
        aims = PartnerRequest.target_economies.through.objects.filter(partnerrequest=OuterRef("pk"))
        return queryset.filter(Q(Exists(aims.filter(economy__in=values))) | ~Q(Exists(aims)))


class CompanyFilter(ListFilter):
    words = _words()
    economy = _several(_("Economy"), _economies_with_companies)
    sector = _one(_("Sector"), choices.sectors, _("Every sector"))
    market = _one(_("Serves the market"), choices.markets, _("Every market"))
    language = _one(_("Speaks"), choices.languages, _("Every language"))
    ownership = _several(_("Ownership"), Ownership.choices)
    size = _several(_("Size"), Size.choices)

    class Meta:
        model = CompanyProfile
        fields: list[str] = []

    def by_economy(self, queryset, values):
        return queryset.filter(organization__economy__in=values)

    def by_market(self, queryset, code):
        return queryset.filter(Q(markets__contains=[code]) | Q(organization__economy=code))

    def by_language(self, queryset, code):
        return queryset.filter(Q(languages__contains=[code]) | Q(language=code))

    def by_ownership(self, queryset, values):
        return queryset.filter(ownership_tags__overlap=values)

    def by_size(self, queryset, values):
        return queryset.filter(size__in=values)


class OrganizationFilter(ListFilter):
    words = _words()
    kind = _several(
        _("Kind"),
        [(kind, kind.label) for kind in (Organization.Kind.CHAMBER, Organization.Kind.AGENCY)],
    )
    economy = _one(_("Economy"), choices.economies, _("Every economy"))

    class Meta:
        model = Organization
        fields: list[str] = []

    def filter_queryset(self, queryset):
        """Organizations have no search vectors; there are few, and people look for a part of the name."""
        found = self.form.cleaned_data
        if found.get("kind"):
            queryset = queryset.filter(kind__in=found["kind"])
        if found.get("economy"):
            queryset = queryset.filter(economy=found["economy"])
        for word in found.get("words", "").split()[:10]:
            names = Q()
            for column in ("name_en", "name_zh_hant", "name_es", "name_fr"):
                names |= Q(**{f"{column}__icontains": word})
            queryset = queryset.filter(names)
        return queryset
