"""Who had the bad hours: the ledger of a dialogue's past sessions, and what it says of the next one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dialogues import slot_wording, slots
from dialogues.models import Dialogue, Session
from dialogues.slot_wording import PartySlot
from dialogues.slots import Hours

#: How far back the ledger reaches: what was long ago is settled.
SESSIONS = 10
#: In the ledger stands whatever has an hour that people keep, or kept.
COUNTED = (Session.Status.SCHEDULED, Session.Status.IN_PROGRESS, Session.Status.HELD, Session.Status.CLOSED)


@dataclass(frozen=True)
class Entry:
    """One session, and what its hour was like for every Party, in the Parties' standing order."""

    session: Session
    rows: Sequence[PartySlot]

    @property
    def worst(self) -> list[PartySlot]:
        """Who bore most of it; nobody when all bore the same."""
        most = max(row.points for row in self.rows)
        found = [row for row in self.rows if row.points == most]
        return found if most and len(found) < len(self.rows) else []


@dataclass(frozen=True)
class Share:
    """What one Party bore of all: points, and percent of the sum (0 when nobody bore anything)."""

    hours: Hours
    points: int
    percent: int

    @property
    def points_label(self) -> str:
        return slot_wording.points_label(self.points)


@dataclass(frozen=True)
class Ledger:
    """The last sessions of a dialogue that met by the clock, the latest first."""

    hours: Sequence[Hours]
    entries: Sequence[Entry]

    @cached_property
    def totals(self) -> dict[str, int]:
        """Points by ISO code."""
        return {each.code: sum(entry.rows[n].points for entry in self.entries) for n, each in enumerate(self.hours)}

    @cached_property
    def shares(self) -> list[Share]:
        whole = sum(self.totals.values())
        return [
            Share(each, self.totals[each.code], round(100 * self.totals[each.code] / whole) if whole else 0)
            for each in self.hours
        ]

    @cached_property
    def excess(self) -> dict[str, int]:
        """By ISO code what each Party bore more than the one that bore least."""
        least = min(self.totals.values(), default=0)
        return {code: total - least for code, total in self.totals.items()}

    @cached_property
    def heaviest(self) -> list[Share]:
        """Who bore most so far; nobody when all bore the same."""
        most = max((share.points for share in self.shares), default=0)
        found = [share for share in self.shares if share.points == most]
        return found if most and len(found) < len(self.shares) else []


def ledger(dialogue: Dialogue, *, user: Any = None, leaving_out: Session | None = None) -> Ledger:
    """What the dialogue's sessions cost its Parties: the last ten that have an hour and met at least partly online.

    Who meets in person sits in one room and has its hours. ``user`` sees only what she may see; without one the ledger
    is whole, as the ranking of candidates needs it. ``leaving_out`` is the session that looks for a date.
    Hours are measured by today's working hours of the delegations.
    """
    sessions = Session.objects.all() if user is None else Session.objects.visible_to(user)
    sessions = sessions.filter(dialogue=dialogue, status__in=COUNTED, starts_at__isnull=False, ends_at__isnull=False)
    sessions = sessions.exclude(format=Session.Format.IN_PERSON)
    if leaving_out is not None:
        sessions = sessions.exclude(pk=leaving_out.pk)
    hours = slots.hours_of(dialogue)
    entries = []
    for session in sessions.order_by("-starts_at", "-pk")[:SESSIONS]:
        session.dialogue = dialogue
        starts_at, ends_at = session.moments
        entries.append(Entry(session, slot_wording.on_clocks(hours, starts_at, ends_at, session.zone)))
    return Ledger(hours, entries)


def sentences(found: Ledger) -> list[str]:
    """The ledger in words: who had the bad hours last time, and who has borne most so far."""
    if not found.entries:
        return [_("No session with a known hour is on record yet: no Party is ahead of another.")]
    said = [_last_time(found.entries[0])]
    count = len(found.entries)
    if count > 1 and found.heaviest:
        names = _names(share.hours.name for share in found.heaviest)
        percent = sum(share.percent for share in found.heaviest)
        said.append(
            ngettext(
                "Over the last %(count)d session %(names)s bore %(percent)d%% of the inconvenience.",
                "Over the last %(count)d sessions %(names)s bore %(percent)d%% of the inconvenience.",
                count,
            )
            % {"count": count, "names": names, "percent": percent}
        )
    elif count > 1:
        said.append(_("Over all these sessions the Parties have borne the same."))
    return said


def consequence(found: Ledger) -> str:
    """What follows for the next session, beside proposals; nothing when no Party is owed an easier time."""
    if not found.heaviest:
        return ""
    names = _names(share.hours.name for share in found.heaviest)
    return _("Times that are easier for %(names)s therefore come first.") % {"names": names}


def _last_time(entry: Entry) -> str:
    """The latest session that has an hour; it may be yet to come."""
    is_to_come = entry.session.moments[0] > timezone.now()
    title = entry.session.title
    if not any(row.points for row in entry.rows):
        if is_to_come:
            return _("The next session (%(title)s) lies within everyone's working hours.") % {"title": title}
        return _("The last session (%(title)s) lay within everyone's working hours.") % {"title": title}
    if not entry.worst:
        if is_to_come:
            return _("In the next session (%(title)s) all Parties have equally bad hours.") % {"title": title}
        return _("In the last session (%(title)s) all Parties had equally bad hours.") % {"title": title}
    names = _names(
        pgettext("party and hours", "%(name)s (%(words)s)") % {"name": row.time.name, "words": row.words}
        for row in entry.worst
    )
    if is_to_come:
        return _("In the next session (%(title)s) the bad hours fall to %(names)s.") % {"title": title, "names": names}
    return _("In the last session (%(title)s) the bad hours fell to %(names)s.") % {"title": title, "names": names}


def _names(names: Iterable[str]) -> str:
    return pgettext("list", ", ").join(names)
