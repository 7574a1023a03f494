"""Why nobody suits a request: which of its conditions keep how many companies away that would do otherwise."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import explaining, reasons, scoring
from partners.explaining import NOT_MET, Reason
from partners.freshening import freshen
from partners.models import CompanyProfile, PartnerRequest
from partners.weights import THRESHOLD, WEIGHTS

#: Companies looked at: those that come nearest.
LOOKED_AT = 200
#: What is never given as the obstacle: the poster can do nothing about it.
_NOT_HERS = {"tired", "deadline", "meaning", "deal", "complement"}
#: What a criterion without penalty could have given.
_COULD = {"economy": WEIGHTS["economy"], "sector": WEIGHTS["sector"], "hs": WEIGHTS["hs"]}


@dataclass(frozen=True)
class Gap:
    """One obstacle: it alone keeps ``removes`` of the ``of`` companies away that come nearest."""

    reason: Reason
    removes: int
    of: int

    @property
    def key(self) -> tuple[str, str]:
        return _key(self.reason)


def why_nobody(request: PartnerRequest) -> list[Gap]:
    """The obstacles, the greatest first; empty when at least one company of the directory suits the request.

    An obstacle removes a company when the company would be told of the request without it.
    """
    freshen(request)
    listed = CompanyProfile.objects.filter(is_listed=True)
    found = scoring.score(scoring.Asked(requests=[request.pk], among=listed, limit=LOOKED_AT))
    if not found or found[0].score >= THRESHOLD:
        return []
    removed: dict[tuple[str, str], list[Reason]] = {}
    for row in found:
        for reason in explaining.reasons_of(row.found):
            if row.score + _lost(reason) >= THRESHOLD:
                removed.setdefault(_key(reason), []).append(reason)
    gaps = [Gap(rows[0], len(rows), len(found)) for rows in removed.values()]
    return sorted(gaps, key=lambda gap: (-gap.removes, gap.key))


def lines(gaps: Iterable[Gap]) -> list[str]:
    """Each obstacle as a sentence in the reader's language, with how many companies it keeps away."""
    kept = list(gaps)
    written = reasons.lines_for([[gap.reason.as_json()] for gap in kept])
    return [_sentence(line[0].text, gap.removes) for line, gap in zip(written, kept, strict=True)]


def _sentence(obstacle: str, number: int) -> str:
    count = ngettext(
        "%(number)s company would fit without it.", "%(number)s companies would fit without it.", number
    ) % {"number": number}
    # Translators: what stands in the way, then how many companies it keeps away
    return _("%(obstacle)s %(count)s") % {"obstacle": obstacle, "count": count}


def _lost(reason: Reason) -> float:
    """The points that the pair would have beside, were this criterion met."""
    if reason.outcome != NOT_MET or reason.criterion in _NOT_HERS:
        return 0.0
    return _COULD.get(reason.criterion, 0.0) - min(0.0, reason.points)


def _key(reason: Reason) -> tuple[str, str]:
    detail: dict[str, Any] = reason.detail or {}
    return reason.criterion, str(detail.get("value") or detail.get("economies") or detail.get("codes") or "")
