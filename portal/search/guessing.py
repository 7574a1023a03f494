"""Which topics a query may be about although it uses no word of the thesaurus: those of the concepts whose names
mean nearly the same. "My trailer waits at the bridge" names nothing, and lies next to clearance and trucking."""

import hashlib
from collections.abc import Iterator

from django.db import transaction

from portal.languages import Language
from portal.search import meaning, semantic, thesaurus
from portal.search.concepts import ConceptMeaning

#: How many concepts are asked, and from which likeness on they say something at all.
ASKED, FLOOR = 5, 0.3
#: So many of a concept's names in one language are encoded together.
NAMES = 6
BATCH = 256

Passage = tuple[int, str, str]

#: A common table expression: topic → its share of what the nearest concepts say, 0 to 1. Each concept counts once.
SQL = """
    SELECT topic.slug, sum(near.weight) / (SELECT nullif(sum(weight), 0) FROM near) AS share
    FROM near JOIN search_concept_topics link ON link.concept_id = near.concept_id
    JOIN reference_topic topic ON topic.id = link.topic_id GROUP BY topic.slug
"""
NEAR = f"""
    SELECT concept_id, power(greatest(max(likeness) - {FLOOR}, 0), 1.5) AS weight FROM (
        SELECT concept_id, 1 - (vector <=> %(vector0)s) AS likeness FROM search_conceptmeaning
        ORDER BY vector <=> %(vector0)s LIMIT {ASKED * 4}
    ) nearest GROUP BY concept_id ORDER BY weight DESC LIMIT {ASKED}
"""  # noqa: S608 -- constants

NOTHING_NEAR = "SELECT NULL::bigint AS concept_id, 0::float AS weight WHERE false"


def is_ready() -> bool:
    return meaning.is_ready(ConceptMeaning)


def refresh() -> int:
    """Encode the names of concepts that have changed; return how many. Costs one statement when none has."""
    if not is_ready():
        return 0
    wanted = {(pk, language): (text, _digest(text)) for pk, language, text in _passages()}
    stored = {
        (pk, language): (row, digest)
        for row, pk, language, digest in ConceptMeaning.objects.values_list("pk", "concept_id", "language", "digest")
    }
    gone = [row for place, (row, digest) in stored.items() if wanted.get(place, ("", ""))[1] != digest]
    fresh = [place for place, (_text, digest) in wanted.items() if stored.get(place, (0, ""))[1] != digest]
    vectors = semantic.encode([wanted[place][0] for place in fresh])
    with transaction.atomic():
        ConceptMeaning.objects.filter(pk__in=gone).delete()
        ConceptMeaning.objects.bulk_create(
            [
                ConceptMeaning(concept_id=pk, language=language, vector=vector, digest=wanted[pk, language][1])
                for (pk, language), vector in zip(fresh, vectors, strict=True)
            ],
            batch_size=BATCH,
            ignore_conflicts=True,  # encoded by another worker meanwhile
        )
    return len(fresh)


def _passages() -> Iterator[Passage]:
    """Places say nothing about a topic; a concept without one does: that the question may have none."""
    for concept in thesaurus.current().meanings.values():
        if not concept.is_place:
            for language in Language.values:
                if names := concept.terms.get(language):
                    yield concept.concept_id, language, " ; ".join(names[:NAMES])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
