"""The agenda and the papers of a session pack, with the times of every Party."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dialogues import clocks, documents
from dialogues.agenda import Timed, clock
from dialogues.models import AgendaItem, Document, Issue, Session
from dialogues.pack_blocks import Block, Cell, Heading, Remark, Said, Section, Side, Sides, Table, cell, said_by, say
from portal import clock as clocks_of_zones
from portal.languages import column
from portal.templatetags.ui import after_colon, language_name, listed

#: More different clocks than these beside every item are more than anybody reads; the table of times has them all.
MOST_CLOCKS = 5


def times(session: Session) -> Table:
    """When it is for every Party."""
    rows = []
    for row in clocks.party_times(session.dialogue, *session.moments, session.zone):
        day = " ".join(filter(None, [row.day, row.shift]))
        rows.append([cell(row.name), cell(row.span, row.zone_label), cell(day), cell(row.hours_label)])
    return Table([_("Party"), _("Clock"), _("Day"), _("Working hours")], rows, [4, 4, 5, 4])


def agenda(session: Session, user: Any) -> Section:
    """The items the reader may see, with running times; what is said about them stands below."""
    items = AgendaItem.objects.visible_to(user).filter(session=session)
    items = items.prefetch_related(_issues(user))
    timed = clock(session, items)
    blocks: list[Block] = []
    if timed:
        too_many = session.starts_at is not None and len(_clocks(session, *session.moments)) > MOST_CLOCKS
        head = [_("No."), _("Time"), _("Item"), pgettext("length", "min")]
        rows = [
            [cell(str(number)), _when(session, one, too_many), _what(one.item), cell(_minutes(one.item))]
            for number, one in enumerate(timed, start=1)
        ]
        blocks.append(Table(head, rows, [1, 6, 10, 2], numbers=(3,)))
        if too_many:
            blocks.append(Remark(say(_("The clocks of all Parties stand in the table above."))))
        blocks += _notes(session, timed)
    return Section("agenda", _("Agenda"), blocks)


def papers(session: Session, user: Any) -> Section:
    """What there is to read, in which languages, and where."""
    found = documents.papers(session, user)
    rows = [[_named(document), _files(document), cell(document.get_audience_display())] for document in found]
    head = [_("Paper"), _("Languages and versions"), _("Who may read it")]
    return Section("papers", _("Papers"), [Table(head, rows, [7, 6, 3])] if rows else [])


def _issues(user: Any) -> Prefetch:
    return Prefetch("issues", Issue.objects.visible_to(user).order_by("pk"), to_attr="known_issues")


def _when(session: Session, one: Timed, too_many: bool) -> Cell:
    """The clock of the room first, then each other clock once with the Parties that live by it."""
    if one.starts_at is None or one.ends_at is None:
        return ()
    room = clocks.room_time(one.starts_at, one.ends_at, session.zone)
    names = [clocks_of_zones.city(session.zone)]
    if too_many:
        utc = clocks.room_time(one.starts_at, one.ends_at, "UTC")
        return cell(f"{_span(room)} {names[0]}", f"{_span(utc)} UTC")
    parties = _clocks(session, one.starts_at, one.ends_at)
    names += parties.pop((_span(room), ""), [])
    others = [" ".join(filter(None, [span, shift, listed(those)])) for (span, shift), those in parties.items()]
    return cell(f"{_span(room)} {listed(names)}", *others)


def _clocks(session: Session, starts_at: datetime, ends_at: datetime) -> dict[tuple[str, str], list[str]]:
    """Parties by what their clocks show."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in clocks.party_times(session.dialogue, starts_at, ends_at, session.zone):
        found.setdefault((_span(row), row.shift), []).append(row.name)
    return found


def _span(row: clocks.PartyTime) -> str:
    return f"{time_format(row.starts, 'H:i')}–{time_format(row.ends, 'H:i')}"


def _what(item: Any) -> Cell:
    """An item with its ``known_issues``."""
    facts = [item.get_kind_display() if item.kind else "", item.presenter]
    if item.visibility != AgendaItem.Visibility.PUBLIC:
        facts.append(item.get_visibility_display())
    if item.times_carried:
        facts.append(_("carried over %(count)d×") % {"count": item.times_carried})
    numbers = [issue.reference for issue in item.known_issues if issue.reference]
    issues = _("Issues") + after_colon(listed(numbers)) if numbers else ""
    return cell(said_by(item, "title"), " · ".join(str(fact) for fact in facts if fact), issues)


def _minutes(item: AgendaItem) -> str:
    return str(item.minutes) if item.minutes else ""


def _notes(session: Session, timed: list[Timed]) -> list[Block]:
    blocks: list[Block] = []
    for number, one in enumerate(timed, start=1):
        codes = [
            code for code in session.dialogue.working_languages or ["en"] if getattr(one.item, column("note", code))
        ]
        if codes:
            title = said_by(one.item, "title", f"{number}. ")
            sides = [Side(language_name(code), code, getattr(one.item, column("note", code))) for code in codes]
            blocks += [Heading(title), Sides(sides, empty="")]
    return blocks


def _named(document: Document) -> Cell:
    kind = document.get_kind_display()
    item = said_by(document.agenda_item, "title", _("Agenda item: ")) if document.agenda_item else ""
    return cell(said_by(document, "title"), kind, item)


def _files(document: Document) -> Cell:
    lines: list[Said] = []
    for version in document.files:
        words = _("%(language)s, version %(number)d, %(kind)s") % {
            "language": language_name(version.language),
            "number": version.number,
            "kind": version.extension,
        }
        lines.append(say(words, link=settings.SITE_URL + version.get_absolute_url()))
    return cell(*lines)
