"""The pack of a session: all that belongs to it in one document, no more than its reader may see.

Page 1 is what became of earlier promises; then the agenda with everybody's times, papers, attendance, minutes,
decisions and commitments. :mod:`dialogues.pack_pdf` and :mod:`dialogues.pack_docx` draw it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dialogues import attendance, pack_agenda, scoreboard
from dialogues.models import Commitment, Decision, Minutes, MinutesSection, Registration, Session
from dialogues.pack_blocks import (
    Block,
    Cell,
    Facts,
    Heading,
    Pack,
    Paragraphs,
    Remark,
    Said,
    Section,
    Side,
    Sides,
    Table,
    cell,
    said_by,
    say,
)
from dialogues.permissions import acts_in
from dialogues.templatetags.dialogue_times import figure, qualified, session_day
from portal import clock
from portal.accounts.models import Organization
from portal.languages import column, current
from portal.templatetags.ui import language_name, language_names, listed


def pack(session: Session, *, user: Any, now: datetime | None = None) -> Pack:
    """The pack in the active language and time zone, for ``user`` (an ``AnonymousUser`` for what everybody may see).

    ``session`` comes with its dialogue and Parties, found by somebody who may see it. Empty sections are left out.
    """
    now = now or timezone.now()
    dialogue = session.dialogue
    sections = [
        _score(session, user),
        _about(session, user),
        pack_agenda.agenda(session, user),
        pack_agenda.papers(session, user),
        _attendance(session),
        _minutes(session, user),
        _decisions(session, user),
        _commitments(session, user),
    ]
    return Pack(
        language=current(),
        kicker=said_by(dialogue, "title"),
        title=said_by(session, "title"),
        subtitle=session_day(session),
        for_whom=_for_whom(session, user),
        as_of=_("As of %(moment)s.") % {"moment": f"{clock.moment_in(now, _zone())} {clock.city(_zone())}"},
        made_at=now,
        filename=f"{dialogue.slug}-{session.number or session.pk}-{current()}",
        sections=[section for section in sections if section.blocks],
    )


def fingerprint(made: Pack) -> str:
    """The same for packs that say the same, whenever they were made."""
    bare = replace(made, as_of="", made_at=datetime.min)  # noqa: DTZ901 -- left out
    return hashlib.sha256(repr(astuple(bare)).encode("utf-8", "surrogatepass")).hexdigest()


def _zone() -> str:
    return timezone.get_current_timezone_name()


def _for_whom(session: Session, user: Any) -> str:
    if acts_in(user, session.dialogue):
        return _("For officials of the Parties: it may hold what others may not see. Do not pass it on.")
    if user.is_authenticated and Registration.objects.confirmed().filter(session=session, user=user).exists():
        return _("For participants of the session: it may hold what others may not see. Do not pass it on.")
    return _("Everybody may read this.")


def _score(session: Session, user: Any) -> Section:
    """What became of what was promised before: it opens the pack."""
    found = scoreboard.of(session.dialogue, user=user)
    blocks: list[Block] = []
    if found.total.promised:
        blocks = [Paragraphs([say(_score_in_words(found.total))]), _score_table(session, found)]
        if len(found.years) > 1:
            blocks += [Heading(say(_("By the year of the promise"))), _years_table(found)]
        if found.open:
            blocks += [Heading(say(_("Still to be kept"))), _commitment_table(found.open, names_session=True)]
    else:
        blocks = [Paragraphs([say(_("Nothing has been promised in public sessions of this dialogue yet."))])]
    return Section("scoreboard", _("What became of earlier commitments"), blocks)


def _score_in_words(total: scoreboard.PartyScore) -> str:
    kept = ngettext(
        "%(promised)d commitment was made so far; %(kept)d is kept, %(late)d late.",
        "%(promised)d commitments were made so far; %(kept)d are kept, %(late)d are late.",
        total.promised,
    )
    return kept % {"promised": total.promised, "kept": total.kept, "late": total.late}


def _score_table(session: Session, found: scoreboard.Scoreboard) -> Table:
    rows = [
        [cell(session.dialogue.name_of(row.economy) if row.economy else _("Others")), *_counts(row)]
        for row in found.rows
    ]
    rows.append([cell(pgettext("sum", "All")), *_counts(found.total)])
    head = [
        _("Party"), _("Promised"), pgettext("scoreboard", "Kept"), pgettext("scoreboard", "On track"),
        pgettext("scoreboard", "Late"), pgettext("scoreboard", "Dropped"), _("Median age of open ones, in days"),
    ]  # fmt: skip
    return Table(head, rows, [6, 3, 3, 3, 3, 3, 5], numbers=(1, 2, 3, 4, 5, 6))


def _counts(row: scoreboard.PartyScore) -> list[Cell]:
    median = "–" if row.median_days is None else row.median_days
    return [cell(str(value)) for value in (row.promised, row.kept, row.on_track, row.late, row.dropped, median)]


def _years_table(found: scoreboard.Scoreboard) -> Table:
    rows = [
        [cell(str(value)) for value in (row.year, row.promised, row.kept, row.on_track, row.late, row.dropped)]
        for row in found.years
    ]
    head = [
        _("Year"), _("Promised"), pgettext("scoreboard", "Kept"), pgettext("scoreboard", "On track"),
        pgettext("scoreboard", "Late"), pgettext("scoreboard", "Dropped"),
    ]  # fmt: skip
    return Table(head, rows, [6, 3, 3, 3, 3, 3], numbers=(1, 2, 3, 4, 5))


def _about(session: Session, user: Any) -> Section:
    convened = Organization.objects.visible_to(user).filter(convened_sessions=session)
    bodies = convened.order_by("economy__order", "name")
    pairs = [
        (_("State"), cell(session.get_status_display())),
        (_("Session"), cell(_("No. %(number)s") % {"number": session.number} if session.number else "")),
        (_("Date"), cell(session_day(session))),
        (_("Format"), cell(session.get_format_display())),
        (_("Host"), cell(session.dialogue.name_of(session.host) if session.host else "")),
        (_("Place"), cell(session.venue)),
        (_("Working languages"), cell(language_names(session.working_languages))),
        (_("Convened by"), cell(*(body.name for body in bodies))),
        (_("Why it was cancelled"), cell(session.cancelled_because)),
    ]
    blocks: list[Block] = [Facts([pair for pair in pairs if pair[1]])]
    if session.starts_at:
        blocks.append(pack_agenda.times(session))
    return Section("session", _("The session"), blocks)


def _attendance(session: Session) -> Section:
    """Numbers, no names: who reads the pack is not known."""
    counted = attendance.counted(session)
    blocks: list[Block] = []
    if counted:
        economies = [(row.economy, row.confirmed, row.attended) for row in attendance.by_economy(session)]
        names = [
            (session.dialogue.name_of(economy) if economy else _("No economy stated"), places, came)
            for economy, places, came in economies
        ]
        blocks.append(_people_table(_("Economy"), names))
        kinds: dict[str, tuple[int, int]] = {}
        for row in counted:
            places, came = kinds.get(row.kind_label, (0, 0))
            kinds[row.kind_label] = (places + row.confirmed, came + row.attended)
        blocks.append(_people_table(_("Kind of organization"), [(kind, *both) for kind, both in kinds.items()]))
    for part in session.participation:
        words = " ".join(filter(None, [qualified(part.get("qualifier", "")), figure(part["value"]), part["unit"]]))
        blocks.append(Paragraphs([say(". ".join(filter(None, [words, part.get("note", "")])))]))
    return Section("attendance", _("Attendance"), blocks)


def _people_table(label: str, rows: Iterable[tuple[str, int, int]]) -> Table:
    rows = list(rows)
    sums = (pgettext("sum", "All"), sum(row[1] for row in rows), sum(row[2] for row in rows))
    head = [label, _("Confirmed places"), _("Were there")]
    return Table(head, [[cell(str(value)) for value in row] for row in [*rows, sums]], [8, 3, 3], numbers=(1, 2))


def _minutes(session: Session, user: Any) -> Section:
    found = Minutes.objects.visible_to(user).filter(session=session).order_by("-version").first()
    blocks: list[Block] = []
    if found is not None:
        blocks.append(Remark(say(_minutes_state(found))))
        languages = session.dialogue.working_languages or ["en"]
        if found.correction:
            blocks += [Heading(say(_("What is corrected"))), _sides(found, "correction", languages)]
        if any(getattr(found, column("text", code)) for code in languages):
            blocks.append(_sides(found, "text", languages))
        sections = MinutesSection.objects.visible_to(user).filter(minutes=found)
        for number, section in enumerate(sections, start=1):
            title = said_by(section, "heading")
            blocks.append(Heading(replace(title, text=f"{number}. {title.text}")))
            blocks.append(_sides(section, "text", languages))
    return Section("minutes", _("Minutes"), blocks)


def _minutes_state(found: Minutes) -> str:
    state = found.get_status_display()
    if found.is_published and found.published_at:
        day = date_format(timezone.localtime(found.published_at), "DATE_FORMAT")
        return _("%(state)s, %(day)s, version %(number)s") % {"state": state, "day": day, "number": found.version}
    return _("%(state)s: not the agreed text") % {"state": state}


def _sides(obj: Any, name: str, languages: Iterable[str]) -> Sides:
    return Sides(
        [Side(language_name(code), code, getattr(obj, column(name, code)) or "") for code in languages],
        empty=_("Not written in this language."),
    )


def _decisions(session: Session, user: Any) -> Section:
    rows = [
        [cell(str(number)), cell(said_by(decision, "text"), _item(decision))]
        for number, decision in enumerate(_recorded(Decision, session, user), start=1)
    ]
    head = [_("No."), _("Decision")]
    return Section("decisions", _("Decisions"), [Table(head, rows, [1, 12])] if rows else [])


def _commitments(session: Session, user: Any) -> Section:
    made = list(_recorded(Commitment, session, user).select_related("owner__economy", "agenda_item"))
    return Section(
        "commitments",
        _("Commitments made in this session"),
        [_commitment_table(made, names_session=False)] if made else [],
    )


def _recorded(model: Any, session: Session, user: Any) -> Any:
    return model.objects.visible_to(user).filter(session=session).select_related("agenda_item")


def _commitment_table(commitments: Iterable[Commitment], *, names_session: bool) -> Table:
    """Who keeps what by when, and how it stands."""
    rows = []
    for commitment in commitments:
        from_where = said_by(commitment.session, "title") if names_session else _item(commitment)
        state = str(commitment.get_status_display())
        if commitment.is_overdue:
            state = listed([state, _("overdue")])
        rows.append(
            [
                cell(said_by(commitment, "text"), from_where),
                cell(commitment.owner.name, commitment.owner.economy.name if commitment.owner.economy else ""),
                cell(date_format(commitment.due_on, "DATE_FORMAT")),
                cell(state, commitment.dropped_because),
            ]
        )
    return Table([_("Commitment"), _("Who keeps it"), _("Due on"), _("State")], rows, [7, 4, 3, 3])


def _item(row: Decision | Commitment) -> Said | str:
    """The agenda item it belongs to, if everybody may see that one."""
    item = row.agenda_item
    if item is None or item.visibility != item.Visibility.PUBLIC:
        return ""
    return said_by(item, "title", _("Agenda item: "))
