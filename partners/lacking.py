"""Why nobody suits a request: which of its conditions keep how many companies away that would do otherwise."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import reasons, scoring
from partners.explaining import MET, NOT_MET, Reason
from partners.weights import THRESHOLD

#: Companies looked at: those that come nearest.
LOOKED_AT = 100
#: What is never given as the obstacle: the poster can do nothing about it.
_NOT_HERS = {"tired", "deadline", "meaning", "deal", "complement"}
#: Criteria without a penalty: what they could have given stands in the way.
_GIVING = {"economy", "sector", "hs"}
#: No company "has" this one: it is where it is.
_NOT_TO_HAVE = "condition_excluded"


@dataclass(frozen=True)
class Gap:
    """One obstacle among the ``of`` companies that come nearest: it alone keeps ``removes`` of them away; a required
    condition is one that ``without`` of them lack or do not mention, whatever else keeps them away."""

    reason: Reason
    removes: int
    without: int
    of: int

    @property
    def key(self) -> tuple[str, str]:
        return _key(self.reason)


def why_nobody(nearest: Iterable[tuple[float, Sequence[Reason]]]) -> list[Gap]:
    """The obstacles, the greatest first; empty when at least one company of the directory suits the request.

    ``nearest``: score and reasons of the companies of the directory that come nearest, ``LOOKED_AT`` of them.
    A company suits that would be told of the request and misses nothing that it requires. An obstacle removes a
    company that would suit without it. What is required and lacked is named even where it alone removes nobody,
    because those companies are too far from the request in other ways as well.
    """
    rows = list(nearest)
    if any(_suits(score, of_row) for score, of_row in rows):
        return []
    could = {name: points for name, points in scoring.most_points().items() if name in _GIVING}
    removed = Counter(
        _key(reason) for score, of_row in rows for reason in of_row if _is_all(reason, score, of_row, could)
    )
    without = Counter(_key(reason) for _score, of_row in rows for reason in of_row if _is_lacked(reason))
    # Of the companies that lack it some do not mention it; where one says so, its reason is shown.
    every = sorted((reason for _score, of_row in rows for reason in of_row), key=lambda one: one.outcome == NOT_MET)
    named = {_key(reason): reason for reason in every}
    gaps = [Gap(named[key], removed[key], without[key], len(rows)) for key in removed.keys() | without.keys()]
    return sorted(gaps, key=lambda gap: (-gap.removes, -gap.without, gap.key))


def lines(gaps: Iterable[Gap]) -> list[str]:
    """Each obstacle as a sentence in the reader's language, with how many companies it keeps away."""
    kept = list(gaps)
    written = reasons.lines_for([[gap.reason.as_json()] for gap in kept])
    return [_sentence(line[0].text, gap) for line, gap in zip(written, kept, strict=True)]


def _sentence(obstacle: str, gap: Gap) -> str:
    if gap.removes:
        count = ngettext(
            "%(number)s company would fit without it.", "%(number)s companies would fit without it.", gap.removes
        ) % {"number": gap.removes}
    elif gap.of == 1:
        count = _("The company that comes nearest lacks it or does not mention it.")
    else:
        text = _("%(number)s of the %(of)s companies that come nearest lack it or do not mention it.")
        count = text % {"number": gap.without, "of": gap.of}
    # Translators: what stands in the way, then how many companies it keeps away
    return _("%(obstacle)s %(count)s") % {"obstacle": obstacle, "count": count}


def _suits(score: float, reasons_: Sequence[Reason]) -> bool:
    return score >= THRESHOLD and not any(_is_missing(reason) for reason in reasons_)


def _is_all(reason: Reason, score: float, reasons_: Sequence[Reason], could: Mapping[str, float]) -> bool:
    """Whether this obstacle alone keeps the company away."""
    if reason.outcome != NOT_MET or reason.criterion in _NOT_HERS:
        return False
    instead = could.get(reason.criterion, 0.0) - min(0.0, reason.points)
    return _suits(score + instead, [one for one in reasons_ if one is not reason])


def _is_missing(reason: Reason) -> bool:
    return _is_required(reason) and reason.outcome == NOT_MET


def _is_lacked(reason: Reason) -> bool:
    return _is_required(reason) and reason.outcome != MET and reason.criterion != _NOT_TO_HAVE


def _is_required(reason: Reason) -> bool:
    return bool((reason.detail or {}).get("required"))


def _key(reason: Reason) -> tuple[str, str]:
    detail: dict[str, Any] = reason.detail or {}
    return reason.criterion, str(detail.get("value") or detail.get("economies") or detail.get("codes") or "")
