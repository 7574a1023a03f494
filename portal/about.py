"""What the footer leads to: the agreements behind the portal, its open data, accessibility, contact."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from portal.focal.models import FocalPoint
from portal.languages import Language, column
from portal.reference.models import Agreement, Economy, Sector, Topic
from portal.web import show

#: What can be taken away as JSON: name in the address → rows, plain fields, fields with a text per language.
DATASETS: dict[str, tuple[Callable[[], models.QuerySet], tuple[str, ...], tuple[str, ...]]] = {
    "economies": (Economy.objects.all, ("code", "time_zones", "currency", "is_apec_member"), ("name",)),
    "agreements": (
        Agreement.objects.all,
        ("slug", "kind", "languages", "signed_on", "in_force_on", "sme_chapter", "sme_references", "source_url"),
        ("title", "short_name", "description"),
    ),
    "topics": (Topic.objects.all, ("slug", "obligations"), ("label", "description")),
    "sectors": (Sector.objects.all, ("slug", "parent__slug", "isic", "naics", "hs_chapters"), ("label",)),
    "offices": (
        FocalPoint.objects.for_open_data,
        (
            *("organization__slug", "economy", "topic_slugs", "languages"),
            *("email", "phone", "url", "confirmed_at", "is_confirmed"),
        ),
        ("office", "hours"),
    ),
}


def agreements(request: HttpRequest) -> HttpResponse:
    """Each agreement with its Parties and what it says of small firms."""
    rows = Agreement.objects.prefetch_related("parties")
    return show(request, "portal/agreements.html", {"agreements": rows})


def open_data(request: HttpRequest) -> HttpResponse:
    counts = [(name, rows().count()) for name, (rows, _fields, _texts) in DATASETS.items()]
    return show(request, "portal/open_data.html", {"datasets": counts})


def dataset(request: HttpRequest, name: str) -> JsonResponse:
    """One reference list as JSON, open to every origin: ``{"economies": [{"code": "TW", "name": {"en": …}}]}``.

    Of offices only those that are in the directory; ``topic_slugs`` empty means every topic, ``confirmed_at`` is UTC.
    """
    if name not in DATASETS:
        raise Http404
    rows, fields, texts = DATASETS[name]
    response = JsonResponse({name: list(_rows(rows(), fields, texts))}, json_dumps_params={"ensure_ascii": False})
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _rows(rows: models.QuerySet, fields: Iterable[str], texts: Iterable[str]) -> Iterable[dict[str, Any]]:
    columns = [column(text, language) for text in texts for language in Language.values]
    for row in rows.values(*fields, *columns):
        by_language = {
            text: {code: row[column(text, code)] for code in Language.values if row[column(text, code)]}
            for text in texts
        }
        yield {field.removesuffix("__slug"): row[field] for field in fields} | by_language


def accessibility(request: HttpRequest) -> HttpResponse:
    return show(request, "portal/accessibility.html", {})


def contact(request: HttpRequest) -> HttpResponse:
    """Whom to ask; each copy of the portal names its own address."""
    return show(request, "portal/contact.html", {"address": settings.CONTACT_EMAIL})
