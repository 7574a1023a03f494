"""What a mailing says: checked when it is written, chosen by the reader's language when it goes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from markdown_it import MarkdownIt
from markdown_it.token import Token

from portal.languages import NAMES, Language, current
from portal.notifications.models import Mailing, MailingText, Notification

_markdown = MarkdownIt("commonmark", {"html": False})
#: Tags would stand in the mail as they are written; <https://…> and <a@b.c> are links.
_TAG = re.compile(r"</?[A-Za-z][\w-]*(\s[^<>]*)?/?>|<!--")
_CODE = {"code_inline", "code_block", "fence"}
#: A mail is read outside the portal.
_SCHEMES = {"https", "http", "mailto", "tel"}


@dataclass(frozen=True)
class Text:
    """A subject in one line and a body in Markdown."""

    subject: str
    body: str


def check(texts: Mapping[str, Text]) -> dict[str, Text]:
    """The texts as they are kept, by language, without those left empty.

    Raises ``ValidationError``: ``text`` when there is none; ``half`` for a subject without text or the other way
    round, ``long``, ``tags``, ``image`` and ``link`` for what mails cannot show, each naming its language.
    """
    tidy = {code: Text(" ".join(text.subject.split()), _lines(text.body)) for code, text in texts.items()}
    written = {code: text for code, text in tidy.items() if text.subject or text.body}
    if not written:
        raise ValidationError(_("Write it in at least one language."), code="text")
    for code, text in written.items():
        _check_one(code, text)
    return written


def links(body: str) -> list[str]:
    """The addresses that a text links to."""
    return [str(token.attrs.get("href", "")) for token in _inline(body) if token.type == "link_open"]


def chosen(texts: Sequence[MailingText], fallback: str, language: str) -> MailingText:
    """The text that readers of ``language`` get: theirs, or that of the language the mailing names for the others."""
    by_language = {text.language: text for text in texts}
    return by_language.get(language) or by_language.get(fallback) or texts[0]


def facts(row: Notification) -> dict[str, Any]:
    """For the mail of a mailing: ``message``, its text in the active language, and ``sender``, who signs it. Empty for
    any other mail. One query for each row, however often it is asked."""
    if not row.mailing_texts:
        return {}
    mailing = row.mailing_texts[0].mailing
    return {"message": chosen(row.mailing_texts, mailing.fallback, current()), "sender": sender(mailing)}


def sender(mailing: Mailing) -> str:
    """Who signs it, in the active language: "Olivia Official, Office of Trade"."""
    names = [mailing.created_by.full_name if mailing.created_by else "", str(mailing.organization or "")]
    return pgettext("list", ", ").join(name for name in names if name)


def _lines(body: str) -> str:
    return "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))


def _check_one(language: str, text: Text) -> None:
    named = {"language": NAMES[Language(language)]}
    if not (text.subject and text.body):
        raise ValidationError(_("%(language)s: write a subject and a text, or neither."), code="half", params=named)
    if len(text.subject) > MailingText.LONGEST_SUBJECT or len(text.body) > MailingText.LONGEST:
        most = {"subject": MailingText.LONGEST_SUBJECT, "text": MailingText.LONGEST}
        said = _("%(language)s: at most %(subject)d characters in the subject and %(text)d in the text.")
        raise ValidationError(said, code="long", params=named | most)
    tokens = _inline(text.body)
    if any(token.type == "image" for token in tokens):
        raise ValidationError(_("%(language)s: mails carry no pictures; link to them."), code="image", params=named)
    said_plainly = [token.content for token in tokens if token.type not in _CODE]
    if any(_TAG.search(words) for words in said_plainly) or _TAG.search(text.subject):
        complaint = _("%(language)s: HTML would be shown as it is written. Use Markdown: **bold**, - lists.")
        raise ValidationError(complaint, code="tags", params=named)
    for address in links(text.body):
        if not _is_whole(address):
            complaint = _("%(language)s: “%(link)s” leads nowhere from a mail; write the whole address, with https://.")
            raise ValidationError(complaint, code="link", params=named | {"link": address[:100]})


def _inline(body: str) -> list[Token]:
    return [token for block in _markdown.parse(body) for token in (block.children or [block])]


def _is_whole(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc or (parts.path and parts.scheme in {"mailto", "tel"}))
