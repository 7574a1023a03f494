"""The finder of the resource list. Every value comes from the address, so each list can be shared and kept."""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.languages import NAMES, column, current
from portal.reference.models import Agreement, Economy, Sector, Topic
from portal.search.text import search
from resources.indexing import order_key
from resources.models import Resource

Choices = list[tuple[str, Any]]


def _sorted(pairs: list[tuple[str, str]]) -> Choices:
    return sorted(pairs, key=lambda pair: order_key(str(pair[1])))


def economy_choices() -> Choices:
    """Economies that have resources, in the order of the reference data."""
    listed = Resource.economies.through.objects.filter(economy=OuterRef("pk"))
    return [(economy.pk, economy.name) for economy in Economy.objects.filter(Exists(listed))]


def topic_choices() -> Choices:
    return _sorted([(topic.slug, topic.label) for topic in Topic.objects.all()])


def sector_choices() -> Choices:
    """The tree: each wider sector with its parts, as groups."""
    sectors = list(Sector.objects.all())
    parts: dict[int | None, list[Sector]] = {}
    for sector in sectors:
        parts.setdefault(sector.parent_id, []).append(sector)
    return [
        (sector.label, [(sector.slug, sector.label), *((part.slug, part.label) for part in parts.get(sector.pk, []))])
        for sector in parts.get(None, [])
    ]


def agreement_choices() -> Choices:
    return [(agreement.slug, str(agreement)) for agreement in Agreement.objects.all()]


def language_choices() -> Choices:
    """The portal's languages; few sources are in another one."""
    return list(NAMES.items())


def _several(label: Any, choices: Choices = ()) -> django_filters.MultipleChoiceFilter:
    return django_filters.MultipleChoiceFilter(label=label, choices=choices, widget=forms.CheckboxSelectMultiple)


#: Filters whose choices are read once for each request.
CHOICES: dict[str, Callable[[], Choices]] = {
    "economy": economy_choices,
    "topic": topic_choices,
    "sector": sector_choices,
    "language": language_choices,
    "agreement": agreement_choices,
}


class ResourceFilter(django_filters.FilterSet):
    """Within one filter the values are alternatives; between filters all must hold.

    What names no economy, sector or audience holds for all of them and is found under each.
    A value we do not know is left out and named in ``form.errors``.
    """

    words = django_filters.CharFilter(label=_("Words"), max_length=300, widget=forms.TextInput({"type": "search"}))
    economy = _several(_("Economy"))
    topic = _several(_("Topic"))
    kind = _several(pgettext_lazy("of a resource", "Kind"), Resource.Kind.choices)
    audience = _several(_("Useful to"), Resource.Audience.choices)
    sector = django_filters.ChoiceFilter(label=_("Sector"), empty_label=_("Every sector"))
    language = _several(_("Language of the source"))
    agreement = _several(_("Agreement"))
    sort = django_filters.ChoiceFilter(
        label=_("Order"),
        choices=[("title", _("By title")), ("newest", _("Newest first"))],
        empty_label=_("Best first"),
    )

    class Meta:
        model = Resource
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, choices in CHOICES.items():
            self.filters[name].extra["choices"] = choices()

    def filter_queryset(self, queryset):
        """Every filter that has a valid value, then the order."""
        chosen = {name: value for name, value in self.form.cleaned_data.items() if value}
        ordering = []
        if codes := chosen.get("economy"):
            queryset = queryset.for_economies(codes)
        for name in ("topic", "agreement"):
            if slugs := chosen.get(name):
                queryset = queryset.filter(_linked(name, slugs))
        if kinds := chosen.get("kind"):
            queryset = queryset.filter(kind__in=kinds)
        if audiences := chosen.get("audience"):
            queryset = queryset.filter(Q(audiences__overlap=audiences) | Q(audiences=[]))
        if languages := chosen.get("language"):
            queryset = queryset.filter(page_languages__overlap=languages)
        if slug := chosen.get("sector"):
            queryset = queryset.for_sector(Sector.objects.get(slug=slug))
            ordering.append("sector_order")
        if words := chosen.get("words"):
            queryset = search(queryset, words)
        ordering += self._order(chosen)
        return queryset.order_by(*ordering, "pk")

    @staticmethod
    def _order(chosen):
        """By rank when there are words; otherwise by the title in the reader's language, byte by byte on a
        stored key, because a database's collation is not the same everywhere."""
        if chosen.get("sort") == "newest":
            return ["-published_at"]
        by_title = column("order", current())
        if chosen.get("words") and chosen.get("sort") != "title":
            return ["-rank", by_title]
        return [by_title]

    def chosen(self) -> dict[str, list[tuple[str, str]]]:
        """The valid values as (value, label) pairs, in the order of the filters, without the sort order."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, value in self.form.cleaned_data.items():
            if not value or name == "sort":
                continue
            values = value if isinstance(value, list) else [value]
            labels = _flat(getattr(self.form.fields[name], "choices", []))
            found[name] = [(item, str(labels.get(item, item))) for item in values]
        return found


def _linked(name, slugs):
    field = {"topic": Resource.topics, "agreement": Resource.agreements}[name]
    return Exists(field.through.objects.filter(**{"resource": OuterRef("pk"), f"{name}__slug__in": slugs}))


def _flat(choices) -> dict[str, Any]:
    labels: dict[str, Any] = {}
    for value, label in choices:
        if isinstance(label, list | tuple):
            labels |= dict(label)
        else:
            labels[str(value)] = label
    return labels
