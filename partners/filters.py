"""The filters of the list of organizations. Every value comes from the address, so the list can be shared and kept."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners import choices
from portal.accounts.models import Organization


def _several(label: Any, of: Any) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(label=label, choices=of, widget=forms.CheckboxSelectMultiple)


def _words() -> django_filters.CharFilter:
    return django_filters.CharFilter(label=_("Words"), max_length=300, widget=forms.TextInput({"type": "search"}))


def _one(label: Any, of: Any, empty: Any) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=label, choices=of, empty_label=empty)


class OrganizationFilter(django_filters.FilterSet):
    """Within one filter the values are alternatives; between filters all must hold; unknown values are left out."""

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
