"""Keeps what is derived from a resource, its search vectors, title order and facets, in step with it."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator

from django.db import models

from portal.languages import Language, column
from portal.search import embedding, searched
from portal.search.text import vectors
from resources import facets
from resources.models import Resource

#: Raise it when the way of indexing changes, so that the next refresh writes every resource anew.
SCHEME = 2

Texts = dict[str, list[tuple[str, str]]]


def refresh(resource: Resource) -> bool:
    """Index ``resource`` again if anything it is found by has changed; return whether it had.

    Costs no write when nothing changed, so it may be called for the whole catalogue.
    """
    texts = searchable(resource)
    orders = {column("order", code): order_key(resource.reading(code).title) for code in Language.values}
    codes = facets.codes(resource)
    digest = _digest(texts, orders, codes)
    if digest == resource.search_digest:
        return False
    Resource.objects.filter(pk=resource.pk).update(**vectors(texts), **orders, facets=codes, search_digest=digest)
    resource.search_digest, resource.facets = digest, codes
    embedding.hint(searched.of(Resource), resource.pk)
    return True


def everything() -> Iterator[Resource]:
    """Every resource with all that :func:`refresh` reads of it, few at a time."""
    read = ("topics", "sectors__parent", "sectors__children", "economies", "agreements")
    rows = Resource.objects.select_related("publisher").prefetch_related(*read)
    return rows.order_by("pk").iterator(chunk_size=500)


def searchable(resource: Resource) -> Texts:
    """What a resource is found by, per language: ``{"en": [(weight A–D, text), …], …}``.

    The labels of its topics, sectors and economies stand in every language, also in one the text is missing in.
    """
    labels = [*_all(resource.topics, "label"), *_all(resource.sectors, "label"), *_all(resource.economies, "name")]
    texts: Texts = {}
    for code in Language.values:
        title, summary, body = resource.text(code)
        named = [getattr(row, column(field, code)) or "" for row, field in labels]
        publisher = getattr(resource.publisher, column("name", code)) or resource.publisher.name
        weighed = [("A", title), ("B", summary), ("C", " \n".join([*named, publisher])), ("D", body)]
        texts[code] = [(weight, text) for weight, text in weighed if text]
    return texts


def order_key(title: str) -> str:
    """Where a title stands in an alphabetical list: without case, accents and leading signs.

    Han characters keep the order of Unicode, which is by radical and then strokes.
    """
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(sign))
    words = "".join(sign if sign.isalnum() else " " for sign in bare).split()
    return " ".join(words)[:200]


def _all(rows: models.Manager, field: str) -> list[tuple[models.Model, str]]:
    # Sorted, so that the digest does not depend on the order in which rows were attached.
    return [(row, field) for row in sorted(rows.all(), key=lambda row: str(row.pk))]


def _digest(texts: Texts, orders: dict[str, str], codes: list[str]) -> str:
    return hashlib.sha256(json.dumps([SCHEME, texts, orders, codes], sort_keys=True).encode()).hexdigest()
