"""Two versions of the minutes of a session side by side."""

from dataclasses import dataclass
from typing import Any

from dialogues.models import Decision, Minutes, MinutesSection
from portal.languages import Language, column
from resources import differing


@dataclass(frozen=True)
class Sides:
    """One text in one language that differs, both sides as pieces with the differences marked."""

    language: str
    before: list[differing.Piece]
    after: list[differing.Piece]


@dataclass(frozen=True)
class PieceDifference:
    """What differs in one section; ``section`` is None for what belongs to no agenda item."""

    section: MinutesSection | None
    headings: list[Sides]
    texts: list[Sides]


def compare(before: Minutes, after: Minutes, *, reader: Any) -> list[PieceDifference]:
    """What differs between two versions of one session's minutes, of the sections that ``reader`` may see."""
    earlier = list(MinutesSection.objects.visible_to(reader).filter(minutes=before))
    later = list(MinutesSection.objects.visible_to(reader).filter(minutes=after))
    found = [PieceDifference(None, [], _sides("text", before, after))]
    for old, new in _pairs(earlier, later):
        found.append(PieceDifference(new or old, _sides("heading", old, new), _sides("text", old, new)))
    return [difference for difference in found if difference.headings or difference.texts]


def added_decisions(before: Minutes, after: Minutes) -> list[Decision]:
    """Decisions that came out with the later version."""
    rows = Decision.objects.filter(session=after.session, published_at__gt=before.published_at)
    return list(rows.filter(published_at__lte=after.published_at) if after.published_at else rows)


def _pairs(
    earlier: list[MinutesSection], later: list[MinutesSection]
) -> list[tuple[MinutesSection | None, MinutesSection | None]]:
    """Sections that are the same one: by their place, which a correction keeps; what only one has stands alone."""
    old = {section.order: section for section in earlier}
    new = {section.order: section for section in later}
    return [(old.get(order), new.get(order)) for order in sorted(old.keys() | new.keys())]


def _sides(name: str, before: Any, after: Any) -> list[Sides]:
    found = []
    for code in Language.values:
        old, new = (getattr(row, column(name, code)) or "" if row else "" for row in (before, after))
        if old != new:
            pieces = differing.pieces(old, new)
            found.append(Sides(code, differing.earlier(pieces), differing.later(pieces)))
    return found
