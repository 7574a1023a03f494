"""The agenda as pages show it: with its papers and issues, on every Party's clock, and what could go on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Prefetch

from dialogues import agenda
from dialogues.agenda import Timed
from dialogues.models import AgendaItem, Document, DocumentVersion, Issue, Session
from portal import clock

SUGGESTED = 8


@dataclass(frozen=True)
class Clock:
    """One zone of the Parties, and who lives by it."""

    names: list[str]
    zone: str


@dataclass(frozen=True)
class Clocks:
    """The items on the clocks of the Parties: in each row the item and its time by each clock ("09:00–09:30", and how
    the date differs, "+1 day")."""

    columns: list[Clock]
    rows: list[tuple[Timed, list[tuple[str, str]]]]


def of(session: Session, user: Any) -> list[Timed]:
    """The items ``user`` may see, with their clock times; each has ``topics``, and as far as she may see them
    ``seen_issues`` and ``seen_papers``, whose ``current`` versions are the latest of each language."""
    papers = Document.objects.visible_to(user).filter(agenda_item__session=session)
    versions = DocumentVersion.objects.filter(document__session=session).order_by("language", "-number")
    items = (
        AgendaItem.objects.visible_to(user)
        .filter(session=session)
        .prefetch_related(
            "topics",
            Prefetch("issues", Issue.objects.visible_to(user).order_by("pk"), to_attr="seen_issues"),
            Prefetch("documents", papers, to_attr="seen_papers"),
            Prefetch("seen_papers__versions", versions, to_attr="every_version"),
        )
    )
    timed = agenda.clock(session, items)
    for one in timed:
        item: Any = one.item  # with what was prefetched above
        for paper in item.seen_papers:
            latest = {version.language: version for version in reversed(paper.every_version)}
            paper.current = [latest[code] for code in sorted(latest)]
    return timed


def party_clocks(session: Session, timed: Sequence[Timed]) -> Clocks | None:
    """Every item on the clock of every zone the Parties live by (their capitals'), in their standing order.

    None while the session has no time, or no item has. Days count from the session's own date.
    """
    if session.starts_at is None or not any(one.starts_at for one in timed):
        return None
    host_day = session.starts_at.astimezone(ZoneInfo(session.zone)).date()
    living: dict[str, list[str]] = {}
    for economy in session.dialogue.parties.all():
        living.setdefault(economy.default_time_zone, []).append(session.dialogue.name_of(economy))
    zones = [ZoneInfo(zone) for zone in living]
    return Clocks(
        [Clock(names, zone) for zone, names in living.items()],
        [(one, [_times(one, zone, host_day) for zone in zones]) for one in timed],
    )


def overrun(session: Session, timed: Sequence[Timed]) -> int:
    """By how many minutes the items exceed the session; 0 when they fit or it has no time."""
    if session.starts_at is None:
        return 0
    starts_at, ends_at = session.moments
    total = timedelta(minutes=sum(one.item.minutes or 0 for one in timed))
    return max(int((total - (ends_at - starts_at)) / timedelta(minutes=1)), 0)


def suggestions(session: Session, user: Any) -> tuple[list[Issue], int]:
    """Acknowledged issues for this agenda, those that concern most firms first, then the oldest; and how many wait.

    Each has ``endorsed``: how many organizations said that it affects them too.
    """
    waiting = (
        Issue.objects.visible_to(user)
        .filter(dialogue=session.dialogue_id, status=Issue.Status.ACKNOWLEDGED)
        .exclude(agenda_items__session=session)
        .select_related("economy", "concerns")
        .annotate(endorsed=Count("endorsements"))
        .order_by("-endorsed", F("submitted_at").asc(nulls_last=True), "pk")
    )
    return list(waiting[:SUGGESTED]), waiting.count()


def _times(one: Timed, place: ZoneInfo, host_day: Any) -> tuple[str, str]:
    if one.starts_at is None or one.ends_at is None:
        return "", ""
    starts, ends = one.starts_at.astimezone(place), one.ends_at.astimezone(place)
    return f"{starts:%H:%M}–{ends:%H:%M}", clock.shift_label((starts.date() - host_day).days)
