"""A session's times on pages and in mails, and the names and sources of a dialogue."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dialogues import clocks
from dialogues.models import AgendaItem, Commitment, Dialogue, Minutes, Qualifier, Reliability, Session
from dialogues.models.vocabulary import SEED_PREFIX
from portal.languages import column, current
from portal.notifications.outbox import Address
from portal.reference.models import Economy

register = template.Library()

TONES = {
    Session.Status.POLLING: "waiting",
    Session.Status.SCHEDULED: "info",
    Session.Status.IN_PROGRESS: "action",
    Session.Status.CANCELLED: "bad",
    Commitment.Status.DONE: "good",
    Commitment.Status.IN_PROGRESS: "action",
    Minutes.Status.DRAFT: "neutral",
    Minutes.Status.PUBLISHED: "info",
}


@register.simple_tag
def party_times(dialogue: Dialogue, starts: dt.datetime | str, ends: dt.datetime | str, zone: str):
    """Every Party's clocks for a time; mails hand the moments over as ISO 8601."""
    return clocks.party_times(dialogue, _moment(starts), _moment(ends), zone)


@register.simple_tag
def own_time(starts: dt.datetime | str, ends: dt.datetime | str, zone: str):
    """The reader's or recipient's own clock."""
    return clocks.own_time(_moment(starts), _moment(ends), zone)


@register.simple_tag
def room_time(starts: dt.datetime | str, ends: dt.datetime | str, zone: str):
    """The clock in the room."""
    return clocks.room_time(_moment(starts), _moment(ends), zone)


@register.simple_tag
def agenda_for(session: Session, person: Any):
    """What of the agenda this person may see. The bare address of somebody invited sees what is for everyone, and,
    with a confirmed place, for participants."""
    if not isinstance(person, Address):
        return AgendaItem.objects.visible_to(person).filter(session=session)
    levels = [AgendaItem.Visibility.PUBLIC]
    if session.registrations.confirmed().of(person).exists():
        levels.append(AgendaItem.Visibility.PARTICIPANTS)
    return session.agenda_items.filter(visibility__in=levels)


@register.filter
def state_tone(obj: Session | Commitment | Minutes) -> str:
    """The tone of a state's badge; red only for what is overdue or called off."""
    return "bad" if getattr(obj, "is_overdue", False) else TONES.get(obj.status, "neutral")


@register.filter
def on_clock(moment: dt.datetime, zone: str) -> dt.datetime:
    """A moment as wall time in ``zone``."""
    return moment.astimezone(ZoneInfo(zone or timezone.get_current_timezone_name())).replace(tzinfo=None)


@register.filter
def called_in(economy: Economy, dialogue: Dialogue) -> str:
    """The name of an economy on this dialogue's pages."""
    return dialogue.name_of(economy)


@register.filter
def session_day(session: Session) -> str:
    """As much of the date as is known: "22 April 2022", "May 2024", "19–21 September 2023 (window)"."""
    if session.starts_at:
        return date_format(session.starts_local, "DATE_FORMAT")
    if session.starts_on is None or session.date_precision == Session.Precision.UNKNOWN:
        return _("Date not confirmed") if session.is_over else _("Date not set")
    if session.date_precision == Session.Precision.MONTH:
        return date_format(session.starts_on, "YEAR_MONTH_FORMAT")
    days = _days(session.starts_on, session.ends_on or session.starts_on)
    if session.date_precision == Session.Precision.WINDOW:
        return _("%(days)s (window; exact day not confirmed)") % {"days": days}
    return days


@register.filter
def figure(value: Any) -> str:
    """A number without needless zeros, grouped as the language does."""
    text = f"{value:f}"
    digits = len(text.partition(".")[2].rstrip("0"))
    return number_format(text, decimal_pos=digits, force_grouping=True)


@register.filter
def qualified(qualifier: str) -> str:
    """The word before a figure: "nearly"."""
    return str(Qualifier(qualifier).label) if qualifier in Qualifier.values else qualifier


@register.filter
def reliability_name(code: str) -> str:
    """How well a statement is founded; nothing where the data does not say."""
    return str(Reliability(code).label) if code else ""


@register.filter
def is_address(source: str) -> bool:
    return source.startswith(("https://", "http://"))


@register.filter
def source_name(source: str) -> str:
    """A source in words: the host of an address; a collected text without address is said to be one."""
    if is_address(source):
        return source.split("/")[2].removeprefix("www.")
    if source.startswith(SEED_PREFIX):
        return pgettext("source", "a press text without a public address")
    return source


@register.filter
def text_in(minutes: Minutes, code: str) -> str:
    """The minutes in exactly that language, without fallback."""
    return getattr(minutes, column("text", code)) or ""


@register.filter
def utc_stamp(moment: dt.datetime) -> str:
    """For the ``datetime`` attribute: "2027-05-14T01:00Z"."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


@register.filter
def language_shown(obj: Any, field: str) -> str:
    """The code of the language in which a translated field is shown when it is not the reader's; else nothing."""
    if getattr(obj, column(field, current())):
        return ""
    return next((code for code in ("en", "es", "fr", "zh-hant") if getattr(obj, column(field, code))), "")


def _moment(value: dt.datetime | str) -> dt.datetime:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value


def _days(first: dt.date, last: dt.date) -> str:
    if first == last:
        return date_format(first, "DATE_FORMAT")
    if current() == "en" and (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_format(last, 'DATE_FORMAT')}"
    return f"{date_format(first, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"
