"""Concepts of the search thesaurus."""

from portal.languages import Language
from portal.search import thesaurus
from portal.search.models import Concept, Term
from portal.search.wording import is_acronym
from tests.factories.reference import economy, sector, topic


def concept(slug, *, broader=(), related=(), topics=(), sectors=(), economies=(), **labels):
    """``concept("export", en=["export", "sell abroad"])``; in other languages it is called by its slug."""
    row = Concept.objects.create(slug=slug)
    for language in Language:
        texts = labels.get(language.replace("-", "_"), [slug.replace("-", " ")])
        for order, text in enumerate(texts):
            Term.objects.create(
                concept=row,
                language=language,
                text=text,
                order=order,
                is_preferred=order == 0,
                is_acronym=is_acronym(text),
            )
    row.broader.set(broader)
    row.related.set(related)
    row.topics.set([topic(name) for name in topics])
    row.sectors.set([sector(name) for name in sectors])
    row.economies.set([economy(code) for code in economies])
    thesaurus.renew()
    return row
