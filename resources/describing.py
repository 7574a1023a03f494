"""A resource in the words of schema.org, for search engines: the page, and as its main entity what it is about."""

import json
from typing import Any

from django.utils import timezone

from portal.accounts.models import Organization
from resources.models import Reading, Resource, TrainingDate

Kind = Resource.Kind

#: A success case is an article, a tool an application of the web.
TYPES = {
    Kind.GUIDE: "HowTo",
    Kind.PROGRAMME: "GovernmentService",
    Kind.TOOL: "WebApplication",
    Kind.TRAINING: "Course",
    Kind.DATASET: "Dataset",
    Kind.SUCCESS_CASE: "Article",
    Kind.LEGAL_TEXT: "Legislation",
}
#: Dates of a training that are told at most.
DATES = 20
#: Inside <script>: nothing ends the element, whatever a title says.
_INERT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}

Thing = dict[str, Any]


def structured(resource: Resource, reading: Reading, *, page: str, site: str, site_name: str) -> str:
    """JSON-LD for the page of ``resource`` at the address ``page``, safe inside ``<script>``.

    ``reading`` is the text that the page shows, ``site`` the address of the portal's home page.
    """
    described = _page(resource, reading, page, {"@type": "WebSite", "url": site, "name": site_name})
    return json.dumps(described, ensure_ascii=False).translate(_INERT)


def _page(resource: Resource, reading: Reading, page: str, site: Thing) -> Thing:
    moments = [moment for moment in (resource.changed_at, resource.published_at) if moment]
    return _without_gaps(
        {
            "@context": "https://schema.org",
            "@type": "WebPage",
            "@id": page,
            "url": page,
            "name": reading.title,
            "description": reading.summary,
            "inLanguage": reading.language,
            "datePublished": resource.published_at and resource.published_at.isoformat(),
            "dateModified": max(moments).isoformat() if moments else None,
            "lastReviewed": resource.reviewed_on and resource.reviewed_on.isoformat(),
            "isPartOf": site,
            "mainEntity": _entity(resource, reading, page),
        }
    )


def _entity(resource: Resource, reading: Reading, page: str) -> Thing:
    publisher = _organization(resource.publisher)
    areas = [{"@type": "AdministrativeArea", "name": e.name, "identifier": e.pk} for e in resource.economies.all()]
    thing: Thing = {
        "@type": TYPES[Kind(resource.kind)],
        "@id": f"{page}#resource",
        "name": reading.title,
        "description": reading.summary,
        "url": resource.url,
        "audience": [{"@type": "BusinessAudience", "audienceType": str(label)} for label in resource.audience_labels],
    }
    if resource.kind == Kind.PROGRAMME:
        # A service is no creative work: its languages are those of the way to it.
        channel = {"@type": "ServiceChannel", "serviceUrl": resource.url, "availableLanguage": resource.page_languages}
        return _without_gaps(thing | {"provider": publisher, "areaServed": areas, "availableChannel": channel})
    thing |= {
        "publisher": publisher,
        "inLanguage": resource.page_languages,
        "spatialCoverage": areas,
        "about": [{"@type": "Thing", "name": topic.label} for topic in resource.topics.all()],
        "isAccessibleForFree": True if resource.kind == Kind.DATASET else None,
    }
    if resource.kind == Kind.TRAINING:
        thing |= {"provider": publisher, "hasCourseInstance": [_date(date) for date in _dates(resource)]}
    if resource.kind == Kind.LEGAL_TEXT:
        thing["legislationJurisdiction"] = areas
    return _without_gaps(thing)


def _organization(publisher: Organization) -> Thing:
    is_public = publisher.kind == Organization.Kind.AGENCY
    kind = "GovernmentOrganization" if is_public else "Organization"
    return _without_gaps({"@type": kind, "name": publisher.name, "url": publisher.website})


def _dates(resource: Resource) -> list[TrainingDate]:
    return list(resource.dates.filter(is_cancelled=False, ends_at__gte=timezone.now())[:DATES])


def _date(date: TrainingDate) -> Thing:
    return _without_gaps(
        {
            "@type": "CourseInstance",
            "courseMode": "onsite" if date.place else "online",
            "startDate": date.starts_at.isoformat(),
            "endDate": date.ends_at.isoformat(),
            "location": {"@type": "Place", "name": date.place} if date.place else None,
            "inLanguage": date.language,
            "url": date.registration_url,
        }
    )


def _without_gaps(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if value not in (None, "", [])}
