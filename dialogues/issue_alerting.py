"""Following a list of issues: what its address asks for, and how that reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from dialogues import issue_search, issue_wording
from dialogues.issue_search import LABELS, ORDERS
from dialogues.models import Issue
from portal.accounts.models import User
from portal.languages import current
from portal.notifications import followed
from portal.notifications.followed import Followable, Wish
from portal.reference.labels import labels
from portal.search.facets import code
from resources import filters

#: What a new issue can be told by; its state will change.
FACETS = tuple(facet for facet in LABELS if facet != "state")

Known = Mapping[str, Mapping[str, Any]]


def declare() -> None:
    """Let people follow issues; called once, when the app is ready."""
    followed.declare(
        Followable(
            name="issue",
            model=Issue,
            facets=FACETS,
            mail="dialogues/issue_followed",
            read=read,
            sentence=sentence,
            path=path,
            public=public,
            makers=makers,
            names=names,
        )
    )


def read(query: QueryDict) -> Wish:
    """What the address of a list asks for, in the codes that issues hold; its order and the state do not count."""
    known = issue_search.known_values(labels(current()))
    asked = filters.read(query, known, names=LABELS, orders=ORDERS)
    codes = sorted(code(facet, value) for facet in FACETS for value in asked.chosen.get(facet, ()))
    states = [str(known["state"][value]) for value in asked.chosen.get("state", ())]
    return Wish(tuple(codes), asked.words, (*asked.left_out, *states))


def names(_codes: Sequence[str] = ()) -> Known:
    """Facet → value → its label, in the active language."""
    return issue_search.known_values(labels(current()))


def sentence(codes: Sequence[str], words: str, known: Known | None = None) -> str:
    """ "New issues raised in Mexico, on customs procedures", in the active language."""
    known = names() if known is None else known
    named = {"words": [words]} if words else {}
    named |= {
        # A value that has left the vocabulary is shown as its code.
        facet: [str(known.get(facet, {}).get(value, value)) for value in values]
        for facet, values in _chosen(codes).items()
    }
    return issue_wording.new_sentence(named)


def path(codes: Sequence[str], words: str) -> str:
    """The list, in the active language."""
    chosen = {facet: tuple(values) for facet, values in _chosen(codes).items()}
    address = filters.Asked(words, chosen, "", ()).address()
    return reverse("dialogues:issue-list") + (f"?{address}" if address else "")


def public() -> QuerySet[Issue]:
    return Issue.objects.listed()


def makers(issue: Issue) -> Iterable[User | None]:
    """Who filed it, and who wrote or approved its public text: they know."""
    return (issue.filed_by, issue.public_by, issue.public_approved_by)


def _chosen(codes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in codes:
        facet, _colon, value = item.partition(":")
        found.setdefault(facet, []).append(value)
    return found
