"""Finding issues: the public lists, and what is like an issue that somebody is about to raise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, BooleanField, Count, F, Func, QuerySet, Value
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues import endorsing, issue_wording, revealing
from dialogues.models import Dialogue, Issue
from dialogues.revealing import Raiser
from portal.languages import column
from portal.reference.labels import Labels, labels
from portal.search import facets as counting
from portal.search import ranking, snippets
from portal.search.text import COLUMNS
from resources import filters
from resources.filters import Asked
from resources.finding import Facet, Option

PER_PAGE = 20
#: How many like it are offered before an issue is raised.
SIMILAR = 5
_EXCERPT = 280  # characters
_MARKDOWN = re.compile(r"^\s*(?:#+|[-*+>]|\d+\.)\s+|[*_`|~]+", re.MULTILINE)
#: Facets in the order of the page, with their labels.
LABELS = {
    "dialogue": _("Dialogue"),
    "economy": pgettext_lazy("of an issue", "Raised in"),
    "about": pgettext_lazy("of an issue", "About"),
    "topic": _("Topic"),
    "sector": _("Sector"),
    "state": _("State"),
}
#: Value of ``sort`` → its label; without one the newest, or what fits the words best, stand first.
ORDERS = {"affected": _("Most affected first"), "waiting": _("Longest waiting first")}
#: A facet with more values than these offers only those that some issue names.
_FEW_VALUES = 12
_IN_SIGHT = 6


@dataclass(frozen=True)
class Row:
    """One public issue in a list, its words in ``language``: the reader's own, or the first there is."""

    issue: Issue
    language: str
    is_fallback: bool
    title: SafeString
    excerpt: SafeString
    affected: int
    raiser: Raiser


@dataclass
class Finding:
    """The public issues that an address asks for. Everything is read when it is first needed.

    Use it with ``language`` active: labels and sentences are in the active language.
    """

    asked: Asked
    language: str
    user: Any
    everything: QuerySet[Issue]
    known: Mapping[str, Mapping[str, Any]] = field(repr=False)
    #: The list of one dialogue: its facet is not offered.
    dialogue: Dialogue | None = None
    is_partly_counted = False

    @property
    def total(self) -> int:
        """How many match, at most 10,000."""
        return self._counts.total

    @property
    def correction(self) -> str:
        """What was probably meant, "" when the words are fine."""
        return self._searched.correction if self._searched else ""

    def page(self, number: str | None) -> Page:
        """One page of :class:`Row`; a number out of range gives the nearest page."""
        page: Page[Any] = Paginator(self._ids, PER_PAGE).get_page(number)
        page.object_list = self.read(list(page.object_list))
        return page

    def read(self, ids: Sequence[int]) -> list[Row]:
        """These issues as rows, in this order: four queries."""
        words = self.asked.words
        terms = self._searched.terms if self._searched else ()
        return read(ids, user=self.user, language=self.language, marks=snippets.marks(words, terms))

    @property
    def chosen(self) -> dict[str, list[tuple[str, str]]]:
        """The words and the chosen values as (value, label) pairs, in the order of the page."""
        words = {"words": [(self.asked.words, self.asked.words)]} if self.asked.words else {}
        values = {
            name: [(value, str(self.known[name][value])) for value in values]
            for name, values in self.asked.chosen.items()
            if not (name == "dialogue" and self.dialogue)
        }
        return words | values

    @cached_property
    def sentence(self) -> str:
        """ "12 issues raised in Mexico, on customs procedures"."""
        named = {name: [label for _value, label in pairs] for name, pairs in self.chosen.items()}
        return issue_wording.count_sentence(self.total, named, is_capped=self._counts.is_capped)

    @property
    def facets(self) -> list[Facet]:
        """Every facet that has something to choose, with counts."""
        made = [self._facet(name) for name in LABELS if not (name == "dialogue" and self.dialogue)]
        return [facet for facet in made if facet.options]

    def _facet(self, name: str) -> Facet:
        counts, chosen = self._counts, self.asked.chosen.get(name, ())
        offered = counts.of if len(self.known[name]) <= _FEW_VALUES else counts.own
        options = [
            Option(value, str(label), counts.of(name, value), value in chosen)
            for value, label in self.known[name].items()
            if value in chosen or offered(name, value)
        ]
        if name != "state":  # states stand in the order of their life
            options.sort(key=lambda option: (-option.count, option.label))
        shown = options if len(options) <= _IN_SIGHT + 1 else options[:_IN_SIGHT]
        more = options[len(shown) :]
        is_more_open = any(option.is_chosen for option in more)
        return Facet(
            name, str(LABELS[name]), shown, more, is_open=name != "sector" or bool(chosen), is_more_open=is_more_open
        )

    @cached_property
    def _searched(self) -> ranking.Found | None:
        if not self.asked.words:
            return None
        return ranking.find(self.everything, self.asked.words, language=self.language)

    @cached_property
    def _matches(self) -> QuerySet[Issue]:
        """Before any facet narrows them."""
        return self.everything if self._searched is None else _with_ids(self.everything, self._searched.ids)

    @cached_property
    def _counts(self) -> counting.Counts:
        return counting.count(self._matches, self.asked.chosen, is_small=self._searched is not None)

    @cached_property
    def _ids(self) -> list[int]:
        """All matches, in order. There are as many issues as firms wrote by hand: thousands at most."""
        narrowed = counting.narrow(self._matches, self.asked.chosen)
        if self.asked.sort == "affected":
            return list(
                narrowed.annotate(behind=Count("endorsements")).order_by("-behind", "-pk").values_list("pk", flat=True)
            )
        if self.asked.sort == "waiting":
            waiting = narrowed.order_by(F("answer_by").asc(nulls_last=True), "pk")
            running = list(waiting.filter(status__in=Issue.RUNNING).values_list("pk", flat=True))
            return running + list(waiting.exclude(status__in=Issue.RUNNING).values_list("pk", flat=True))
        found = list(narrowed.order_by("-public_at", "-pk").values_list("pk", flat=True))
        if self._searched is None:
            return found
        kept = set(found)
        return [pk for pk in self._searched.ids if pk in kept]


def find(params: QueryDict, *, user: Any, language: str, dialogue: Dialogue | None = None) -> Finding:
    """What the address ``params`` asks for among the public issues, or those of ``dialogue`` alone. Costs two queries;
    the rest when it is needed."""
    values = known_values(labels(language))
    if dialogue is not None:
        params = params.copy()
        params.setlist("dialogue", [dialogue.slug])
    asked = filters.read(params, values, names=LABELS, orders=ORDERS)
    return Finding(asked, language, user, Issue.objects.listed(), values, dialogue)


def known_values(known: Labels) -> dict[str, dict[str, Any]]:
    """The values of each facet with their labels; economies are those of some dialogue."""
    dialogues = Dialogue.objects.prefetch_related("parties")
    parties = {economy.pk for dialogue in dialogues for economy in dialogue.parties.all()}
    economies = {code: label for code, label in known.economies.items() if code in parties}
    hidden = {Issue.Status.DRAFT, Issue.Status.WITHDRAWN, Issue.Status.DUPLICATE}
    return {
        "dialogue": {dialogue.slug: dialogue.title for dialogue in dialogues},
        "economy": economies,
        "about": economies,
        "topic": known.topics,
        "sector": known.sectors,
        "state": {state.value: state.label for state in Issue.Status if state not in hidden},
    }


def similar(text: str, *, user: Any, language: str, without: Issue | None = None) -> list[Row]:
    """Open public issues about the same as ``text`` (in any language), the most alike first: at most ``SIMILAR``.

    With ``without``, those that its organization could stand behind instead.
    """
    if not text.strip():
        return []
    rows = Issue.objects.listed().filter(status__in=[*Issue.RUNNING, Issue.Status.COMMITTED])
    if without is not None:
        rows = rows.exclude(organization=without.organization_id)
        # Of other dialogues only those in which its firm could stand behind one.
        rows = rows.filter(dialogue__in=Dialogue.objects.filter(parties=without.economy_id))
    found = ranking.find(rows, text, language=language, limit=SIMILAR)
    ids = list(found.ids)[:SIMILAR]
    return read(ids, user=user, language=language, marks=snippets.marks(text, found.terms))


def read(ids: Sequence[int], *, user: Any, language: str, marks: snippets.Marks) -> list[Row]:
    """Public issues as rows, in the order of ``ids``; what is not public is left out."""
    found = Issue.objects.public().filter(pk__in=list(ids)).with_dialogue().defer(*COLUMNS.values())
    issues = {issue.pk: issue for issue in found.prefetch_related("topics")}
    affected = endorsing.counts(issues.values())
    return [_row(issues[pk], affected[pk], user, language, marks) for pk in ids if pk in issues]


def _row(issue: Issue, affected: int, user: Any, language: str, marks: snippets.Marks) -> Row:
    languages = list(dict.fromkeys([language, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES, *COLUMNS]))
    written = next((code for code in languages if getattr(issue, column("public_title", code))), language)
    title = getattr(issue, column("public_title", written)) or ""
    text = getattr(issue, column("public_text", written)) or ""
    excerpt = snippets.excerpt(text, marks, length=_EXCERPT)
    return Row(
        issue=issue,
        language=written,
        is_fallback=written != language,
        title=snippets.marked(title, marks),
        excerpt=excerpt or snippets.marked(Truncator(_MARKDOWN.sub("", text)).chars(_EXCERPT), marks),
        affected=affected,
        raiser=revealing.raiser(issue, user),
    )


def _with_ids(queryset: QuerySet[Issue], ids: Sequence[int]) -> QuerySet[Issue]:
    """Those of ``ids``, sent as one array."""
    array = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    is_one = Func(F("pk"), array, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())
    return queryset.filter(is_one)
