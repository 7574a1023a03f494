"""The single checks of a session's readiness. Each looks at rows that ``readiness`` has loaded and yields findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dialogues.models import AgendaItem, Issue, Minutes, Session
from portal.languages import NAMES, Language, column

LOOKED_AT = (Session.Status.SCHEDULED, Session.Status.IN_PROGRESS, Session.Status.HELD)
#: Of the minutes the desk speaks by itself.
ON_DESK = frozenset({"no_minutes_yet", "minutes_in_draft", "not_signed_off", "minutes_unpublished"})
#: So long before the session what is missing becomes pressing.
PRESSING = timedelta(days=7)
#: Minutes are to be begun and circulated within these days after the session, and published within the window.
MINUTES_BEGUN = timedelta(days=3)
MINUTES_CIRCULATED = timedelta(days=10)


@dataclass(frozen=True)
class Finding:
    """One thing that is missing: what, where to mend it, and the Parties (ISO codes) whose turn it is; an empty
    ``turn`` means any of them. ``is_late`` when it should be there by now."""

    code: str
    text: str
    url: str
    turn: frozenset[str] = frozenset()
    is_late: bool = False


Check = Callable[[Any, datetime], Iterator[Finding]]


def agenda(session: Any, at: datetime) -> Iterator[Finding]:
    """There is one, and it fits into the session."""
    if not session.checked_items:
        yield _host(session, at, "no_agenda", _("Nothing is on the agenda."), "agenda-edit")
    over = _overrun(session)
    if over:
        text = ngettext(
            "The agenda takes %(count)d minute more than the session.",
            "The agenda takes %(count)d minutes more than the session.",
            over,
        )
        yield _host(session, at, "overrun", text % {"count": over}, "agenda-edit")


def items(session: Any, at: datetime) -> Iterator[Finding]:
    """Each item has a presenter, a length, and a title in every working language."""
    silent = [item for item in session.checked_items if not item.presenter]
    text = ngettext("%(items)s has no presenter.", "%(items)s have no presenter.", len(silent))
    yield from _of_items(session, at, "no_presenter", text, silent)
    endless = [item for item in session.checked_items if not item.minutes]
    text = ngettext(
        "%(items)s has no length: the times after it are unknown.",
        "%(items)s have no length: the times after them are unknown.",
        len(endless),
    )
    yield from _of_items(session, at, "no_minutes", text, endless)
    for languages, rows in _by_lacking(session, session.checked_items, "title").items():
        text = ngettext(
            "%(items)s has no title in %(languages)s.", "%(items)s have no title in %(languages)s.", len(rows)
        )
        yield from _of_items(session, at, "untranslated_item", text, rows, languages=languages)


def issues(session: Any, at: datetime) -> Iterator[Finding]:
    """Issues on a public agenda have a text that everybody may read."""
    for item in session.checked_items:
        if item.visibility == AgendaItem.Visibility.OFFICIALS:
            continue
        for issue in item.issues.all():
            if issue.public_at is None and issue.status != Issue.Status.DUPLICATE:
                text = _("An issue under “%(item)s” has no public text.") % {"item": item.title}
                url = reverse("dialogues:issue-detail", args=[session.dialogue.slug, issue.pk])
                yield Finding("issue_not_public", text, url, is_late=_is_near(session, at))


def parties(session: Any, at: datetime) -> Iterator[Finding]:
    """Every Party has confirmed that its delegation comes."""
    confirmed = {row.economy_id for row in session.confirmations.all()}
    for economy in session.dialogue.parties.all():
        if economy.code not in confirmed:
            text = _("%(party)s has not confirmed yet.") % {"party": session.dialogue.name_of(economy)}
            url = session.get_absolute_url() + "#parties"
            yield Finding("not_confirmed", text, url, frozenset({economy.code}), is_late=_is_near(session, at))


def room(session: Any, at: datetime) -> Iterator[Finding]:
    """People know where to go, where to join and where to listen."""
    if session.format != Session.Format.VIRTUAL and not session.venue:
        yield _host(session, at, "no_venue", _("There is no place to go to."), "session-revise")
    if session.format == Session.Format.IN_PERSON:
        return
    if not session.join_url:
        yield _host(session, at, "no_join_link", _("There is no link to join online."), "session-revise")
    heard = {channel.language for channel in session.channels.all()}
    languages = [code for code in session.working_languages if code not in heard]
    if len(session.working_languages) > 1 and languages:
        text = _("There is no interpretation channel in %(languages)s.") % {"languages": _named(languages)}
        yield _host(session, at, "no_channel", text, "session-channels")


def papers(session: Any, at: datetime) -> Iterator[Finding]:
    """Every paper is there in every working language."""
    for paper in session.checked_papers:
        there = {version.language for version in paper.versions.all()}
        if languages := _named([code for code in session.working_languages if code not in there]):
            text = _("“%(paper)s” is missing in %(languages)s.") % {"paper": paper.title, "languages": languages}
            url = session.get_absolute_url() + "#documents"
            yield Finding("paper_missing", text, url, is_late=_is_near(session, at))


def places(session: Any, at: datetime) -> Iterator[Finding]:
    """Nobody waits for a place unnoticed."""
    url = session.get_absolute_url() + "#people"
    waiting = sum(row["waiting"] for row in session.checked_places)
    taken = {row["code"]: row["taken"] for row in session.checked_places}
    if session.capacity and sum(taken.values()) >= session.capacity:
        text = ngettext(
            "Every place is taken; %(count)d person waits.", "Every place is taken; %(count)d wait.", waiting
        )
        yield Finding("full", text % {"count": waiting}, url)
    names = {economy.code: session.dialogue.name_of(economy) for economy in session.dialogue.parties.all()}
    for quota in session.quotas.all():
        if taken.get(quota.economy_id, 0) >= quota.places:
            text = _("The places of %(party)s are all taken.") % {
                "party": names.get(quota.economy_id, quota.economy_id)
            }
            yield Finding("quota_full", text, url, frozenset({quota.economy_id} & set(names)))


def held(session: Any, at: datetime) -> Iterator[Finding]:
    """It is noted that it took place, and who came."""
    if session.status != Session.Status.HELD:
        text = _("It is not marked as held yet.")
        yield Finding("not_held", text, session.get_absolute_url(), _hosts(session), is_late=True)
    taken = sum(row["taken"] for row in session.checked_places)
    if taken and not sum(row["noted"] for row in session.checked_places):
        text = _("It is not noted yet who came.")
        yield Finding("no_attendance", text, session.get_absolute_url() + "#people", _hosts(session))


def outcomes(session: Any, at: datetime) -> Iterator[Finding]:
    """An item for decision has a decision, or stays open for the next session."""
    for item in session.checked_items:
        if item.kind == AgendaItem.Kind.DECISION and not item.decided and not item.is_left_open:
            text = _("“%(item)s” has no decision, and nobody said that it stays open.") % {"item": item.title}
            yield Finding("no_decision", text, _url("agenda-left-open", session))


def minutes(session: Any, at: datetime) -> Iterator[Finding]:
    """The minutes go on: begun, circulated, signed off by every Party, published."""
    rows = list(session.minutes.all())
    latest = rows[0] if rows else None
    url, ended = _url("minutes-edit", session), session.moments[1]
    if latest is None:
        late = at > ended + MINUTES_BEGUN
        yield Finding("no_minutes_yet", _("The minutes are not begun."), url, _hosts(session), is_late=late)
    elif latest.status == Minutes.Status.DRAFT:
        late = at > ended + MINUTES_CIRCULATED
        yield Finding("minutes_in_draft", _("The minutes are not circulated yet."), url, _hosts(session), is_late=late)
    elif latest.status == Minutes.Status.CIRCULATED:
        signed = {row.economy_id for row in latest.sign_offs.all()}
        for economy in session.dialogue.parties.all():
            if economy.code not in signed:
                text = _("%(party)s has not signed off the minutes.") % {"party": session.dialogue.name_of(economy)}
                yield Finding("not_signed_off", text, latest.get_absolute_url(), frozenset({economy.code}))
    elif latest.status == Minutes.Status.AGREED:
        yield Finding("minutes_unpublished", _("The minutes are agreed but not published."), url, is_late=True)


def commitments(session: Any, at: datetime) -> Iterator[Finding]:
    """Somebody sees to every commitment, and every Party can read it."""
    for one in session.checked_commitments:
        url = session.get_absolute_url() + "#commitments"
        said = {"commitment": str(one)}
        if one.lead_id is None and one.is_unfinished:
            text = _("Nobody is named who sees to “%(commitment)s”.") % said
            yield Finding("no_lead", text, url)
        if languages := _lacking(session, one, "text"):
            text = _("“%(commitment)s” is missing in %(languages)s.") % (said | {"languages": languages})
            yield Finding("untranslated_commitment", text, url)


BEFORE: tuple[Check, ...] = (parties, room, agenda, items, papers, issues, places)
AFTER: tuple[Check, ...] = (held, minutes, outcomes, commitments)


def _of_items(session: Any, at: datetime, code: str, text: str, rows: list[Any], **said: str) -> Iterator[Finding]:
    """One finding for all items with the same lack; it leads to the item, or to the agenda when there are more."""
    if not rows:
        return
    said["items"] = pgettext("list", ", ").join(_("“%(item)s”") % {"item": row.title} for row in rows)
    where = ("item-revise", rows[0].pk) if len(rows) == 1 else ("agenda-edit",)
    yield _host(session, at, code, text % said, *where)


def _by_lacking(session: Any, rows: list[Any], field: str) -> dict[str, list[Any]]:
    """The rows by the working languages, in words, in which ``field`` is not written."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        if languages := _lacking(session, row, field):
            found.setdefault(languages, []).append(row)
    return found


def _host(session: Any, at: datetime, code: str, text: str, name: str, *more: Any) -> Finding:
    """What the host sees to; any Party where no host is named."""
    return Finding(code, text, _url(name, session, *more), _hosts(session), is_late=_is_near(session, at))


def _hosts(session: Any) -> frozenset[str]:
    return frozenset({session.host_id} & session.dialogue.party_codes)


def _is_near(session: Any, at: datetime) -> bool:
    return at >= session.starts_at - PRESSING


def _overrun(session: Any) -> int:
    """By how many minutes the items together exceed the session; 0 when they fit."""
    starts_at, ends_at = session.moments
    total = sum(item.minutes or 0 for item in session.checked_items)
    return max(total - int((ends_at - starts_at) / timedelta(minutes=1)), 0)


def _lacking(session: Any, row: Any, field: str) -> str:
    """The working languages in which a field is not written, in words; empty when it is in all."""
    return _named([code for code in session.working_languages if not getattr(row, column(field, code))])


def _named(codes: list[str]) -> str:
    return pgettext("list", ", ").join(str(NAMES[Language(code)]) for code in codes)


def _url(name: str, session: Any, *more: Any) -> str:
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk, *more])
