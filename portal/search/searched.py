"""Which models are searched, and by what of them. Each app declares its own once, when it is ready.

    searched.declare(searched.Searched(model=Resource, meaning=ResourceMeaning, passages=passages, …))

The model has the columns of :class:`portal.search.text.SearchVectors`; everything else is optional.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from portal.search.meaning import Meaning

#: Language → the passages of it that are encoded, one vector each.
Passages = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Searched:
    """How one model is searched.

    ``meaning``: its model of vectors. ``passages``: what is encoded of an object. ``prepared``: the queryset
    that ``passages`` reads without further queries. ``indexed``: a column that changes whenever the text does.
    ``facets``: an array column of prefixed codes ("economy:US", "topic:customs-procedures", "sector:food",
    "economy:*" when any). ``written``: language → the columns of its texts, for the list of known words.
    ``publisher``: path to the slug of who publishes it; the thesaurus knows public
    bodies by the same slug. ``index``: writes anew what an object is found by, where the labels of its tags are a part
    of that.
    """

    model: type[models.Model]
    meaning: type[Meaning] | None = None
    passages: Callable[[Any], Passages] | None = None
    prepared: Callable[[], models.QuerySet] | None = None
    indexed: str = ""
    facets: str = ""
    publisher: str = ""
    written: Mapping[str, Sequence[str]] = field(default_factory=dict)
    index: Callable[[Any], object] | None = None

    @property
    def label(self) -> str:
        return self.model._meta.label


_declared: dict[str, Searched] = {}


def declare(entry: Searched) -> None:
    """Register ``entry``; a second declaration of the same model replaces the first."""
    _declared[entry.label] = entry


def of(model: type[models.Model]) -> Searched:
    """Return how ``model`` is searched; a model that declared nothing is searched by its words alone."""
    concrete = model._meta.concrete_model or model
    return _declared.get(concrete._meta.label) or Searched(model=concrete)


def by_label(label: str) -> Searched:
    """Return the entry of ``"resources.Resource"``. Raises ``KeyError`` when nothing is declared for it."""
    return _declared[label]


def declared() -> list[Searched]:
    return list(_declared.values())


def with_meaning() -> list[Searched]:
    """Every declared model whose texts are encoded."""
    return [entry for entry in _declared.values() if entry.meaning is not None]
