"""The facets resources are filtered and counted by, and the codes that a resource holds in them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.search.facets import ANY, code
from resources.models import Resource

#: Facets in the order of the page, with their labels.
LABELS = {
    "economy": _("Economy"),
    "topic": _("Topic"),
    "kind": pgettext_lazy("of a resource", "Kind"),
    "sector": _("Sector"),
    "audience": _("Useful to"),
    "language": _("Language of the source"),
    "agreement": _("Agreement"),
}


def codes(resource: Resource) -> list[str]:
    """What ``resource`` is found under, in a fixed order: ``["agreement:usmca", "audience:*", "economy:US", …]``.

    What names no audience or no sector holds for each (``*``); so does, for the economies, what is not bound
    to any. A part of a sector is found under the wider sector too, and a wider sector under each of its parts.
    Reads the related rows, so prefetch them when there are many resources.
    """
    bound = resource.scope == Resource.Scope.ECONOMY
    held = {
        "economy": {economy.pk for economy in resource.economies.all()} if bound else {ANY},
        "topic": {topic.slug for topic in resource.topics.all()},
        "kind": {resource.kind},
        "sector": _sectors(resource) or {ANY},
        "audience": set(resource.audiences) or {ANY},
        "language": set(resource.page_languages),
        "agreement": {agreement.slug for agreement in resource.agreements.all()},
    }
    return sorted(code(facet, value) for facet, values in held.items() for value in values)


def _sectors(resource: Resource) -> set[str]:
    tagged = resource.sectors.all()
    wider = {sector.parent.slug for sector in tagged if sector.parent}
    parts = {part.slug for sector in tagged for part in sector.children.all()}
    return {sector.slug for sector in tagged} | wider | parts
