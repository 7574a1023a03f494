"""Calendars to subscribe to: of a dialogue, of an economy, of everything, and a person's own under a secret address.

Entries are kept in rows beside what they were made of, so a feed of thousands of sessions writes only what changed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import CharField, Count, Exists, FilteredRelation, Max, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from dialogues import calendars
from dialogues.models import CalendarEntry, Dialogue, Registration, Session
from dialogues.permissions import can_join
from portal.accounts.models import User
from portal.accounts.permissions import delegation
from portal.languages import column, current
from portal.notifications import calendar
from portal.reference.models import Economy

#: What is over stays in a person's own calendar for so long.
PAST = timedelta(days=90)


@dataclass(frozen=True)
class Feed:
    """A calendar that everybody may subscribe to, in the active language."""

    name: str
    description: str
    sessions: QuerySet[Session]

    @property
    def mark(self) -> str:
        """Changes whenever the feed does; costs one query, whatever its length."""
        found = self.sessions.aggregate(Count("pk"), Max("pk"), Max("changed_at"), Sum("sequence"))
        parts = (current(), self.name, self.description, sorted(found.items()))
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def text(self) -> str:
        return calendar.assembled(_entries(self.sessions), name=self.name, description=self.description)


def of_dialogue(dialogue: Dialogue) -> Feed:
    """The public sessions of one dialogue."""
    return Feed(dialogue.title, dialogue.description, _public().filter(dialogue=dialogue))


def of_economy(economy: Economy) -> Feed:
    """The public sessions of every dialogue to which the economy is a Party."""
    theirs = Dialogue.objects.filter(pk=OuterRef("dialogue"), parties=economy)
    name = _("SME Dialogues of %(economy)s") % {"economy": economy.name}
    return Feed(name, "", _public().filter(Exists(theirs)))


def of_all() -> Feed:
    """Every public session."""
    return Feed(_("SME Dialogues"), "", _public())


def of_person(user: User) -> str:
    """Her own calendar, in her language: what she is registered for and, for officials, their Parties' sessions, with
    the links to join that she may have. Drafts are not in it, nor what she has declined."""
    places = {place.session_id: place for place in _places(user)}
    parties = Dialogue.parties.through.objects.filter(dialogue=OuterRef("dialogue"), economy__in=delegation(user))
    shown = Q(pk__in=places) | (Q(Exists(parties)) & Q(announced_at__isnull=False))
    sessions = (
        Session.objects.visible_to(user)
        .filter(shown, starts_at__gte=timezone.now() - PAST)
        .exclude(status__in=[Session.Status.DRAFT, Session.Status.POLLING])
        .with_dialogue()
        .order_by("starts_at", "pk")
    )
    declined = {pk for pk, place in places.items() if place.partstat == Registration.Partstat.DECLINED}
    events = [_own_event(user, session, places.get(session.pk)) for session in sessions if session.pk not in declined]
    return calendar.feed(events, name=_("My SME Dialogues"))


def _own_event(user: User, session: Session, place: Registration | None) -> calendar.Event:
    join_url = session.join_url if can_join(user, session, place) else ""
    is_sure = place is not None and place.status == Registration.Status.CONFIRMED
    is_sure = is_sure and place.partstat == Registration.Partstat.ACCEPTED
    return calendars.event(session, join_url=join_url, is_tentative=not is_sure)


def _places(user: User) -> QuerySet[Registration]:
    return Registration.objects.open().filter(user=user)


def _public() -> QuerySet[Session]:
    """Public sessions with a time, or at least with days; a month alone is no calendar entry."""
    days = Q(starts_on__isnull=False, date_precision__in=[Session.Precision.EXACT, Session.Precision.WINDOW])
    return Session.objects.public().filter(Q(starts_at__isnull=False) | days).order_by("starts_on", "pk")


def _entries(sessions: QuerySet[Session]) -> list[str]:
    """The entries in order. Only those that changed since they were written are read whole and written anew."""
    language = current()
    entry = FilteredRelation("calendar_entries", condition=Q(calendar_entries__language=language))
    name = NullIf(column("dialogue__title", language), Value(""), output_field=CharField())
    title = Coalesce(name, "dialogue__title_en", output_field=CharField())
    rows = sessions.annotate(entry=entry, of=title).values_list(
        "pk", "sequence", "changed_at", "of", "entry__mark", "entry__text"
    )
    texts: dict[int, str | None] = {}
    marks: dict[int, str] = {}
    for pk, sequence, changed_at, title, written_of, text in rows:
        marks[pk] = mark = f"{sequence} {changed_at.timestamp()} {title}"
        texts[pk] = text if written_of == mark else None
    missing = [pk for pk, text in texts.items() if text is None]
    texts |= _written({pk: marks[pk] for pk in missing}, language)
    return [text for text in texts.values() if text is not None]


def _written(marks: Mapping[int, str], language: str) -> dict[int, str]:
    """Write the entries of these sessions, by their marks, and keep them; two who do so at once write the same."""
    made = [
        CalendarEntry(
            session=session,
            language=language,
            mark=marks[session.pk],
            text=calendar.entry(calendars.event(session)),
        )
        for session in Session.objects.filter(pk__in=marks).with_dialogue().order_by("pk")
    ]
    CalendarEntry.objects.bulk_create(
        made,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["session", "language"],
        update_fields=["mark", "text"],
    )
    return {entry.session_id: entry.text for entry in made}
