"""The trade thesaurus from ``thesaurus.jsonl``: one concept per line, its terms in four languages.

Checked whole before anything is written, and written in bulk: some 1,200 concepts with 18,000 terms take a
few seconds the first time. A concept that a person created, edited or discarded in the admin is left as it
is. What is gone from the file stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from portal.activity.log import touched
from portal.activity.models import Activity
from portal.languages import Language
from portal.reference.loading import CHANGED, CREATED, UNCHANGED, Problems, Report, Row, known, progress, rows
from portal.reference.models import Economy, Sector, Topic
from portal.search import thesaurus
from portal.search.models import MAX_TEXT, Concept, Term
from portal.search.text import fold
from portal.search.wording import is_acronym

FILE = "thesaurus.jsonl"
BATCH = 2000
_TERM = ("language", "text", "folded", "is_acronym", "is_preferred", "order")

#: Pairs of keys: (concept, topic), (concept, wider concept) …
Links = set[tuple[Any, Any]]


@dataclass(frozen=True)
class Wanted:
    """One checked line: objects it refers to, and its terms as the values of ``_TERM``."""

    row: Row
    topics: list[Topic]
    sectors: list[Sector]
    economies: list[Economy]
    terms: list[tuple[Any, ...]]
    broader: tuple[str, ...]
    related: tuple[str, ...]

    @property
    def slug(self) -> str:
        return self.row["id"]


@dataclass(frozen=True)
class Kept:
    """What people did in the admin, which a load leaves alone: slugs of concepts there are, and were."""

    edited: frozenset[str]
    discarded: frozenset[str]


def load(data_dir: Path, problems: Problems, report: Report) -> None:
    """Make the thesaurus hold what the file says. With any problem in the file nothing of it is written."""
    before = len(problems.lines)
    records = rows(data_dir / FILE, problems=problems, unique="id")
    existing = dict(Concept.objects.values_list("slug", "pk"))
    kept = _kept(existing)
    wanted = _checked(records, existing, problems)
    _check_related(wanted, kept, problems)
    _check_circles(wanted, kept, problems)
    if len(problems.lines) > before:
        return
    ours = {slug: one for slug, one in wanted.items() if slug not in kept.edited | kept.discarded}
    for _slug in kept.edited & wanted.keys():
        report.count("search concepts edited here, kept as they are", UNCHANGED)
    created = [Concept(slug=slug) for slug in ours if slug not in existing]
    for concept in Concept.objects.bulk_create(created, BATCH):
        existing[concept.slug] = concept.pk
    changed = _write_terms(ours, existing) | _write_links(ours, existing)
    new = {concept.slug for concept in created}
    for slug in ours:
        report.count(Concept, CREATED if slug in new else CHANGED if existing[slug] in changed else UNCHANGED)
    if created or changed:
        thesaurus.renew()


def _kept(existing: Mapping[str, int]) -> Kept:
    ids = touched(Concept)
    gone = Activity.objects.filter(
        object_type__app_label="search", object_type__model="concept", verb="discarded", actor__isnull=False
    ).values_list("object_label", flat=True)
    return Kept(frozenset(slug for slug, pk in existing.items() if pk in ids), frozenset(gone) - existing.keys())


# --- checking -------------------------------------------------------------------------------


def _checked(records: list[Row], existing: Mapping[str, int], problems: Problems) -> dict[str, Wanted]:
    """The lines without a fault of their own, by their ids."""
    topics, sectors, economies = known(Topic), known(Sector), known(Economy, "code")
    # A line that is faulty itself is known all the same: to be told of it once is enough.
    ids: dict[str, str | None] = dict.fromkeys([*existing, *(str(row.get("id")) for row in records)], "")
    found = {}
    for row in progress("Thesaurus", records):
        before = len(problems.lines)
        fields = problems.check(row, id=str, topics=list, sectors=list, economies=list, labels=dict)
        if not (problems.check(row, broader=list, related=list) and fields):
            continue
        _check_id(row, problems)
        own = (
            problems.look_up(row, "topics", topics),
            problems.look_up(row, "sectors", sectors),
            problems.look_up(row, "economies", economies),
        )
        for field in ("broader", "related"):
            problems.look_up(row, field, ids)
            if row["id"] in row[field]:
                problems.add(row, field, "a concept is not its own neighbour")
        terms = list(_terms(row, problems))
        if len(problems.lines) == before:
            found[row["id"]] = Wanted(row, *own, terms, tuple(row["broader"]), tuple(row["related"]))
    return found


def _check_id(row: Row, problems: Problems) -> None:
    try:
        Concept._meta.get_field("slug").clean(row["id"], None)
    except ValidationError as error:
        for message in error.messages:
            problems.add(row, "id", message)


def _terms(row: Row, problems: Problems) -> Iterator[tuple[Any, ...]]:
    labels = row["labels"]
    for code in labels.keys() - set(Language.values):
        problems.add(row, f"labels.{code}", "not one of the portal's languages")
    for code in Language.values:
        texts = labels.get(code)
        if not isinstance(texts, list) or not texts:
            problems.add(row, f"labels.{code}", "missing" if texts is None else "a list of terms is expected here")
            continue
        seen: set[str] = set()
        for order, text in enumerate(texts):
            if fault := _fault(text, seen):
                problems.add(row, f"labels.{code}", f"{text!r} {fault}")
                continue
            seen.add(text.casefold())
            yield code, text, fold(text).strip(), is_acronym(text), order == 0, order


def _fault(text: Any, seen: set[str]) -> str:
    """What is wrong with a term, or ""."""
    if not isinstance(text, str) or text != text.strip():
        return "is not a text, or has spaces around it"
    if len(text) > MAX_TEXT:
        return f"is longer than {MAX_TEXT} characters"
    if text.casefold() in seen:
        return "is there twice"
    try:
        Term(text=text).clean()
    except ValidationError as error:
        return f"cannot be used: {error.messages[0]}"
    return ""


def _check_related(wanted: Mapping[str, Wanted], kept: Kept, problems: Problems) -> None:
    """Related concepts name each other, unless one is the wider of the two, which says it already."""
    for slug, one in wanted.items():
        for other in one.related:
            there = wanted.get(other)
            if there is None or {slug, other} & (kept.edited | kept.discarded):
                continue
            if slug not in there.related and not _is_wider(one, there):
                problems.add(one.row, "related", f"{other!r} does not name this one")


def _is_wider(one: Wanted, other: Wanted) -> bool:
    return one.slug in other.broader or other.slug in one.broader


def _check_circles(wanted: Mapping[str, Wanted], kept: Kept, problems: Problems) -> None:
    """No concept is wider than itself, by whatever way, together with what is in the database already."""
    wider: dict[str, tuple[str, ...]] = {}
    links: Any = Concept.broader.through
    for slug, other in links.objects.values_list("from_concept__slug", "to_concept__slug"):
        if slug not in wanted or slug in kept.edited:
            wider[slug] = (*wider.get(slug, ()), other)
    wider |= {slug: one.broader for slug, one in wanted.items() if slug not in kept.edited}
    for circle in circles(wider):
        rows_in_it = [slug for slug in circle if slug in wanted]
        way = " → ".join([*circle, circle[0]])
        problems.add(wanted[rows_in_it[0]].row, "broader", f"goes round in a circle: {way}")


def circles(wider: Mapping[Any, Iterable[Any]]) -> list[list[Any]]:
    """The ways in ``wider`` (item → wider items) that come back to where they began; each item in one at most."""
    found, done = [], set()
    for start in wider:
        path: list[Any] = []
        stack = [(start, False)]
        while stack:
            at, is_left = stack.pop()
            if is_left:
                done.add(path.pop())
            elif at in path:
                found.append(path[path.index(at) :])
            elif at not in done:
                path.append(at)
                stack.append((at, True))
                stack.extend((other, False) for other in wider.get(at, ()) if other != at)
    return found


# --- writing --------------------------------------------------------------------------------


def _write_terms(ours: Mapping[str, Wanted], keys: Mapping[str, int]) -> set[int]:
    """Replace the terms of the concepts whose terms differ; return the keys of these."""
    there: dict[int, list[tuple[Any, ...]]] = {}
    for concept, *values in Term.objects.order_by("pk").values_list("concept_id", *_TERM):
        there.setdefault(concept, []).append(tuple(values))
    differing = {
        keys[slug]: one for slug, one in ours.items() if sorted(there.get(keys[slug], [])) != sorted(one.terms)
    }
    Term.objects.filter(concept__in=differing.keys() & there.keys()).delete()
    Term.objects.bulk_create(
        [
            Term(concept_id=pk, **dict(zip(_TERM, values, strict=True)))
            for pk, one in differing.items()
            for values in one.terms
        ],
        BATCH,
    )
    return set(differing)


def _write_links(ours: Mapping[str, Wanted], keys: Mapping[str, int]) -> set[int]:
    """Make the five relations of ``ours`` hold what they should; return the keys of the concepts that changed."""
    scope = {keys[slug] for slug in ours}
    changed: set[int] = set()
    for name in ("topics", "sectors", "economies"):
        links = {(keys[slug], item.pk) for slug, one in ours.items() for item in getattr(one, name)}
        changed |= _relink(getattr(Concept, name).through, "concept_id", _other_end(name), links, scope=scope)
    wider = {(keys[slug], keys[other]) for slug, one in ours.items() for other in one.broader if other in keys}
    changed |= _relink(Concept.broader.through, "from_concept_id", "to_concept_id", wider, scope=scope)
    # Related pairs belong to both: one that a person has edited keeps its own.
    pairs = {(keys[slug], keys[other]) for slug, one in ours.items() for other in one.related if other in ours}
    pairs -= wider | {(other, one) for one, other in wider}
    pairs |= {(other, one) for one, other in pairs}
    return changed | _relink(
        Concept.related.through, "from_concept_id", "to_concept_id", pairs, scope=scope, ends=scope
    )


def _other_end(name: str) -> str:
    return {"topics": "topic_id", "sectors": "sector_id", "economies": "economy_id"}[name]


def _relink(
    through: type[models.Model],
    mine: str,
    theirs: str,
    links: Links,
    *,
    scope: set[int],
    ends: set[int] | None = None,
) -> set[int]:
    """Make the rows of ``through`` that begin in ``scope`` (and end in ``ends``) be ``links``."""
    there = {
        (one, other): pk
        for pk, one, other in through._default_manager.values_list("pk", mine, theirs)
        if one in scope and (ends is None or other in ends)
    }
    manager = through._default_manager
    gone = there.keys() - links
    manager.filter(pk__in=[there[link] for link in gone]).delete()
    new = sorted(links - there.keys())
    manager.bulk_create([through(**{mine: one, theirs: other}) for one, other in new], BATCH)
    return {one for one, _other in [*gone, *new]}
