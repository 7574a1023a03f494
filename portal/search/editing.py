"""What administrators do to the thesaurus. Each verb leaves a row in the log, which later loads respect."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from portal.activity.log import record
from portal.search import thesaurus
from portal.search.loading import circles
from portal.search.models import Concept


@transaction.atomic
def note_edited(concept: Concept, *, by: Any, is_new: bool = False) -> Concept:
    """Bring the terms of ``concept`` into order after they were edited, and let every search know.

    In each language the terms are numbered through from 0; the first is the preferred one.
    """
    concept.terms.update(is_preferred=False)
    numbers: dict[str, int] = {}
    terms = list(concept.terms.order_by("language", "order", "pk"))
    for term in terms:
        term.order = numbers.get(term.language, 0)
        term.is_preferred = term.order == 0
        numbers[term.language] = term.order + 1
    concept.terms.bulk_update(terms, ["order", "is_preferred"])
    record(by, "created" if is_new else "edited", concept)
    thesaurus.renew()
    return concept


@transaction.atomic
def discard(concept: Concept, *, by: Any) -> None:
    """Delete ``concept`` with its terms. A load of the file does not bring it back."""
    record(by, "discarded", concept)
    concept.delete()
    thesaurus.renew()


def would_go_round(concept: Concept, broader: Iterable[Concept]) -> bool:
    """Whether ``concept`` would become wider than itself with these wider concepts."""
    wider: dict[int, set[int]] = {}
    links: Any = Concept.broader.through
    others = links.objects.exclude(from_concept=concept)
    for one, other in others.values_list("from_concept_id", "to_concept_id"):
        wider.setdefault(one, set()).add(other)
    wanted = {other.pk for other in broader}
    return concept.pk in wanted or bool(circles({concept.pk: wanted, **wider}))
