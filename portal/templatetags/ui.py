"""The small words of our templates: icons, Markdown, times, languages."""

import datetime as dt
import email.header
import email.utils
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import lucide
import nh3
from babel import Locale, UnknownLocaleError
from django import template
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext
from markdown_it import MarkdownIt

from portal import clock
from portal.activity.models import Activity
from portal.activity.words import phrase
from portal.languages import NAMES, Language

register = template.Library()

MARKDOWN_LIMIT = 60_000  # characters; nobody reads more, and a parser should not be made to
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Lucide icon in the line of text. It accompanies words, so it is hidden from screen readers.

    With ``label`` it is announced by that name instead.
    """
    return _drawn(str(name)) if not label else _draw(str(name), {"role": "img", "aria_label": label})


def _draw(name: str, named: dict[str, str]) -> SafeString:
    return mark_safe(lucide._render_icon(name, 24, **{"class": "icon"}, **named))  # noqa: S308, SLF001


@cache
def _drawn(name: str) -> SafeString:
    """Without a label there are only as many as the templates name, and drawing one takes a tenth of a millisecond."""
    return _draw(name, {"aria_hidden": "true"})


@register.filter
def markdown(text: str | None) -> SafeString:
    """Markdown as clean HTML: no raw HTML, no images, headings from the third level down."""
    tokens = _markdown.parse((text or "")[:MARKDOWN_LIMIT])
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return mark_safe(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel="noopener nofollow"))  # noqa: S308


@register.filter
def language_name(code: str) -> str:
    """The name of a language in the reader's own: "es" → "Spanish"; a code that CLDR does not know stays as it is."""
    if code in NAMES:
        return str(NAMES[Language(code)])
    try:
        return Locale.parse(code, sep="-").get_display_name(clock.locale()) or code
    except (UnknownLocaleError, ValueError):
        return code


@register.filter
def in_brackets(text: Any) -> str:
    """An aside after a word, with the reader's brackets and the space before them: " (in 3 days)", "（3天後）"."""
    return pgettext("joins", " (%(text)s)") % {"text": text}


@register.filter
def after_colon(text: Any) -> str:
    """What follows a label, with the reader's colon before it: ": Taipei", "：臺北"."""
    return pgettext("joins", ": %(text)s") % {"text": text}


@register.filter
def after_comma(text: Any) -> str:
    """What goes on in the same line, with the reader's comma before it: ", Detroit", "，臺北"."""
    return pgettext("joins", ", %(text)s") % {"text": text}


@register.filter
def listed(texts: Iterable[Any]) -> str:
    """Several names in a row, with the mark that the reader's language sets between them: "a, b", "a、b"."""
    return pgettext("list", ", ").join(str(text) for text in texts)


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """The names of several languages, in a row."""
    return listed(language_name(code) for code in codes)


@register.simple_tag
def local_time(moment: dt.datetime, zone: str = "", *, name_zone: bool = True) -> SafeString:
    """Date and time of ``moment`` in ``zone`` (the reader's by default), with the zone named.

    The machine-readable attribute is UTC: "14 May 2027, 09:00 Taipei".
    """
    zone = zone or timezone.get_current_timezone_name()
    utc = moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")
    named = format_html(' <span class="soft">{}</span>', clock.city(zone)) if name_zone else ""
    return format_html('<time datetime="{}">{}{}</time>', utc, clock.moment_in(moment, zone), named)


@register.filter
def with_zone(moment: dt.datetime) -> str:
    """Date and time by the reader's clock with the place it is of, as plain text: "14 May 2027, 09:00 (Taipei)"."""
    zone = timezone.get_current_timezone_name()
    return clock.moment_in(moment, zone) + in_brackets(clock.city(zone))


@register.simple_tag
def day(when: dt.date | dt.datetime) -> SafeString:
    """A day in the reader's calendar: "14 May 2027"."""
    if isinstance(when, dt.datetime):
        when = timezone.localtime(when).date()
    return format_html('<time datetime="{}">{}</time>', when.isoformat(), date_format(when, "DATE_FORMAT"))


@register.filter
def opening(text: str, width: int) -> str:
    """The first words of a long text and "…", at most ``width`` letters wide; a Chinese character is two letters wide.

    Never ends inside a word, unless the first one is longer than that.
    """
    text = " ".join(text.split())
    room, whole = width, 0
    for place, letter in enumerate(text):
        wide = unicodedata.east_asian_width(letter) in "WF"
        room -= 2 if wide else 1
        if letter == " " or wide:
            whole = place
        if room < 0:
            return text[: whole or place].rstrip(" ,.;:–—(、，。；：（") + "…"
    return text


@register.filter
def from_now(when: dt.date | dt.datetime) -> str:
    """ "in 3 days"; stands beside a date, never instead of it."""
    return clock.from_now(when)


@register.filter
def urgency(due: dt.date | dt.datetime) -> str:
    """The tone for a deadline's badge."""
    return clock.urgency(due)


@register.filter
def zone_label(zone: str) -> str:
    """ "Taipei (UTC+8)"."""
    return clock.zone_label(zone)


@register.filter
def city(zone: str) -> str:
    """ "Taipei"."""
    return clock.city(zone)


@register.filter
def phrased(activity: Activity) -> str:
    """What was done, in the reader's language: "published this"."""
    kind = ContentType.objects.get_for_id(activity.object_type_id)  # from its cache, not by a query per row
    return phrase(activity.verb, kind.model)


@register.filter
def page_numbers(page: Page) -> Iterator[int | str]:
    """The numbers to offer around this page, with an ellipsis for what is left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def message_tone(message: Message) -> str:
    """The tone of a message after an action; success is the usual case."""
    return {"error": "bad", "warning": "soon", "success": "good"}.get(message.level_tag, "info")


@register.simple_tag
def chosen_filters(form: BaseForm, request: HttpRequest) -> list[dict[str, Any]]:
    """What the reader has filtered by: field, value in words, and the address of the page without it."""
    chosen = []
    for field in form:
        values = [value for value in request.GET.getlist(field.html_name) if value]
        for value in values:
            rest = request.GET.copy()
            rest.pop("page", None)
            rest.setlist(field.html_name, [other for other in values if other != value])
            chosen.append({"label": field.label, "value": _in_words(field, value), "url": f"?{rest.urlencode()}"})
    return chosen


def _in_words(field: BoundField, value: str) -> str:
    labels: dict[str, Any] = {}
    # Not "or ()": asking whether django-filter's choices are empty fails when they come from a function.
    for key, label in getattr(field.field, "choices", ()):
        labels |= {str(k): v for k, v in label} if isinstance(label, list | tuple) else {str(key): label}
    return str(labels.get(value, value))


@register.filter
def mail_header(value: str | None) -> str:
    """A subject or an address as a mail program shows it; on the wire, words beyond ASCII are encoded (RFC 2047)."""
    return str(email.header.make_header(email.header.decode_header(str(value or ""))))


@register.filter
def mail_date(value: str) -> dt.datetime:
    """The moment in a mail's Date header; "-0000" there means UTC, no place in particular (RFC 5322, 3.3)."""
    moment = email.utils.parsedate_to_datetime(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


@register.tag
def capture(parser: Parser, token: Token) -> "Capture":
    """``{% capture as name %}…{% endcapture %}`` keeps what it renders, stripped, for a place further on.

    So a page can leave out the frame of a block that nobody filled.
    """
    bits = token.split_contents()
    if len(bits) != 3 or bits[1] != "as":  # noqa: PLR2004 -- tag, "as", name
        raise template.TemplateSyntaxError("Write {% capture as name %}.")
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return Capture(nodelist, bits[2])


class Capture(template.Node):
    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> str:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 -- rendered by a template
        return ""
