"""How resources are searched: what of them is encoded, and by which tags they are found."""

from django.db import models

from portal.languages import Language, column
from portal.search import searched
from portal.search.searched import Passages
from resources import indexing
from resources.models import TRANSLATED, Resource, ResourceMeaning


def declare() -> None:
    """Tell the search engine about resources; called once, when the app is ready."""
    searched.declare(
        searched.Searched(
            model=Resource,
            meaning=ResourceMeaning,
            passages=passages,
            prepared=prepared,
            indexed="search_digest",
            facets="facets",
            publisher="publisher__slug",
            index=indexing.refresh,
            written={code: [column(field, code) for field in TRANSLATED] for code in Language.values},
        )
    )


def prepared() -> models.QuerySet:
    return Resource.objects.all()


def passages(resource: Resource) -> Passages:
    """Title and summary, in each language they are written in. The body measured worse, alone and with them."""
    found = {}
    for code in Language.values:
        title, summary, _body = resource.text(code)
        if title:
            found[code] = [f"{title}. {summary}".strip()]
    return found
