"""How issues are searched: by which texts, which codes and which meaning.

What everybody may read is found by its public text alone: a word of what was filed must not lead to it. Before that
an issue is found, by those who may see it, by what was filed.
"""

import hashlib
import json

from django.db import models

from dialogues.models import Issue, IssueMeaning
from portal.languages import Language, column
from portal.search import embedding, searched
from portal.search.facets import ANY, code
from portal.search.searched import Passages
from portal.search.text import vectors

#: Raise it when the way of indexing changes, so that the next refresh writes every issue anew.
SCHEME = 1
#: The written fields that everybody may read.
PUBLIC = ("public_title", "public_text")
#: Characters of a text that are encoded after its title.
_ENCODED = 600

Texts = dict[str, list[tuple[str, str]]]


def declare() -> None:
    """Tell the search engine about issues; called once, when the app is ready."""
    searched.declare(
        searched.Searched(
            model=Issue,
            meaning=IssueMeaning,
            passages=passages,
            prepared=Issue.objects.all,
            indexed="search_digest",
            facets="facets",
            index=refresh,
            written={language: [column(field, language) for field in PUBLIC] for language in Language.values},
        )
    )


def refresh(issue: Issue) -> bool:
    """Index ``issue`` again if anything it is found by has changed; return whether it had.

    Called by every verb that changes its texts, tags or publication; its state keeps itself (``Issue.save``). Costs no
    write when nothing changed. A draft is found by nothing.
    """
    if issue.status == Issue.Status.DRAFT:
        return False
    texts, held = searchable(issue), codes(issue)
    digest = hashlib.sha256(json.dumps([SCHEME, texts, held], sort_keys=True).encode()).hexdigest()
    if digest == issue.search_digest:
        return False
    Issue.objects.filter(pk=issue.pk).update(**vectors(texts), facets=held, search_digest=digest)
    issue.search_digest, issue.facets = digest, held
    embedding.hint(searched.of(Issue), issue.pk)
    return True


def searchable(issue: Issue) -> Texts:
    """What it is found by, per language: ``{"en": [(weight A–D, text), …], …}``.

    The labels of its topics, sectors and economies stand in every language, also in one the text is missing in.
    """
    tagged = [(row, "label") for row in (*issue.topics.order_by("pk"), *issue.sectors.order_by("pk"))]
    tagged += [(row, "name") for row in (issue.economy, issue.concerns) if row]
    texts: Texts = {}
    for language in Language.values:
        labels = " \n".join(getattr(row, column(field, language)) or "" for row, field in tagged).strip()
        title, *rest = _written(issue, language)
        weighed = [("A", f"{issue.reference} {title}"), ("C", labels), *(("B", text) for text in rest)]
        texts[language] = [(weight, text) for weight, text in weighed if text]
    return texts


def passages(issue: Issue) -> Passages:
    """Title and beginning, in each language it is written in."""
    found = {}
    if issue.status != Issue.Status.DRAFT:
        for language in Language.values:
            title, *rest = _written(issue, language)
            if title:
                found[language] = [f"{title}. {' '.join(rest)[:_ENCODED]}".strip()]
    return found


def codes(issue: Issue) -> list[str]:
    """What it is found under, in a fixed order: ``["about:MX", "dialogue:usmca-sme-dialogue", "economy:US", …]``.

    What names no Party is about each of them, and what names no sector holds for each (``*``). A part of a sector is
    found under the wider one too.
    """
    tagged = issue.sectors.select_related("parent")
    sectors = {sector.slug for sector in tagged} | {sector.parent.slug for sector in tagged if sector.parent}
    held = {
        "dialogue": {issue.dialogue.slug},
        "economy": {issue.economy_id} if issue.economy_id else set(),
        "about": {issue.concerns_id or ANY},
        "topic": {topic.slug for topic in issue.topics.all()},
        "sector": sectors or {ANY},
    }
    found = {code(facet, value) for facet, values in held.items() for value in values}
    return sorted({*found, issue.state_code})


def _written(issue: Issue, language: str) -> list[str]:
    """Title and texts in ``language`` that whoever may see the issue may read."""
    if issue.is_public:
        return [getattr(issue, column(field, language)) or "" for field in PUBLIC]
    if issue.language == language:
        return [issue.title, issue.what_happened, issue.effect, issue.proposal]
    return [""]


def everything() -> models.QuerySet[Issue]:
    """Every issue that is to be found, for writing all of the index anew."""
    return Issue.objects.exclude(status=Issue.Status.DRAFT).select_related("dialogue", "economy", "concerns")
